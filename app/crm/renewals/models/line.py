"""A line: until when one customer is served with one product. Source: FEE-5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    select,
    text,
)
from sqlalchemy import (
    Date as SqlDate,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.base import clock, settings
from app.base.actor import Actor
from app.base.fields import Choice, Date, Link, LongText, Moment, Money, Number, Value, field
from app.base.i18n import _, ngettext
from app.base.scope import Owned, is_everything
from app.crm.customers.queries import Customer, named_for, shared_with
from app.crm.renewals import rules
from app.crm.renewals.rules import State

REACH = "fees"
PARENTS = Customer.__table__


class OfTheirCustomer:
    """Seen, and ended, by whoever reaches the customer in the domain of fees, and by whom the customer names."""

    of_customer = Owned(REACH, ownerless=REACH, shared=[shared_with, named_for])

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        """Return the condition on lines; those of deleted customers leave the lists with them."""
        parents = PARENTS.alias()
        allowed = self.of_customer.rows(parents, actor, write=write)
        if is_everything(allowed):
            gone = select(parents.c.id).where(parents.c.deleted_at.is_not(None))
            return table.c.customer_id.not_in(gone)
        return table.c.customer_id.in_(select(parents.c.id).where(allowed, parents.c.deleted_at.is_(None)))


SCOPE = OfTheirCustomer()
WITHIN = "fee_expiring_days"  # the setting


@dataclass(frozen=True)
class DaysLeft(Number):
    """Days until an end, in words; below zero: since."""

    def text(self, value: Value) -> str:
        if value is None:
            return ""
        if value < 0:
            return str(ngettext("overdue for %(n)s day", "overdue for %(n)s days", -value, n=-value))
        return str(ngettext("%(n)s day left", "%(n)s days left", value, n=value) if value else _("ends today"))


def _day(reckon: Callable[[], date]) -> Any:
    """Return a day that is reckoned anew whenever a statement is run."""
    return bindparam(None, callable_=reckon, type_=SqlDate())


def _last_expiring_day() -> date:
    return clock.today() + timedelta(days=settings.value(WITHIN))


def _of_customer(key: Any, name: str) -> Any:
    parents = PARENTS.alias()
    return select(parents.c[name]).where(parents.c.id == key).scalar_subquery()


def conditions(table: FromClause) -> dict[State, ColumnElement[bool]]:
    """Return ``rules.state`` as SQL: the condition of each state on the day on which the statement is run."""
    end, today = table.c.end_on, _day(lambda: clock.today())  # noqa: PLW0108 - a test holds the clock still
    counts = end.is_not(None)
    runs = and_(counts, table.c.ended_on.is_(None))
    open_ = and_(runs, table.c.waiting_fee_id.is_(None))
    last = _day(_last_expiring_day)
    return {
        rules.ENDED: and_(counts, table.c.ended_on.is_not(None)),
        rules.WAITING: and_(runs, table.c.waiting_fee_id.is_not(None)),
        rules.OVERDUE: and_(open_, end < today),
        rules.EXPIRING: and_(open_, end >= today, end <= last),
        rules.NORMAL: and_(open_, end > last),
    }


def _by_way_of(name: str, column: str) -> dict[str, Any]:
    """Return what makes a relationship lead to what the line's customer names."""
    other = Model.metadata.tables[name]
    return {
        "secondary": PARENTS,
        "primaryjoin": lambda: ServiceLine.__table__.c.customer_id == PARENTS.c.id,
        "secondaryjoin": lambda: other.c.id == PARENTS.c[column],
        "viewonly": True,
        "uselist": False,
    }


def _filled(*columns: str, **more: Any) -> dict[str, Any]:
    met = text(" AND ".join([f"{name} IS NOT NULL" for name in columns] or ["TRUE"]))
    return {"postgresql_where": met, "sqlite_where": met} | more


DUE = text("ended_on IS NULL AND waiting_fee_id IS NULL")
#: Reckoned from the fees, which have a history of their own; the line's own is of what people say of it.
RECKONED = ["end_on", "started_on", "last_fee_id", "amount", "waiting_fee_id"]
#: Read with the line, never written.
READ = ["owner_id", "department_id", "next_contact_at", "standing"]


class ServiceLine(Model):
    """One product of one customer for which there ever was a period. ``end_on``: the last day of the approved ones.

    ``end_on`` is empty where every period turned out wrong and was reversed. ``ended_end_on``: the end that stood there
    when somebody said that it is not renewed; what is approved beyond it takes the line up again.
    """

    __tablename__ = "renewals_line"
    __versioned__: dict = {"exclude": [*RECKONED, *READ]}
    __scope__ = SCOPE
    __table_args__ = (
        UniqueConstraint("customer_id", "product_id"),
        CheckConstraint("(ended_on IS NULL) = (ended_end_on IS NULL)", name="ck_renewals_line_ended"),
        Index("ix_renewals_line_end", "end_on", "id"),
        Index("ix_renewals_line_due", "end_on", "id", postgresql_where=DUE, sqlite_where=DUE),
        Index("ix_renewals_line_last_fee", "last_fee_id"),
        Index("ix_renewals_line_waiting", "waiting_fee_id", **_filled("waiting_fee_id")),
        Index("ix_renewals_line_ended", "ended_on", "id", **_filled("ended_on")),
        Index("ix_renewals_line_product", "product_id", "end_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        info=field(Link(_("Customer"), to="customer", relation="customer", nobody=_("Outside what you see"))),
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey("products_product.id"),
        info=field(Link(_("Product or service"), to="product", relation="product")),
    )
    end_on: Mapped[date | None] = mapped_column(info=field(Date(_("Ends on"), sortable=True)))
    started_on: Mapped[date | None] = mapped_column(info=field(Date(_("Last period from"))))
    amount: Mapped[Decimal | None] = mapped_column(
        Numeric(12, 2), info=field(Money(_("Last amount"), help=_("What was agreed for the last period.")))
    )
    last_fee_id: Mapped[int | None] = mapped_column(
        ForeignKey("fees_fee.id"), info=field(Link(_("Last fee"), to="fee", relation="last_fee"))
    )
    waiting_fee_id: Mapped[int | None] = mapped_column(
        ForeignKey("fees_fee.id"), info=field(Link(_("Renewal that waits"), to="fee", relation="waiting_fee"))
    )
    ended_on: Mapped[date | None] = mapped_column(info=field(Date(_("Not renewed since"))))
    ended_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Said by"), to="employee", relation="ended_by"))
    )
    reason: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Why not renewed"), dictionary="not_renewed_reason"))
    )
    reason_words: Mapped[str | None] = mapped_column(
        String(500), info=field(LongText(_("Why not renewed, in words"), max_length=500))
    )
    ended_end_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    revision: Mapped[int] = mapped_column(nullable=False)

    customer = relationship("Customer")
    product = relationship("Product")
    last_fee = relationship("Fee", foreign_keys=[last_fee_id])
    waiting_fee = relationship("Fee", foreign_keys=[waiting_fee_id])
    ended_by = relationship("Employee", foreign_keys=[ended_by_id])
    owner = relationship("Employee", **_by_way_of("security_employee", "owner_id"))
    department = relationship("Department", **_by_way_of("security_department", "department_id"))

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Choice(_("Expiry state"), name="state", column="standing", dictionary="fee_expiry"),
        DaysLeft(_("Days left"), name="days_left"),
        Link(_("Owner"), name="owner", column="owner_id", to="employee", relation="owner", nobody=_("Unassigned")),
        Link(_("Department"), name="department", column="department_id", to="department", relation="department"),
        Moment(_("Next contact"), name="next_contact_at", column="next_contact_at"),
    )

    @property
    def days_left(self) -> int | None:
        """Days until the end; below zero: since. None for what has none, or does not count any more."""
        is_over = self.end_on is None or self.ended_on is not None
        return None if is_over else (self.end_on - clock.today()).days  # type: ignore[operator]

    @property
    def state_now(self) -> State | None:
        """Return how the line stands today."""
        return rules.state(
            self.end_on,
            is_waiting=self.waiting_fee_id is not None,
            is_ended=self.ended_on is not None,
            today=clock.today(),
            within_days=settings.value(WITHIN),
        )

    @staticmethod
    def days_words(left: int) -> str:
        """Return days until an end, or since, in words."""
        return DaysLeft().text(left)

    def __str__(self) -> str:
        return f"{self.customer} · {self.product}" if self.customer is not None else str(self.product)


_TABLE = ServiceLine.__table__
for _name in ("owner_id", "department_id", "next_contact_at"):
    setattr(ServiceLine, _name, column_property(_of_customer(_TABLE.c.customer_id, _name), deferred=True))
ServiceLine.standing = column_property(
    case(*[(met, code.value) for code, met in conditions(_TABLE).items()], else_=None), deferred=True
)
