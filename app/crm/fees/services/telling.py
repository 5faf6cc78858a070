"""Who hears of a decision besides whoever entered the fee (the approvals tell them): those it counts to. FEE-4."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from app.base import inbox, wording
from app.base.actor import Actor
from app.base.inbox import Place


def tell_agents(kind: str, fees: Iterable[Any], params: dict[str, Any], *, actor: Actor) -> None:
    """Tell those to whom fees count, and who have not entered them, what became of them: each person once."""
    theirs: dict[int, list[Any]] = defaultdict(list)
    for fee in fees:
        if fee.agent_id not in (None, actor.id, fee.entered_by_id):
            theirs[fee.agent_id].append(fee)
    for person, some in theirs.items():
        _tell_one(person, kind, some, params, actor)


def _tell_one(person: int, kind: str, fees: Sequence[Any], params: dict[str, Any], actor: Actor) -> None:
    total = wording.yuan(sum((fee.amount for fee in fees), Decimal(0)))
    if len(fees) == 1:
        said = params | {"number": fees[0].number, "amount": total}
        inbox.tell([person], f"fee_{kind}", params=said, link=Place("FeeView.show", fees[0].id), actor=actor)
    else:
        said = params | {"count": len(fees), "amount": total}
        inbox.tell([person], f"fees_{kind}", params=said, link=Place("FeeView.list"), actor=actor)
