"""A follow-up 跟进: one contact with a customer, by whom, how, what came of it, and when the next one is due."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock, wording
from app.base.fields import Appointment, Choice, Duration, Link, LongText, Moment, field
from app.base.i18n import _
from app.crm.customers import queries as customers
from app.crm.followups.rules import MOST_CALL_SECONDS

REACH = "followups"


class Followup(Model):
    """One contact with a customer."""

    __tablename__ = "followups_followup"
    __versioned__: dict = {}
    __scope__ = customers.OfCustomer(REACH, "by_id")  # its author, and whoever reaches its customer
    __table_args__ = (
        Index("ix_followups_followup_customer", "customer_id", "at"),
        Index("ix_followups_followup_by", "by_id", "at"),
        Index("ix_followups_followup_at", "at", "id"),
        Index(
            "ix_followups_followup_next",
            "next_contact_at",
            postgresql_where=text("next_contact_at IS NOT NULL"),
            sqlite_where=text("next_contact_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        info=field(
            Link(_("Customer"), to="customer", relation="customer", required=True, nobody=_("Outside what you see"))
        ),
    )
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers_contact.id"),
        index=True,
        info=field(Link(_("Contact"), to="contact", relation="contact")),
    )
    channel: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Contact channel"), dictionary="contact_channel"))
    )
    direction: Mapped[str | None] = mapped_column(
        String(20), info=field(Choice(_("Direction"), dictionary="contact_direction"))
    )
    purpose: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Purpose"), dictionary="followup_purpose"))
    )
    result: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Result"), dictionary="followup_result"))
    )
    progress: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("Progress"), dictionary="followup_progress", required=True))
    )
    content: Mapped[str | None] = mapped_column(String(4000), info=field(LongText(_("What was said"))))
    call_seconds: Mapped[int | None] = mapped_column(
        info=field(
            Duration(
                _("Length of the call"),
                help=_("Seconds, or minutes:seconds, such as 3:20."),
                low=0,
                high=MOST_CALL_SECONDS,
            )
        )
    )
    at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Appointment(_("Followed up at"), sortable=True)))
    next_contact_at: Mapped[datetime | None] = mapped_column(info=field(Appointment(_("Next contact"), sortable=True)))
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("By whom"), to="employee", relation="by"))
    )
    department_id: Mapped[int | None] = mapped_column(  # the author's then
        ForeignKey("security_department.id"),
        index=True,
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"))))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"))))
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    customer = relationship("Customer")
    contact = relationship("Contact")
    by = relationship("Employee")
    department = relationship("Department")

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        day = wording.day(clock.local(self.at).date())
        return f"{self.customer} · {day}" if self.customer is not None else day
