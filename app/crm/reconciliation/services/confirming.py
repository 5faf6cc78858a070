"""Saying which fees a bank line is for, and taking it back. Confirming approves nothing."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.transaction import lock, transaction
from app.crm.fees.queries import Fee
from app.crm.reconciliation import queries, rules
from app.crm.reconciliation.models import Line, Match, Proposal
from app.crm.reconciliation.rules import scoring
from app.crm.reconciliation.rules.scoring import Score
from app.crm.reconciliation.services.learning import Paid, learn, unlearn
from app.crm.reconciliation.services.proposing import drop, mark, propose, reckon
from app.extensions import db


@transaction
def confirm(line: Line, parts: Mapping[int, Decimal], *, actor: Actor) -> None:
    """Match a line to fees. ``parts``: what of its amount is for which fee.

    A match that had to be looked at again is replaced. Raises WrongState if somebody was faster with the line or with
    one of the fees, Invalid unless the parts make up the whole line.
    """
    former = queries.matches_of(line.id)
    fees = queries.open_of({*parts, *[match.fee_id for match in former]})
    lock(line)
    state = rules.state_after(line.state, "confirm")
    _let_go(line, former)
    if former:
        fees = queries.open_of(parts)
    rules.check_parts(line.amount, parts, fees)
    scores = explained(line, parts)
    rows = {fee.id: fee for fee in db.session.scalars(select(Fee).where(among(Fee.id, sorted(parts))))}
    for key, amount in parts.items():
        db.session.add(_match(line, rows[key], amount, scores.get(key), actor))
    _decide(line, state, actor)
    learn([Paid(line.payer or "", fee.customer_id) for fee in rows.values()])
    db.session.flush()
    loosen([line.id], [*parts, *[match.fee_id for match in former]], actor=actor)


def _match(line: Line, fee: Fee, amount: Decimal, score: Score | None, actor: Actor) -> Match:
    return Match(
        line_id=line.id,
        fee_id=fee.id,
        amount=amount,
        fee_amount=fee.amount,
        customer_id=fee.customer_id,
        points=score.points if score else None,
        why=[reason.kept() for reason in score.reasons] if score else [],
        confirmed_by_id=actor.id,
    )


def _decide(line: Line, state: rules.LineState, actor: Actor) -> None:
    line.state, line.decided_at, line.decided_by_id = state, clock.now(), actor.id


def explained(line: Line, fee_ids: Iterable[int]) -> Mapping[int, Score]:
    """Return how well a line goes together with fees, whatever a person thinks of it."""
    keys = sorted(set(fee_ids))
    about = scoring.Line(line.id, line.amount, line.booked_on, line.payer or "", line.summary or "")
    fees = queries.told_of(keys)
    total = sum((fee.amount for fee in fees), Decimal(0))
    found = {}
    for fee in fees:
        is_whole = fee.amount == line.amount
        is_sum = total == line.amount
        points = scoring.AMOUNT if is_whole else scoring.SUMMED if is_sum or len(fees) > 1 else 0
        found[fee.id] = scoring.score(about, fee, amount_points=points, ours=fee.amount if is_whole else None)
    return found


@transaction
def take_back(line: Line, *, actor: Actor) -> None:
    """Take a match back: the line waits again, and its fees are free. Raises WrongState if there is none."""
    former = queries.matches_of(line.id)
    fees = [match.fee_id for match in former]
    queries.open_of(fees)
    lock(line)
    state = rules.state_after(line.state, "take_back")
    _let_go(line, former)
    _decide(line, state, actor)
    db.session.flush()
    mark(fees)
    propose([line.id], actor=actor)
    reckon([line.id])


def _let_go(line: Line, former: Iterable[Match]) -> None:
    known = list(former)
    unlearn([Paid(line.payer or "", match.customer_id) for match in known])
    for match in known:
        db.session.delete(match)
    db.session.flush()


def loosen(line_ids: list[int], fee_ids: list[int], *, actor: Actor) -> None:
    """Drop the proposals of lines that were decided, and look again for others that were to get the same fees."""
    drop(line_ids)
    others = select(Proposal.line_id).where(among(Proposal.fee_id, sorted(fee_ids))).distinct()
    rest = list(db.session.scalars(others))
    if rest:
        propose(rest, actor=actor)
    mark(fee_ids)
