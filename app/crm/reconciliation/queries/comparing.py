"""Lines and fees as they are compared: read in sets, by (amount, day) and by payer. In whatever scope.

Whoever enters a fee need not see bank lines, so these reads say ``unscoped``; nothing of them is shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, false, func, or_, select

from app.base.among import among
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.fees.queries import Fee as FeeRow
from app.crm.reconciliation.models import Line as LineRow
from app.crm.reconciliation.models import Match, Payer, Proposal
from app.crm.reconciliation.rules import MATCHABLE, OPEN, names, scoring
from app.crm.reconciliation.rules.scoring import Fee, Line
from app.crm.reconciliation.rules.states import Open
from app.extensions import db

WINDOW = timedelta(days=scoring.WINDOW_DAYS)
CHUNK = 1000  # amounts of one statement
WHY = "what a line is compared with is nobody's answer"


def compared(ids: Iterable[int]) -> list[Line]:
    """Return those of some lines that wait for a match, as they are compared."""
    columns = (LineRow.id, LineRow.amount, LineRow.booked_on, LineRow.payer, LineRow.summary)
    wanted = select(*columns).where(among(LineRow.id, sorted(set(ids))), LineRow.state.in_(OPEN)).order_by(LineRow.id)
    with unscoped(WHY):
        rows = db.session.execute(wanted).all()
    return [Line(key, amount, day, payer or "", summary or "") for key, amount, day, payer, summary in rows]


def rivals(lines: Sequence[Line]) -> list[int]:
    """Return the other lines that wait for a match and want the same amounts, near in time."""
    if not lines:
        return []
    near = (LineRow.booked_on >= _first(lines), LineRow.booked_on <= _last(lines))
    found: list[int] = []
    with unscoped(WHY):
        for amounts in _amounts(lines):
            wanted = select(LineRow.id).where(LineRow.amount.in_(amounts), *near, LineRow.state.in_(OPEN))
            found += db.session.scalars(wanted)
    return sorted(set(found) - {line.id for line in lines})


def fees_of(lines: Sequence[Line], *, but: Iterable[int] = ()) -> list[Fee]:
    """Return the fees that lines may be for: of the same amounts, and of customers their payers may be.

    ``but``: fees that are proposed to other lines.
    """
    if not lines:
        return []
    near = and_(FeeRow.received_on >= _first(lines), FeeRow.received_on <= _last(lines))
    left_out = set(but)
    with unscoped(WHY):
        rows = {row.id: row for amounts in _amounts(lines) for row in _open_rows(near, FeeRow.amount.in_(amounts))}
        theirs = _customers_of(lines, near)
        for start in range(0, len(theirs), CHUNK):
            part = among(FeeRow.customer_id, theirs[start : start + CHUNK])
            rows |= {row.id: row for row in _open_rows(near, part)}
        return _as_compared([row for key, row in sorted(rows.items()) if key not in left_out])


def _first(lines: Sequence[Line]) -> date:
    return min(line.booked_on for line in lines) - WINDOW


def _last(lines: Sequence[Line]) -> date:
    return max(line.booked_on for line in lines) + WINDOW


def _amounts(lines: Sequence[Line]) -> list[list[Decimal]]:
    known = sorted({line.amount for line in lines})
    return [known[start : start + CHUNK] for start in range(0, len(known), CHUNK)]


def _matched() -> Select[int, Decimal]:
    return select(Match.fee_id, func.sum(Match.amount).label("sum")).group_by(Match.fee_id)


def _open_rows(*where: ColumnElement[bool]) -> Sequence[Any]:
    """Return fees that may still get money; entries that reverse another never do."""
    matched = _matched().subquery()
    living = (FeeRow.state.in_(MATCHABLE), FeeRow.reverses_id.is_(None))
    open_ = or_(matched.c.sum.is_(None), matched.c.sum != FeeRow.amount)
    return db.session.execute(_rows(matched).where(*living, open_, *where)).all()


def left_of(fee_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """Return what of fees in scope no line has been matched to yet."""
    matched, keys = _matched().subquery(), sorted(set(fee_ids))
    wanted = select(FeeRow.id, FeeRow.amount, matched.c.sum).outerjoin(matched, matched.c.fee_id == FeeRow.id)
    rows = db.session.execute(wanted.where(among(FeeRow.id, keys)))
    return {key: amount - (total or Decimal(0)) for key, amount, total in rows}


def _rows(matched: Subquery) -> Select[Any]:
    columns = (
        FeeRow.id,
        FeeRow.number,
        FeeRow.amount,
        FeeRow.received_on,
        FeeRow.customer_id,
        FeeRow.payer,
        FeeRow.invoice_number,
        matched.c.sum,
    )
    return select(*columns).outerjoin(matched, matched.c.fee_id == FeeRow.id)


def told_of(fee_ids: Iterable[int]) -> list[Fee]:
    """Return fees as they are compared with their whole amount, whatever is matched to them."""
    matched = _matched().where(false()).subquery()
    with unscoped(WHY):
        rows = db.session.execute(_rows(matched).where(among(FeeRow.id, sorted(set(fee_ids)))).order_by(FeeRow.id))
        return _as_compared(rows.all())


def seen_of(fee_ids: Iterable[int]) -> Mapping[int, str]:
    """Return what is compared of those of some fees that may still get money."""
    rows = _open_rows(among(FeeRow.id, sorted(set(fee_ids))))
    return {fee.id: fee.seen for fee in _as_compared(rows)}


def _customers_of(lines: Sequence[Line], near: ColumnElement[bool]) -> list[int]:
    """Return the customers with fees near the lines whose name, people or learned payers are among the payers."""
    payers = [line.payer for line in lines if line.payer and not names.is_collector(line.payer)]
    words = {names.core(name) for name in payers} | {names.plain(name) for name in payers}
    if not words:
        return []
    keys = list(db.session.scalars(select(FeeRow.customer_id).where(near).distinct()))
    learned = _learned(keys)
    return [
        key
        for key, known in customers.known_as(keys).items()
        if names.core(known.name) in words
        or not words.isdisjoint(scoring.people(known.people))
        or not words.isdisjoint(learned[key])
    ]


def _learned(customer_ids: Sequence[int]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    wanted = select(Payer.customer_id, Payer.word).where(among(Payer.customer_id, customer_ids))
    for key, word in db.session.execute(wanted):
        found[key].add(word)
    return found


def _as_compared(rows: Sequence[Any]) -> list[Fee]:
    keys = sorted({row.customer_id for row in rows})
    known, learned = customers.known_as(keys), _learned(keys)
    people = {key: scoring.people(one.people) for key, one in known.items()}
    return [
        Fee(
            row.id,
            row.amount - (row.sum or 0),
            row.received_on,
            row.customer_id,
            tuple(one for one in (row.number, row.invoice_number) if one),
            tuple(one for one in (known[row.customer_id].name, row.payer) if one),
            people[row.customer_id],
            frozenset(learned[row.customer_id]),
        )
        for row in rows
        if row.customer_id in known
    ]


def proposed_elsewhere(line_ids: Iterable[int]) -> list[int]:
    """Return the fees that are proposed to lines other than these."""
    wanted = select(Proposal.fee_id).where(Proposal.is_chosen, ~among(Proposal.line_id, sorted(set(line_ids))))
    with unscoped(WHY):
        return list(db.session.scalars(wanted))


def open_of(fee_ids: Iterable[int]) -> Mapping[int, Open]:
    """Return fees as money is laid to them; nobody else changes them until the transaction ends.

    Fees are locked before lines, everywhere, in the order of their ids.
    """
    keys, table = sorted(set(fee_ids)), FeeRow.__table__
    columns = (table.c.id, table.c.number, table.c.state, table.c.amount, table.c.reverses_id)
    with unscoped("whoever matches sees all fees"):
        wanted = select(*columns).where(among(table.c.id, keys)).order_by(table.c.id).with_for_update()
        rows = db.session.execute(wanted).all()
        matched = {key: total for key, total in db.session.execute(_matched().where(among(Match.fee_id, keys)))}  # noqa: C416
    return {
        key: Open(number, "reversed" if reverses else state, amount - matched.get(key, Decimal(0)))
        for key, number, state, amount, reverses in rows
    }
