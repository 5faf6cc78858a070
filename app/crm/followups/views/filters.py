"""How well customers are followed up, as their lists can ask: attempts, and days without progress. Source: POOL-2."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, func, or_, select

from app.base import clock
from app.base.fields import Number, Reckoned
from app.base.i18n import _
from app.crm.followups import queries
from app.crm.followups.models import Followup

MOST = 36_500


def _of(table: FromClause) -> tuple[Any, ColumnElement[bool]]:
    """Return the follow-ups, and the condition that they are a customer's, whoever may read them: only for counting."""
    rows = Followup.__table__.alias()
    return rows, and_(rows.c.customer_id == table.c.id, rows.c.deleted_at.is_(None))


def attempts(table: FromClause, code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition on how often a customer was followed up since it was assigned."""
    rows, theirs = _of(table)
    since = func.coalesce(table.c.assigned_at, table.c.created_at)
    count = select(func.count()).select_from(rows).where(theirs, rows.c.at >= since).correlate(table).scalar_subquery()
    return _asked(code, values, count.between)


def without_progress(table: FromClause, code: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition on the days since the follow-up status last changed; else since the assignment."""
    if code == "empty":
        return false()
    since = _unchanged_since(table)
    return _asked(code, values, lambda low, high: and_(since < _end_of(low), since >= _end_of(high + 1)))


def _unchanged_since(table: FromClause) -> ColumnElement[datetime]:
    """Return when a customer first got the status it has had since."""
    (other, others), (same, sames) = _of(table), _of(table)
    before = select(func.max(other.c.at)).where(others, other.c.progress != table.c.followup_status)
    last_other = before.correlate(table).scalar_subquery()
    first = select(func.min(same.c.at)).where(sames, or_(last_other.is_(None), same.c.at > last_other))
    reached = first.correlate(table).scalar_subquery()
    return func.coalesce(reached, table.c.assigned_at, table.c.created_at)


def _end_of(days_ago: int) -> datetime:
    """Return the moment at which the day so many days ago was over."""
    return queries.midnight(clock.today() - timedelta(days=days_ago - 1))


def _asked(code: str, values: Sequence[Any], between: Callable[[int, int], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return a condition of a number, whatever operator it is asked with."""
    pairs = {
        "below": lambda: [(0, values[0] - 1)],
        "above": lambda: [(values[0] + 1, MOST)],
        "between": lambda: [(min(values), max(values))],
    }.get(code, lambda: [(value, value) for value in values])()
    return or_(false(), *[between(low, high) for low, high in pairs])


def _number(name: str, label: Any, how: Callable[..., ColumnElement[bool]]) -> Reckoned:
    return Reckoned(label, name=name, inner=Number(label, name=name, low=0, high=MOST), how=how)


WELL_FOLLOWED = (
    _number("attempts", _("Follow-ups since the assignment"), attempts),
    _number("days_without_progress", _("Days without progress"), without_progress),
)
