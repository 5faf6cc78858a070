"""A follow-up 跟进: one contact with a customer, by whom, how, what came of it, and when the next one is due."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, FromClause, Index, Select, String, and_, false, or_, select, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import clock, wording
from app.base.actor import Actor, Level
from app.base.fields import Appointment, Choice, Duration, Link, LongText, Moment, field
from app.base.i18n import _
from app.base.scope import Owned, is_everything
from app.crm.customers import queries as customers
from app.crm.followups.rules import MOST_CALL_SECONDS

REACH = "followups"
#: Whose customer it is decides who sees it; ownerless customers are nobody's own, so level OWN does not reach them.
OF_CUSTOMER = Owned(REACH, ownerless=REACH, shared=[customers.shared_with])


class FollowupScope:
    """Seen by its author, and by whoever reaches its customer; changed by its author and those above them.

    Follow-ups of a deleted customer leave the lists with it.
    """

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        reach = actor.reach(REACH)
        level = reach.write if write else reach.read
        if level == Level.NONE:
            return false()
        if write:
            return self._written(table, actor, level)
        return and_(self._read(table, actor), table.c.customer_id.not_in(_gone()))

    @staticmethod
    def _read(table: FromClause, actor: Actor) -> ColumnElement[bool]:
        parents = customers.Customer.__table__.alias()
        allowed = OF_CUSTOMER.rows(parents, actor, write=False)
        if is_everything(allowed):
            return allowed
        return or_(table.c.by_id == actor.id, table.c.customer_id.in_(select(parents.c.id).where(allowed)))

    @staticmethod
    def _written(table: FromClause, actor: Actor, level: Level) -> ColumnElement[bool]:
        if level == Level.ALL:
            return true()
        mine = table.c.by_id == actor.id
        if level == Level.BELOW:
            return or_(mine, table.c.department_id.in_(sorted(actor.departments_below)))
        return or_(mine, table.c.department_id == actor.department_id) if level == Level.DEPARTMENT else mine


def _gone() -> Select[int]:
    parents = customers.Customer.__table__.alias()
    return select(parents.c.id).where(parents.c.deleted_at.is_not(None))


class Followup(Model):
    """One contact with a customer."""

    __tablename__ = "followups_followup"
    __versioned__: dict = {}
    __scope__ = FollowupScope()
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
