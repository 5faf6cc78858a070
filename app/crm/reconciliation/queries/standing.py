"""What the bank says of fees: for the ledger, and when a fee changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal, select

from app.base.among import among
from app.base.scope import unscoped
from app.crm.fees.queries import Fee
from app.crm.reconciliation.models import Line, Match, Proposal
from app.crm.reconciliation.rules import AGAIN, MATCHABLE, OPEN, scoring
from app.crm.reconciliation.rules.standing import EXPECTED, IN_PART, LOOK_AGAIN, PAID, SUGGESTED
from app.extensions import db

WHY = "whether money came for a fee is told to whoever sees the fee"
CASH = "cash"  # of payment_method: it never comes to a bank by itself
WINDOW = timedelta(days=scoring.WINDOW_DAYS)


def _matched(table: FromClause) -> ColumnElement[Decimal]:
    rows = Match.__table__.alias()
    return select(func.sum(rows.c.amount)).where(rows.c.fee_id == table.c.id).correlate(table).scalar_subquery()


def _again(table: FromClause) -> ColumnElement[bool]:
    rows, lines = Match.__table__.alias(), Line.__table__.alias()
    joined = rows.join(lines, lines.c.id == rows.c.line_id)
    here = (rows.c.fee_id == table.c.id, lines.c.state == AGAIN)
    return select(literal(1)).select_from(joined).where(*here).correlate(table).exists()


def _suggested(table: FromClause) -> ColumnElement[bool]:
    rows = Proposal.__table__.alias()
    return select(literal(1)).where(rows.c.fee_id == table.c.id, rows.c.is_chosen).correlate(table).exists()


def line_state_of(table: FromClause) -> ColumnElement[Any]:
    """Return what the bank says of a fee, as SQL; NULL where no money is expected."""
    matched = _matched(table)
    by_bank = func.coalesce(table.c.method, "") != CASH
    expected = and_(table.c.state.in_(MATCHABLE), table.c.reverses_id.is_(None), by_bank)
    return case(
        (_again(table), literal(str(LOOK_AGAIN))),
        (matched == table.c.amount, literal(str(PAID))),
        (matched.is_not(None), literal(str(IN_PART))),
        (_suggested(table), literal(str(SUGGESTED))),
        (expected, literal(str(EXPECTED))),
    )


def matched_state(fee_ids: Collection[int]) -> Mapping[int, str]:
    """Return what the bank says of some fees; those of which no money is expected are left out."""
    table = Fee.__table__
    with unscoped(WHY):
        found = db.session.execute(select(table.c.id, line_state_of(table)).where(among(table.c.id, sorted(fee_ids))))
        return {key: said for key, said in found if said is not None}


class Standing(NamedTuple):
    """A match, and its fee as it is now. ``was``: the fee's amount and customer when it was confirmed."""

    line_id: int
    fee_id: int
    number: str
    was: tuple[Decimal, int]
    now: tuple[str, Decimal, int, Decimal]


def on_matched(fee_ids: Iterable[int]) -> list[Standing]:
    """Return the matches of fees, each beside the fee as it is now."""
    keys, sums = sorted(set(fee_ids)), select(Match.fee_id, func.sum(Match.amount).label("sum")).group_by(Match.fee_id)
    all_of = sums.subquery()
    wanted = (
        select(Match, Fee.number, Fee.state, Fee.amount, Fee.customer_id, all_of.c.sum)
        .join(Fee, Fee.id == Match.fee_id)
        .join(all_of, all_of.c.fee_id == Match.fee_id)
        .where(among(Match.fee_id, keys))
        .order_by(Match.line_id)
    )
    return [
        Standing(
            match.line_id,
            match.fee_id,
            number,
            (match.fee_amount, match.customer_id),
            (str(state), amount, customer, total),
        )
        for match, number, state, amount, customer, total in db.session.execute(wanted)
    ]


def touching(fee_ids: Iterable[int], seen: Mapping[int, str]) -> list[int]:
    """Return the lines whose proposals name fees that changed, or that could be for them now.

    ``seen``: what is compared of each fee that may get money now; a proposal that saw the same still holds.
    """
    keys = sorted(set(fee_ids))
    named = select(Proposal.line_id, Proposal.fee_id, Proposal.seen).where(among(Proposal.fee_id, keys))
    lines: set[int] = set()
    settled: set[int] = set()
    for line_id, fee_id, was in db.session.execute(named):
        if seen.get(fee_id) == was:
            settled.add(fee_id)
        else:
            lines.add(line_id)
    return sorted(lines | _waiting([key for key in seen if key not in settled]))


def _waiting(fee_ids: Sequence[int]) -> set[int]:
    """Return the lines without a match of the same amount as one of these fees, near in time."""
    if not fee_ids:
        return set()
    rows = db.session.execute(select(Fee.amount, Fee.received_on).where(among(Fee.id, fee_ids))).all()
    amounts, days = sorted({row.amount for row in rows}), [row.received_on for row in rows]
    near = (Line.booked_on >= min(days) - WINDOW, Line.booked_on <= max(days) + WINDOW)
    found: set[int] = set()
    for start in range(0, len(amounts), 1000):
        some = Line.amount.in_(amounts[start : start + 1000])
        found |= set(db.session.scalars(select(Line.id).where(some, *near, Line.state.in_(OPEN))))
    return found


__all__ = ["Standing", "line_state_of", "matched_state", "on_matched", "touching"]
