"""Looking which fees bank lines are for. What a person has decided is left as it is."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, exists, func, insert, select

from app.base.actor import Actor
from app.base.among import among
from app.base.derived import set_derived
from app.base.engine import reading
from app.base.history import update_versioned
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.fees.queries import Fee
from app.crm.reconciliation import queries
from app.crm.reconciliation.models import Line, Match, Proposal
from app.crm.reconciliation.rules import OPEN, PROPOSED, UNMATCHED, pairing
from app.crm.reconciliation.rules.pairing import Found, Part
from app.extensions import db

LINES, PROPOSALS, MATCHES = Line.__table__, Proposal.__table__, Match.__table__
WHY = "proposals are made whoever enters a fee"


def look_again(ids: Iterable[int], *, actor: Actor) -> int:
    """Propose fees for lines, and for others that want the same amounts; return how many have a proposal then.

    Reads and reckons without holding SQLite's write lock; lines that somebody decides meanwhile are left alone.
    """
    db.session.rollback()
    with reading():
        wanted, found, seen = _reckoned(ids)
        db.session.rollback()
    return _written(wanted, found, seen, actor=actor)


@transaction
def propose(ids: Iterable[int], *, actor: Actor) -> int:
    """Do the same within the transaction of whoever changes what proposals follow from."""
    db.session.flush()
    wanted, found, seen = _reckoned(ids)
    return _written(wanted, found, seen, actor=actor)


def _reckoned(ids: Iterable[int]) -> tuple[list[int], Found, dict[int, str]]:
    lines = queries.compared(ids)
    lines += queries.compared(queries.rivals(lines))
    keys = [line.id for line in lines]
    fees = queries.fees_of(lines, but=queries.proposed_elsewhere(keys) if lines else ())
    return keys, pairing.pair(lines, fees), {fee.id: fee.seen for fee in fees}


@transaction
def _written(ids: Sequence[int], found: Found, seen: dict[int, str], *, actor: Actor) -> int:
    with unscoped(WHY):
        free = _still_open(ids)
        loose = _named(free)
        if free:
            db.session.execute(delete(PROPOSALS).where(among(PROPOSALS.c.line_id, free)))
        taken = set(queries.proposed_elsewhere(free))
        rows = _rows(set(free), found, seen, taken)
        if rows:
            db.session.execute(insert(PROPOSALS), rows)
        chosen = sorted({row["line_id"] for row in rows if row["is_chosen"]})
        update_versioned(Line, chosen, {"state": str(PROPOSED)})
        update_versioned(Line, set(free) - set(chosen), {"state": str(UNMATCHED)})
        reckon(free)
        mark({*loose, *[row["fee_id"] for row in rows]})
    return len(chosen)


def _still_open(ids: Sequence[int]) -> list[int]:
    wanted = select(LINES.c.id).where(among(LINES.c.id, sorted(ids)), LINES.c.state.in_(OPEN))
    return list(db.session.scalars(wanted.order_by(LINES.c.id).with_for_update()))


def _rows(free: set[int], found: Found, seen: dict[int, str], taken: set[int]) -> list[dict[str, Any]]:
    """Return the rows of the proposals; one whose fee was proposed to another line meanwhile is only possible."""
    rows = []
    for line_id, proposal in found.proposals.items():
        is_free = taken.isdisjoint(part.fee_id for part in proposal.parts)
        rows += [_row(line_id, part, seen, is_chosen=is_free) for part in proposal.parts]
    for line_id, parts in found.candidates.items():
        rows += [_row(line_id, part, seen, is_chosen=False) for part in parts]
    return [row for row in rows if row["line_id"] in free]


def _row(line_id: int, part: Part, seen: dict[int, str], *, is_chosen: bool) -> dict[str, Any]:
    return {
        "line_id": line_id,
        "fee_id": part.fee_id,
        "amount": part.amount,
        "points": part.score.points,
        "why": [reason.kept() for reason in part.score.reasons],
        "is_chosen": is_chosen,
        "seen": seen[part.fee_id],
    }


def drop(ids: Iterable[int]) -> None:
    """Drop the proposals of lines that a person decided."""
    wanted = sorted(set(ids))
    if wanted:
        with unscoped(WHY):
            loose = _named(wanted)
            db.session.execute(delete(PROPOSALS).where(among(PROPOSALS.c.line_id, wanted)))
        mark(loose)
    reckon(wanted)


def _named(line_ids: Sequence[int]) -> list[int]:
    """Return the fees that the proposals of lines name."""
    if not line_ids:
        return []
    return list(db.session.scalars(select(PROPOSALS.c.fee_id).where(among(PROPOSALS.c.line_id, line_ids)).distinct()))


def let_go(fee_ids: Iterable[int]) -> None:
    """Drop the proposals that name fees which are about to go for good: an import that is taken back."""
    keys = sorted(set(fee_ids))
    with unscoped(WHY):
        named = select(PROPOSALS.c.line_id).where(among(PROPOSALS.c.fee_id, keys)).distinct()
        lines = list(db.session.scalars(named))
        if lines:
            db.session.execute(delete(PROPOSALS).where(among(PROPOSALS.c.line_id, lines)))
            update_versioned(Line, lines, {"state": str(UNMATCHED)})
            reckon(lines)


def mark(fee_ids: Iterable[int]) -> None:
    """Set on fees what the bank says of them now."""
    keys = sorted(set(fee_ids))
    if keys:
        db.session.flush()
        set_derived(Fee, keys, {"bank_state": queries.line_state_of(Fee.__table__)})


def reckon(ids: Iterable[int]) -> None:
    """Set what follows from matches and proposals: the score, whether several are possible, and the customer."""
    mine, match = PROPOSALS.c.line_id == LINES.c.id, MATCHES.c.line_id == LINES.c.id
    chosen = (mine, PROPOSALS.c.is_chosen)
    points = func.coalesce(
        select(func.min(MATCHES.c.points)).where(match).scalar_subquery(),
        select(func.min(PROPOSALS.c.points)).where(*chosen).scalar_subquery(),
    )
    customer = func.coalesce(
        select(func.min(MATCHES.c.customer_id)).where(match).scalar_subquery(),
        select(func.min(Fee.__table__.c.customer_id))
        .select_from(PROPOSALS.join(Fee.__table__, Fee.__table__.c.id == PROPOSALS.c.fee_id))
        .where(*chosen)
        .scalar_subquery(),
    )
    others = select(func.count()).select_from(PROPOSALS).where(mine, ~PROPOSALS.c.is_chosen).scalar_subquery()
    has_none = ~exists().where(*chosen)
    values = {"points": points, "customer_id": customer, "has_several": (others > 1) & has_none}
    set_derived(Line, ids, values)
