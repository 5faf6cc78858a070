"""Months of the ledger: whether something may still be received in one, closing one, and opening it again.

Who enters or moves something into a month holds the series of its numbers; who closes it holds that too, and every
entry of it. So one is before the other, and whoever is late is told.
"""

from collections.abc import Iterable
from datetime import date

from app.base.numbering import take
from app.crm.fees import queries, rules


def check_open(*days: date) -> None:
    """Raise NotAllowed if one of these days is in a closed month."""
    closed = queries.closed_months(days)
    for day in days:
        rules.check_open(day, closed=closed)


def series(day: date) -> str:
    """Return the name of the series of numbers of a day's month."""
    return f"fees-{day:%Y%m}"


def hold(day: date) -> None:
    """Keep others from entering anything into a month, and from closing it, until the end of the transaction."""
    take(series(day), 0)


def next_number(day: date) -> str:
    """Return the next number of a day's month, which is held from now on. Raises NotAllowed if it was closed."""
    (number,) = take(series(day))
    check_open(day)
    return f"FW-{day:%Y%m}-{number:06}"


def months_of(days: Iterable[date]) -> set[date]:
    """Return the first days of the months in which days are."""
    return {day.replace(day=1) for day in days}
