"""The address under which a person's calendar of planned contacts can be subscribed to."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.scope import Personal


class Feed(Model):
    """A person's feed. Who knows its token reads the calendar; the table knows the token's hash."""

    __tablename__ = "followups_feed"
    __scope__ = Personal("employee_id", "feeds")  # no role reaches into this domain: each sees their own

    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"), primary_key=True, autoincrement=False)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
