"""What is kept besides the versions: who took rows out of the house."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Link, LongText, Moment, Number, field
from app.base.fields import Text as Words
from app.base.i18n import _
from app.base.scope import Restricted


class ExportEntry(Model):
    """One export: what, by whom, with which filter, how many rows."""

    __tablename__ = "audit_export"
    __scope__ = Restricted("logs")
    __table_args__ = (Index("ix_audit_export_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(info=field(Moment(_("Time"), sortable=True)))
    employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        index=True,
        info=field(Link(_("Person"), to="employee", relation="employee")),
    )
    address: Mapped[str | None] = mapped_column(String(50), info=field(Words(_("IP address"))))
    what: Mapped[str] = mapped_column(String(60), info=field(Words(_("What"))))
    format: Mapped[str] = mapped_column(String(10), info=field(Words(_("Format"))))
    asked: Mapped[str] = mapped_column(Text, info=field(LongText(_("Filter"))))  # JSON of the list's parameters
    row_count: Mapped[int] = mapped_column(info=field(Number(_("Rows"), sortable=True)))

    employee = relationship("Employee")

    def __str__(self) -> str:
        return f"{self.what} {self.row_count}"
