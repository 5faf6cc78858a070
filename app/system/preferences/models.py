"""What a person has chosen."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base.scope import Personal


class Choice(Model):
    """One thing chosen by one person. Nobody else's business, and without a history."""

    __tablename__ = "preferences_choice"
    __scope__ = Personal("person_id", "preferences")  # no role reaches into this domain: each sees their own
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"))
    name: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(Text)  # JSON
