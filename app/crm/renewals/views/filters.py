"""What lists can be asked for: of customers how their fees stand, of lines whose they are and what was told of them."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, select, true

from app.base import clock
from app.base.fields import Boolean, Choice, Date, Field, Link, Moment, Name, Number, Path, Reckoned, Related
from app.base.i18n import _
from app.crm.customers.queries import Customer
from app.crm.renewals import queries
from app.crm.renewals.models import Line, Reminder
from app.crm.renewals.rules import MOST_OFFSET

STATE = Choice(_("Expiry state"), name="state", dictionary="fee_expiry")
SERVED = Link(_("Served with"), to="product")
MOST_DAYS = 36_500


# ── of lines ──


def _line_state(table: FromClause, code: str, states: Sequence[str]) -> ColumnElement[bool]:
    return table.c.end_on.is_(None) if code == "empty" else queries.standing_in(table, states)


def _days_left(table: FromClause, code: str, values: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition on the days until an end that counts; below zero: since."""
    counts = and_(table.c.end_on.is_not(None), table.c.ended_on.is_(None))
    if code == "empty":
        return counts.is_not(true())

    def between(low: int, high: int) -> ColumnElement[bool]:
        today = clock.today()
        return table.c.end_on.between(today + timedelta(days=low), today + timedelta(days=high))

    return and_(counts, _asked(code, values, between))


def _asked(code: str, values: Sequence[int], between: Callable[[int, int], ColumnElement[bool]]) -> ColumnElement[bool]:
    pairs = {
        "below": lambda: [(-MOST_DAYS, values[0] - 1)],
        "above": lambda: [(values[0] + 1, MOST_DAYS)],
        "between": lambda: [(min(values), max(values))],
    }.get(code, lambda: [(value, value) for value in values])()
    return or_(false(), *[between(low, high) for low, high in pairs if low <= high])


def _its_customer(column: str) -> Path:
    """Return the path to the customer of a line, as far as it has something in a column: else that "is empty"."""

    def path(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
        rows = Customer.__table__.alias()
        return rows, and_(rows.c.id == table.c.customer_id, rows.c[column].is_not(None))

    return path


def _its_reminders(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = Reminder.__table__.alias()
    return rows, and_(rows.c.line_id == table.c.id, rows.c.batch.is_not(None))


def _of_customer(name: str, inner: Field, column: str = "") -> Related:
    return Related(inner.label, name=name, column=column or name, inner=inner, path=_its_customer(column or name))


OF_LINES = (
    Reckoned(STATE.label, name="state", inner=STATE, how=_line_state),
    Reckoned(
        _("Days left"),
        name="days_left",
        inner=Number(_("Days left"), low=-MOST_DAYS, high=MOST_DAYS),
        how=_days_left,
    ),
    _of_customer("owner", Link(_("Owner"), to="employee"), "owner_id"),
    _of_customer("department", Link(_("Department"), to="department"), "department_id"),
    _of_customer("next_contact_at", Moment(_("Next contact"))),
    _of_customer("customer_name", Name(_("Customer name")), "name"),
    _of_customer("customer_level", Choice(_("Level of the customer"), dictionary="customer_level"), "level"),
    Related(_("Reminded on"), name="reminded_on", column="told_on", inner=Date(_("Reminded on")), path=_its_reminders),
    Related(
        _("Reminder, days before"),
        name="reminded_stage",
        column="stage",
        inner=Number(_("Reminder, days before"), low=-MOST_OFFSET, high=MOST_OFFSET),
        path=_its_reminders,
    ),
)


# ── of customers ──


def _customer_state(table: FromClause, code: str, states: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a customer has a line that stands so; "empty": that it has none at all."""
    rows = Line.__table__.alias()
    if code == "empty":
        return table.c.id.not_in(select(rows.c.customer_id).where(rows.c.end_on.is_not(None)))
    return table.c.id.in_(select(rows.c.customer_id).where(queries.standing_in(rows, states)))


def _limited(table: FromClause, code: str, _values: Sequence[Any]) -> ColumnElement[bool]:
    return false() if code == "empty" else queries.limited(table)


def _lines(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = Line.__table__.alias()
    return rows, and_(rows.c.customer_id == table.c.id, rows.c.end_on.is_not(None))


OF_CUSTOMERS = (
    Reckoned(_("Expiry state"), name="fee_expiry", inner=STATE, how=_customer_state),
    Related(SERVED.label, name="served_with", column="product_id", inner=SERVED, path=_lines),
    Related(
        _("Why not renewed"),
        name="not_renewed_reason",
        column="reason",
        inner=Choice(_("Why not renewed"), dictionary="not_renewed_reason"),
        path=_lines,
    ),
    Reckoned(_("Service limited"), name="service_limited", inner=Boolean(_("Service limited")), how=_limited),
)


def tab(name: str, label: object, **condition: Any) -> tuple[str, object, dict[str, Any]]:
    """Return a tab above a list: the house's filter of one condition."""
    return name, label, {"all": [condition]}
