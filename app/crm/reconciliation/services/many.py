"""Confirming and setting aside many lines at once: the actions of the list. Source: OWN-4, OWN-7."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.base import clock, wording
from app.base.actor import Actor
from app.base.among import among
from app.base.bulk import Applied, Given, Plan
from app.base.errors import DomainError, Invalid
from app.base.history import delete_versioned, insert_versioned, update_versioned
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.sentences import lasting
from app.crm.fees.queries import Fee
from app.crm.reconciliation import queries, rules
from app.crm.reconciliation.models import Line, Match, Proposal
from app.crm.reconciliation.rules import FINAL, MATCHED, PROPOSED, LineState
from app.crm.reconciliation.rules.states import Open
from app.crm.reconciliation.services.confirming import loosen
from app.crm.reconciliation.services.learning import Paid, learn, unlearn
from app.crm.reconciliation.services.proposing import drop, mark, propose, reckon
from app.extensions import db

#: What undo gives back.
BULK_COLUMNS = ("state", "reason", "reason_text", "decided_at", "decided_by_id")
BELOW = _("Its score is below what was asked.")
NO_PROPOSAL = _("There is no proposal for this bank line.")
Row = Any


def plan_confirm(where: ColumnElement[bool], count: int, given: Given, actor: Actor) -> Plan:
    """Return how many proposals would be confirmed, and what they come to."""
    sure, sum_sure, doubtful, sum_doubtful = _counted(where, least_of(given))
    left = _("Left: below %(points)s points") % {"points": least_of(given)}
    lines = [
        [_("Will be confirmed"), wording.number(sure), wording.yuan(sum_sure)],
        [left, wording.number(doubtful), wording.yuan(sum_doubtful)],
        [_("Left: without a proposal"), wording.number(count - sure - doubtful), ""],
    ]
    warnings = [] if sure else [_("None of these rows has a proposal with so many points.")]
    return Plan(dict(given), (_("What becomes of them"), _("Lines"), _("Amount")), lines, warnings)


def _counted(where: ColumnElement[bool], least: int) -> tuple[int, Decimal, int, Decimal]:
    """Return how many of some rows have a proposal of so many points and their sum; the same of those below."""
    found: list[Any] = []
    for met in (Line.points >= least, Line.points < least):
        wanted = select(func.count(), func.sum(Line.amount)).where(where, Line.state == PROPOSED, met)
        number, money = db.session.execute(wanted).one()
        found += number, Decimal(money or 0)
    return tuple(found)  # type: ignore[return-value]


def least_of(given: Given) -> int:
    """Return from how many points on proposals are meant."""
    return int(given.get("least") or rules.scoring.PROPOSED)


def check_least(given: Given, actor: Actor) -> None:
    """Raise Invalid for fewer points than a proposal has at all."""
    if not rules.scoring.PROPOSED <= least_of(given) <= 100:  # noqa: PLR2004 - points
        raise Invalid(_("Proposals have %(low)s to 100 points."), low=rules.scoring.PROPOSED)


def confirm_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Confirm the proposals of lines from so many points on; why not, is said of each of the others.

    Fees are locked first, then lines; what somebody decided meanwhile is refused.
    """
    parts = _proposed(ids)
    fees = dict(queries.open_of({part.fee_id for some in parts.values() for part in some}))
    lines = _locked(ids)
    refused: dict[int, object] = {}
    sure: dict[int, list[Row]] = {}
    for key in sorted(lines):
        try:
            _check(lines[key], parts.get(key, []), fees, least_of(given))
        except DomainError as why:
            refused[key] = lasting(why.message, why.values)
        else:
            sure[key] = parts[key]
            _lay(parts[key], fees)
    _confirm(lines, sure, actor)
    return Applied(sorted(sure), refused)


def _proposed(ids: Sequence[int]) -> Mapping[int, list[Row]]:
    columns = (Proposal.line_id, Proposal.fee_id, Proposal.amount, Proposal.points, Proposal.why)
    wanted = select(*columns, Fee.amount.label("fee_amount"), Fee.customer_id)
    wanted = wanted.join(Fee, Fee.id == Proposal.fee_id).where(among(Proposal.line_id, sorted(ids)), Proposal.is_chosen)
    found: dict[int, list[Row]] = defaultdict(list)
    for row in db.session.execute(wanted.order_by(Proposal.line_id, Proposal.fee_id)):
        found[row.line_id].append(row)
    return found


def _locked(ids: Sequence[int]) -> Mapping[int, Row]:
    columns = (Line.id, Line.state, Line.amount, Line.payer)
    wanted = select(*columns).where(among(Line.id, sorted(ids))).order_by(Line.id).with_for_update()
    return {row.id: row for row in db.session.execute(wanted)}


def _check(line: Row, parts: Sequence[Row], fees: Mapping[int, Open], least: int) -> None:
    rules.state_after(line.state, "confirm")
    if line.state != PROPOSED or not parts:
        raise Invalid(NO_PROPOSAL)
    if min(part.points for part in parts) < least:
        raise Invalid(BELOW)
    rules.check_parts(line.amount, {part.fee_id: part.amount for part in parts}, fees)


def _lay(parts: Sequence[Row], fees: dict[int, Open]) -> None:
    """Note what is left of fees for the lines that come after."""
    for part in parts:
        known = fees[part.fee_id]
        fees[part.fee_id] = Open(known.number, known.state, known.open_amount - part.amount)


def _confirm(lines: Mapping[int, Row], sure: Mapping[int, Sequence[Row]], actor: Actor) -> None:
    if not sure:
        return
    now = clock.now()
    parts = [part for some in sure.values() for part in some]
    insert_versioned(
        Match,
        [
            {
                "line_id": part.line_id,
                "fee_id": part.fee_id,
                "amount": part.amount,
                "fee_amount": part.fee_amount,
                "customer_id": part.customer_id,
                "points": part.points,
                "why": part.why,
                "confirmed_at": now,
                "confirmed_by_id": actor.id,
            }
            for part in parts
        ],
    )
    _decided(sorted(sure), MATCHED, {}, actor)
    learn([Paid(lines[part.line_id].payer or "", part.customer_id) for part in parts])
    loosen(sorted(sure), [part.fee_id for part in parts], actor=actor)


def _decided(ids: Sequence[int], state: LineState, values: Mapping[str, Any], actor: Actor) -> None:
    by = {"decided_at": clock.now(), "decided_by_id": actor.id}
    update_versioned(Line, ids, {"state": str(state), **values}, also=by)


def ignore_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Set lines aside for one reason; those that are matched or set aside already stay, and say so."""
    lines = _locked(ids)
    refused: dict[int, object] = {}
    for key, line in lines.items():
        try:
            rules.state_after(line.state, "ignore")
        except DomainError as why:
            refused[key] = lasting(why.message, why.values)
    mine = [key for key in lines if key not in refused]
    values = {"reason": given["reason"], "reason_text": given.get("reason_text")}
    _decided(mine, rules.IGNORED, values, actor)
    drop(mine)
    return Applied(mine, refused)


def check_reason(given: Given, actor: Actor) -> None:
    """Raise InvalidFields without a reason."""
    rules.check_ignore(given.get("reason"), given.get("reason_text"))


def settle(ids: Sequence[int], *, actor: Actor) -> None:
    """Bring matches and proposals in step with lines whose former state was given back."""
    with unscoped("whoever ran it takes it back"):
        wanted = select(Match.id, Match.customer_id, Line.payer, Match.fee_id).join(Line, Line.id == Match.line_id)
        loose = db.session.execute(wanted.where(among(Line.id, sorted(ids)), Line.state.not_in(FINAL))).all()
        if loose:
            unlearn([Paid(row.payer or "", row.customer_id) for row in loose])
            delete_versioned(Match, [row.id for row in loose])
            db.session.expire_all()
            mark(row.fee_id for row in loose)
    propose(ids, actor=actor)
    reckon(ids)
