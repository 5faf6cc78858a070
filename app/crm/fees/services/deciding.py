"""Approving, rejecting and voiding fees: some at once, in sets, each by the rules. Source: FEE-2, DECISIONS.

Every fee is locked, with what it belongs to, in the order of ids; then the approvals say whose turn it is. What is
refused is told row by row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.base import clock
from app.base.actor import Actor, Level
from app.base.bulk import Applied
from app.base.errors import InvalidFields, WrongState
from app.base.history import change_set, explain, update_versioned
from app.base.i18n import _
from app.base.sentences import joined, lasting
from app.base.transaction import lock, transaction
from app.crm.fees import queries, rules
from app.crm.fees.models import REACH, Fee
from app.crm.fees.rules import Standing
from app.crm.fees.services import months
from app.crm.fees.services.changes import changed
from app.crm.fees.services.telling import tell_agents
from app.extensions import db
from app.system.approvals import services as approvals
from app.system.approvals.services import Decided

CODE = "fee"  # of the approvals
LONGEST_TEXT = 400
Seen = Mapping[int, int]  # id → the revision that the person looked at


@transaction
def approve(ids: Iterable[int], note: str, actor: Actor, *, seen: Seen | None = None) -> Applied:
    """Say yes to fees. What nobody else must look at is approved: locked, counted; what reverses another, does so now.

    ``seen``: which revisions the person looked at; another one is left alone. Refused row by row: what is not waiting,
    or not for the actor, what they entered, what counts to them, what is in a closed month.
    """
    looked = _Look(ids, actor, "approve", seen or {})
    if note:
        explain(joined(change_set().note, note))
    decided = Decided()
    for some in (looked.first, looked.belonging):  # what others belong to goes first
        good = [fee.id for fee in some if looked.lets(fee)]
        part = approvals.approve(CODE, good, note=note, actor=actor) if good else Decided()
        looked.ended |= set(part.ended)
        decided.ended += part.ended
        decided.moved_on += part.moved_on
        looked.refused |= looked.kept(part.refused)
    through = [looked.known[key] for key in decided.ended]
    _set(through, {"state": rules.APPROVED}, actor)
    _turn(through, actor)
    tell_agents("approved", through, {"note": note}, actor=actor)
    return Applied(sorted([*decided.ended, *decided.moved_on]), looked.refused)


def _turn(through: Sequence[Standing], actor: Actor) -> None:
    """Let what is reversed by some of these be reversed, and tell whoever listens."""
    turned = [fee.reverses_id for fee in through if fee.reverses_id is not None]
    if turned:
        update_versioned(Fee, turned, {"state": rules.REVERSED}, also={"updated_at": clock.now()})
    if through:
        changed([*(fee.id for fee in through), *turned], actor=actor)


@transaction
def reject(ids: Iterable[int], reason: str, text: str, actor: Actor, *, seen: Seen | None = None) -> Applied:
    """Reject fees, with a reason of fee_reject_reason and words; whoever entered them corrects or voids them."""
    check_reason(reason, text)
    said = "：".join(filter(None, [queries.REASONS.text(reason), text]))
    values = {"reason": reason, "reason_text": text or None}
    return _turn_down(
        ids, values, lambda good: approvals.reject(CODE, good, reason=said, actor=actor), actor, seen or {}
    )


@transaction
def give_back(ids: Iterable[int], note: str, actor: Actor) -> Applied:
    """Give fees back to whoever entered them, with words: they are rejected, to be corrected."""
    values = {"reason": "other", "reason_text": note[:LONGEST_TEXT]}
    return _turn_down(ids, values, lambda good: approvals.give_back(CODE, good, note=note, actor=actor), actor, {})


def _turn_down(
    ids: Iterable[int],
    values: Mapping[str, Any],
    decide: Callable[[Sequence[int]], Decided],
    actor: Actor,
    seen: Seen,
) -> Applied:
    looked = _Look(ids, actor, "reject", seen)
    good = [fee.id for fee in (*looked.first, *looked.belonging) if looked.lets(fee)]
    decided = decide(good) if good else Decided()
    looked.refused |= looked.kept(decided.refused)
    through = [looked.known[key] for key in decided.ended]
    done = _set(through, {"state": rules.REJECTED, **values}, actor)
    if done:
        changed(done, actor=actor)
    params = {"reason": values["reason"], "text": values["reason_text"] or ""}
    tell_agents("rejected", through, params, actor=actor)
    return Applied(done, looked.refused)


def check_reason(reason: str | None, text: str) -> None:
    """Raise InvalidFields unless it is said why; "other" wants words."""
    if not reason or queries.REASONS.values.by_code.get(reason) is None:
        raise InvalidFields({"reason": _("Please say why: whoever entered it reads it.")})
    if reason == "other" and not (text or "").strip():
        raise InvalidFields({"text": _("Please say why in words.")})
    if len(text or "") > LONGEST_TEXT:
        raise InvalidFields({"text": _("At most %(count)s characters.") % {"count": LONGEST_TEXT}})


@transaction
def void(fee: Fee, reason: str, *, actor: Actor) -> None:
    """Take a fee out that is not approved; it keeps its number. ``reason``: in words.

    Raises NotAllowed unless the actor entered it or decides on fees, or if its month is closed; WrongState.
    """
    lock(fee)
    rules.check_may_void(entered_by_id=fee.entered_by_id, actor_id=actor.id, decides=decides(actor))
    state = rules.after("void", fee.state)
    said = (reason or "").strip()
    if not said:
        raise InvalidFields({"reason": _("Please say why.")})
    if queries.living(Fee.part_of_id, fee.id):
        raise WrongState(_("Further payments belong to it: reverse, or void, those first."))
    months.check_open(fee.received_on)
    explain(said)
    fee.state, fee.reason_text, fee.updated_at = state, said[:LONGEST_TEXT], clock.now()
    db.session.flush()
    approvals.drop(CODE, [fee.id], actor=actor)
    changed([fee.id], actor=actor)


@transaction
def withdraw(ids: Iterable[int], note: str, actor: Actor) -> Applied:
    """Void fees that the actor has entered and takes back before anybody has decided on them."""
    looked = _Look(ids, actor, "void", {})
    good = [fee.id for fee in (*looked.first, *looked.belonging) if fee.id not in looked.refused]
    approvals.withdraw(CODE, good, actor=actor)
    explain(note or _("Withdrawn"))
    done = update_versioned(Fee, good, {"state": rules.VOID}, also={"updated_at": clock.now()})
    if done:
        changed(done, actor=actor)
    return Applied(done, looked.refused)


def decides(actor: Actor) -> bool:
    """Tell whether somebody's hand reaches all fees."""
    return actor.reach(REACH).write == Level.ALL


class _Look:
    """Some fees that are held until the end of the transaction, and why some of them are refused."""

    def __init__(self, ids: Iterable[int], actor: Actor, verb: str, seen: Seen) -> None:
        wanted = sorted(set(ids))
        self.actor, self.verb, self.seen = actor, verb, seen
        self.known = queries.locked(wanted)  # with what they belong to
        fees = [self.known[key] for key in wanted if key in self.known]
        self.first = [fee for fee in fees if fee.belongs_to_id is None]
        self.belonging = [fee for fee in fees if fee.belongs_to_id is not None]
        self.closed = queries.closed_months(fee.received_on for fee in fees)
        self.ended: set[int] = set()
        self.refused: dict[int, object] = dict.fromkeys(set(wanted) - self.known.keys(), lasting(rules.GONE))
        self.said: dict[str, object] = {}

    def lets(self, fee: Standing) -> bool:
        """Tell whether a fee may be decided on; else its refusal is noted."""
        why = rules.why_not(
            fee, verb=self.verb, actor_id=self.actor.id, closed=self.closed, seen=self.seen.get(fee.id)
        ) or self._of_link(fee)
        if why is not None:
            self.refused |= self.kept({fee.id: why})
        return why is None

    def kept(self, refused: Mapping[int, object]) -> dict[int, object]:
        """Return refusals as they are kept: each sentence once, in every language."""
        return {key: self.said.setdefault(str(why), lasting(why)) for key, why in refused.items()}

    def _of_link(self, fee: Standing) -> object | None:
        if self.verb != "approve" or fee.belongs_to_id is None or fee.belongs_to_id in self.ended:
            return None
        return None if self.known[fee.belongs_to_id].state == rules.APPROVED else rules.LINK_NOT_APPROVED


def _set(fees: Sequence[Standing], values: dict[str, Any], actor: Actor) -> list[int]:
    now = clock.now()
    also = {"decided_by_id": actor.id, "decided_at": now, "updated_at": now}
    return update_versioned(Fee, [fee.id for fee in fees], values, also=also) if fees else []
