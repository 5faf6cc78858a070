"""Who hears of a fee: finance of what waits, those it counts to of what was decided. Source: FEE-4."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from app.base import inbox, wording
from app.base.actor import Actor
from app.base.inbox import Place
from app.crm.fees.models import Fee
from app.system.security import queries as security


def tell_entered(fee: Fee, *, actor: Actor) -> None:
    """Tell whoever approves fees, once per version, that one waits."""
    params = {"number": fee.number, "amount": wording.yuan(fee.amount)}
    key = f"fee:{fee.id}:{fee.revision}"
    others = [person for person in _finance() if person != actor.id]
    inbox.tell(others, "fee_entered", params=params, link=Place("FeeView.show", fee.id), key=key, actor=actor)


def _finance() -> list[int]:
    roles = [role for role in security.roles() if role.name == "finance"]
    return [person.id for role in roles for person in security.people_with(role) if person.account.active]


def tell_decided(kind: str, fees: Iterable[Any], params: dict[str, Any], *, actor: Actor) -> None:
    """Tell those who entered fees, and those they count to, what became of them: each person once."""
    mine: dict[int, list[Any]] = defaultdict(list)
    for fee in fees:
        for person in {fee.entered_by_id, fee.agent_id} - {None, actor.id}:
            mine[person].append(fee)
    for person, theirs in mine.items():
        _tell_one(person, kind, theirs, params, actor)


def _tell_one(person: int, kind: str, fees: Sequence[Any], params: dict[str, Any], actor: Actor) -> None:
    total = wording.yuan(sum((fee.amount for fee in fees), Decimal(0)))
    if len(fees) == 1:
        said = params | {"number": fees[0].number, "amount": total}
        inbox.tell([person], f"fee_{kind}", params=said, link=Place("FeeView.show", fees[0].id), actor=actor)
    else:
        said = params | {"count": len(fees), "amount": total}
        inbox.tell([person], f"fees_{kind}", params=said, link=Place("FeeView.list"), actor=actor)
