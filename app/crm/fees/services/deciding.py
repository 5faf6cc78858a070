"""Approving, rejecting and voiding fees: some at once, in sets, each by the rules. Source: FEE-2, DECISIONS.

Every fee is locked, with what it belongs to, in the order of ids; what is refused is told row by row.
"""

from collections.abc import Iterable, Mapping, Sequence
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
from app.crm.fees.services.telling import tell_decided
from app.extensions import db

LONGEST_TEXT = 500
Seen = Mapping[int, int]  # id → the revision that the person looked at


@transaction
def approve(ids: Iterable[int], note: str, actor: Actor, *, seen: Seen | None = None) -> Applied:
    """Approve fees: they are locked, and count. What reverses another, reverses it now.

    ``seen``: which revisions the person looked at; another one is left alone. Refused row by row: what is not waiting,
    what the actor entered, what counts to them, what is beyond their limit, what is in a closed month.
    """
    looked = _Look(ids, actor, "approve", seen or {})
    looked.fees.sort(key=lambda fee: fee.belongs_to_id is not None)  # what others belong to goes first
    good = [fee for fee in looked.fees if looked.lets(fee)]
    if good:
        _explain(note)
    done = _set(good, {"state": rules.APPROVED}, actor)
    turned = [fee.reverses_id for fee in good if fee.reverses_id is not None]
    if turned:
        update_versioned(Fee, turned, {"state": rules.REVERSED}, also={"updated_at": clock.now()})
    if done:
        changed([*done, *turned], actor=actor)
    tell_decided("approved", good, {"note": note}, actor=actor)
    return Applied(done, looked.refused)


@transaction
def reject(ids: Iterable[int], reason: str, text: str, actor: Actor, *, seen: Seen | None = None) -> Applied:
    """Reject fees, with a reason of fee_reject_reason and words; whoever entered them corrects or voids them."""
    check_reason(reason, text)
    looked = _Look(ids, actor, "reject", seen or {})
    good = [fee for fee in looked.fees if looked.lets(fee)]
    done = _set(good, {"state": rules.REJECTED, "reason": reason, "reason_text": text or None}, actor)
    if done:
        changed(done, actor=actor)
    tell_decided("rejected", good, {"reason": reason, "text": text}, actor=actor)
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
    decides = actor.reach(REACH).write == Level.ALL
    rules.check_may_void(entered_by_id=fee.entered_by_id, actor_id=actor.id, decides=decides)
    state = rules.after("void", fee.state)
    if not (reason or "").strip():
        raise InvalidFields({"reason": _("Please say why.")})
    if queries.living(Fee.part_of_id, fee.id):
        raise WrongState(_("Further payments belong to it: reverse, or void, those first."))
    months.check_open(fee.received_on)
    explain(reason.strip())
    with db.session.no_autoflush:
        fee.state, fee.reason_text, fee.updated_at = state, reason.strip()[:LONGEST_TEXT], clock.now()
    changed([fee.id], actor=actor)


class _Look:
    """Some fees that are held until the end of the transaction, and why some of them are refused."""

    def __init__(self, ids: Iterable[int], actor: Actor, verb: str, seen: Seen) -> None:
        wanted = sorted(set(ids))
        mine = queries.writable(wanted, actor)
        self.actor, self.verb, self.seen = actor, verb, seen
        self.known = queries.locked(mine)  # with what they belong to
        self.fees = [self.known[key] for key in sorted(mine)]
        self.closed = queries.closed_months(fee.received_on for fee in self.fees)
        self.good: set[int] = set()
        self.refused: dict[int, object] = dict.fromkeys(set(wanted) - mine, lasting(rules.GONE))
        self.said: dict[str, object] = {}

    def lets(self, fee: Standing) -> bool:
        """Tell whether a fee is decided on; else its refusal is noted."""
        why = rules.why_not(
            fee, verb=self.verb, actor_id=self.actor.id, closed=self.closed, seen=self.seen.get(fee.id)
        ) or self._of_link(fee)
        if why is None:
            self.good.add(fee.id)
        else:
            self.refused[fee.id] = self.said.setdefault(str(why), lasting(why))
        return why is None

    def _of_link(self, fee: Standing) -> object | None:
        if self.verb != "approve" or fee.belongs_to_id is None or fee.belongs_to_id in self.good:
            return None
        return None if self.known[fee.belongs_to_id].state == rules.APPROVED else rules.LINK_NOT_APPROVED


def _set(fees: Sequence[Standing], values: dict[str, Any], actor: Actor) -> list[int]:
    now = clock.now()
    also = {"decided_by_id": actor.id, "decided_at": now, "updated_at": now}
    return update_versioned(Fee, [fee.id for fee in fees], values, also=also) if fees else []


def _explain(note: str) -> None:
    if note:
        explain(joined(change_set().note, note))
