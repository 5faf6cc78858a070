"""That somebody was reminded: a stage before or after an end, told once, however often the day is run."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base.scope import Through
from app.crm.renewals.models.line import SCOPE, ServiceLine


class Reminder(Model):
    """One stage of one end of one line. ``batch`` is empty between the noting and the telling of a run.

    ``skipped``: the stages before it that nobody was told of, because no run came in time; they are never told.
    """

    __tablename__ = "renewals_reminder"
    __scope__ = Through("line_id", ServiceLine.__table__, SCOPE)
    __table_args__ = (
        UniqueConstraint("line_id", "end_on", "stage"),
        Index("ix_renewals_reminder_batch", "batch", "owner_id"),
        Index("ix_renewals_reminder_told", "told_on", "line_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("renewals_line.id"))
    end_on: Mapped[date]
    stage: Mapped[int]  # days before the end; below zero: after it
    skipped: Mapped[str] = mapped_column(String(200), default="")
    told_on: Mapped[date]  # business zone
    batch: Mapped[str | None] = mapped_column(String(32))  # of the run that told it
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))  # the customer's then
    department_id: Mapped[int | None] = mapped_column(ForeignKey("security_department.id"))  # the customer's then
    service_person_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))  # of a key customer
