"""What was set."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock, settings
from app.base.fields import LongText, field
from app.base.i18n import _
from app.base.scope import PUBLIC


class SettingValue(Model):
    """The value of one setting. A setting without a row, or whose row has no value, is at its default."""

    __tablename__ = "settings_value"
    __versioned__: dict = {}
    __scope__ = PUBLIC

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[str | None] = mapped_column(Text, info=field(LongText(_("Value"))))  # JSON
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    revision: Mapped[int] = mapped_column(nullable=False)

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        known = settings.registered.get(self.name)
        return str(known.label) if known else self.name
