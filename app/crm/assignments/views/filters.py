"""Filters of customers by how they are looked after."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, or_

from app.base import clock
from app.base.fields import Number, Reckoned
from app.base.i18n import _

NEGLECTED_DAYS = 30


def _midnight(days_ago: int) -> datetime:
    return clock.stored(datetime.combine(clock.today() - timedelta(days=days_ago), time()))


def _over(table: FromClause, days: int) -> ColumnElement[bool]:
    """Return the condition that more than so many days have passed since contact and assignment, whichever is later."""
    edge, last, given = _midnight(days), table.c.last_followup_at, table.c.assigned_at
    return and_(or_(last.is_(None), last < edge), or_(given.is_(None), given < edge), or_(last < edge, given < edge))


def _under(table: FromClause, days: int) -> ColumnElement[bool]:
    edge = _midnight(days - 1)
    return or_(table.c.last_followup_at >= edge, table.c.assigned_at >= edge)


def days_without_contact(table: FromClause, code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition on the days since the last follow-up, or since the assignment if that came later."""
    if code == "empty":
        return and_(table.c.last_followup_at.is_(None), table.c.assigned_at.is_(None))
    if code == "above":
        return _over(table, values[0])
    if code == "below":
        return _under(table, values[0])
    pairs = [(min(values), max(values))] if code == "between" else [(value, value) for value in values]
    return or_(*[and_(_over(table, low - 1), _under(table, high + 1)) for low, high in pairs])


DAYS_WITHOUT_CONTACT = Reckoned(
    _("Days without follow-up"),
    name="days_without_contact",
    inner=Number(_("Days without follow-up"), name="days_without_contact", low=0, high=36_500),
    how=days_without_contact,
)
#: A tab above the list, beside which recalling is one click.
NEGLECTED = (
    "neglected",
    _("Not followed up for 30 days"),
    {
        "all": [
            {"field": "owner", "op": "not_empty"},
            {"field": "days_without_contact", "op": "above", "value": NEGLECTED_DAYS},
        ]
    },
)
