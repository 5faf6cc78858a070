"""Sums of the ledger: by state, of a month, of a customer. What is asked of many rows is one statement."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import selectinload

from app.base.scope import unscoped
from app.crm.fees.models import Closing, Fee
from app.crm.fees.rules import COUNTED, LIVING, UNREVIEWED
from app.extensions import db
from app.system.security import queries as security

ROWS = Fee.__table__
NOTHING = Decimal("0.00")


class Tally(NamedTuple):
    """How many entries, and how much they come to."""

    entries: int
    total: Decimal


NONE = Tally(0, NOTHING)


def next_month(month: date) -> date:
    """Return the first day of the month after a day's."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def in_month(month: date) -> ColumnElement[bool]:
    """Return the condition that a fee was received in the month that begins on a day."""
    return (Fee.received_on >= month) & (Fee.received_on < next_month(month))


def by_state(where: Sequence[ColumnElement[bool]]) -> Mapping[str, Tally]:
    """Return the tallies of the fees in scope that meet some conditions, by state."""
    counted = select(Fee.state, func.count(), func.sum(Fee.amount)).where(*where).group_by(Fee.state)
    return {str(state): Tally(count, exact(total)) for state, count, total in db.session.execute(counted)}


def exact(total: Any) -> Decimal:
    """Return a sum as money: SQLite adds decimals as floating numbers."""
    return Decimal(str(total or 0)).quantize(NOTHING)


# ── closing ──


def closing(month: date) -> Closing | None:
    """Return the row of a month that is, or once was, closed."""
    with unscoped("a month is closed for everybody"):
        return db.session.scalar(select(Closing).where(Closing.month == month).with_for_update())


def hold_month(month: date) -> None:
    """Keep others from changing the entries of a month until the end of the transaction."""
    with unscoped("all entries of a month are closed together"):
        db.session.execute(select(Fee.id).where(in_month(month)).order_by(Fee.id).with_for_update()).all()


def waiting_in(month: date) -> Sequence[str]:
    """Return the numbers of the entries of a month that wait for approval, in whatever scope."""
    with unscoped("all entries of a month are closed together"):
        found = select(Fee.number).where(in_month(month), Fee.state == UNREVIEWED).order_by(Fee.number)
        return list(db.session.scalars(found))


def tally(month: date) -> Tally:
    """Return what counts in a month, in whatever scope."""
    counted = select(func.count(), func.sum(Fee.amount)).where(in_month(month), Fee.state.in_(COUNTED))
    with unscoped("all entries of a month are closed together"):
        count, total = db.session.execute(counted).one()
    return Tally(count, exact(total))


def heads_department(department_id: int | None) -> int | None:
    """Return who heads a department."""
    return security.head_of(department_id) if department_id is not None else None


# ── of a customer ──


def of_customer(customer_id: int, *, limit: int) -> Sequence[Fee]:
    """Return the fees of a customer in scope, those received last first."""
    found = select(Fee).where(Fee.customer_id == customer_id).order_by(Fee.received_on.desc(), Fee.id.desc())
    return list(db.session.scalars(found.limit(limit)))


def count_of(customer_id: int) -> int:
    """Return how many fees of a customer are in scope."""
    return db.session.scalar(select(func.count(Fee.id)).where(Fee.customer_id == customer_id)) or 0


def count_and_paid(customer_id: int, *, since: date) -> tuple[int, Decimal]:
    """Return how many fees of a customer are in scope, and what it has paid since a day, in one statement."""
    counts = and_(Fee.received_on >= since, Fee.state.in_(COUNTED))
    both = select(func.count(Fee.id), func.sum(case((counts, Fee.amount)))).where(Fee.customer_id == customer_id)
    count, amount = db.session.execute(both).one()
    return count, exact(amount)


def paid(customer_id: int, *, since: date) -> Decimal:
    """Return what a customer has paid since a day, as far as it is in scope and counts."""
    mine = (Fee.customer_id == customer_id, Fee.received_on >= since, Fee.state.in_(COUNTED))
    return exact(db.session.scalar(select(func.sum(Fee.amount)).where(*mine)))


def open_of(customer_id: int) -> Decimal:
    """Return what is open of all that was agreed with a customer: 未收."""
    return sum((left for _first, left in open_lines(customer_id)), NOTHING)


def open_lines(customer_id: int) -> Sequence[tuple[Fee, Decimal]]:
    """Return the first payments of what a customer has not paid in full, each with what is open of it."""
    first = Fee.__table__.alias("first")
    parts = select(func.coalesce(func.sum(ROWS.c.amount), 0)).where(
        (ROWS.c.part_of_id == first.c.id) | (ROWS.c.id == first.c.id), ROWS.c.state.in_(sorted(LIVING))
    )
    left = (first.c.agreed_amount - parts.correlate(first).scalar_subquery()).label("left")
    mine = (first.c.customer_id == customer_id, first.c.agreed_amount.is_not(None), first.c.state.in_(sorted(LIVING)))
    with unscoped("what is open is open, whoever entered the payments"):
        open_rows = db.session.execute(select(first.c.id, left).where(*mine).order_by(first.c.id))
        known = {key: exact(rest) for key, rest in open_rows}
    if not known:
        return []
    rows = {fee.id: fee for fee in db.session.scalars(select(Fee).where(Fee.id.in_(sorted(known))))}
    return [(rows[key], rest) for key, rest in known.items() if rest > 0 and key in rows]


def statement(customer_id: int, *, first: date, last: date, limit: int) -> tuple[Decimal, Sequence[Fee]]:
    """Return what a customer had paid before a day, and what counts since until another, as far as it is in scope."""
    mine = (Fee.customer_id == customer_id, Fee.state.in_(COUNTED))
    before = db.session.scalar(select(func.sum(Fee.amount)).where(*mine, Fee.received_on < first))
    entries = select(Fee).where(*mine, Fee.received_on.between(first, last)).order_by(Fee.received_on, Fee.id)
    return exact(before), list(db.session.scalars(entries.limit(limit)))


def oldest_waiting(*, limit: int) -> Sequence[Fee]:
    """Return the fees in scope that wait for approval, those received first at the head."""
    found = select(Fee).where(Fee.state == UNREVIEWED).order_by(Fee.received_on, Fee.id).limit(limit)
    return list(db.session.scalars(found.options(selectinload(Fee.customer), selectinload(Fee.product))))
