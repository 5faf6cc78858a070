"""A month of the ledger that is closed: nothing received in it is entered, changed or decided any more."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock, wording
from app.base.fields import Date, Link, Moment, Money, Number, field
from app.base.i18n import _
from app.base.scope import Restricted


class Closing(Model):
    """One closed month; opened again, the row says so and stays. ``month``: its first day."""

    __tablename__ = "fees_closing"
    __versioned__: dict = {}
    __scope__ = Restricted("fees")

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(unique=True, info=field(Date(_("Month"), sortable=True)))
    counted: Mapped[int] = mapped_column(info=field(Number(_("Approved entries"))))
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2), info=field(Money(_("Approved amount"))))
    closed_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Closed at"), sortable=True)))
    closed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Closed by"), to="employee", relation="closed_by"))
    )
    opened_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Opened again at"))))
    opened_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Opened again by"), to="employee", relation="opened_by"))
    )
    revision: Mapped[int] = mapped_column(nullable=False)

    closed_by = relationship("Employee", foreign_keys=[closed_by_id])
    opened_by = relationship("Employee", foreign_keys=[opened_by_id])

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return wording.day(self.month)[:7]
