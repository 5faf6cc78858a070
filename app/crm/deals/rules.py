"""What a deal must be, and what it makes of its customer. Pure. Source: CUS-15; docs/decisions/deals.md."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from app.base.errors import Invalid, InvalidFields, NotAllowed, WrongState
from app.base.i18n import _


class Origin(StrEnum):
    """Where a deal comes from: codes of deal_origin."""

    MANUAL = "manual"
    OPPORTUNITY = "opportunity"
    FEE = "fee"
    ORDER = "order"


MANUAL, OPPORTUNITY, FEE, ORDER = Origin
#: Customer statuses that a deal leaves alone: whose service is limited stays so until that is lifted.
KEPT_STATUSES = frozenset({"limited"})

FOLLOWS: Mapping[str, object] = {
    OPPORTUNITY: _("This deal follows from a won opportunity: reopen that one, and the deal goes."),
    FEE: _("This deal follows from an approved fee: a reversing entry there takes it back."),
    ORDER: _("This deal follows from an order: change that one."),
}
#: Why it cannot come back out of the recycle bin.
GONE: Mapping[str, object] = {
    OPPORTUNITY: _("Its opportunity was reopened: the deal comes back when that is won again."),
    FEE: _("Its fee was reversed: the deal comes back when a fee is approved."),
    ORDER: _("Its order was taken back."),
}


def check_writable(*, is_deleted: bool, may_write: bool) -> None:
    """Raise WrongState for a customer that is gone, NotAllowed for one that is not the actor's (any more)."""
    if is_deleted:
        raise WrongState(_("This customer was deleted meanwhile. What you typed is still here."))
    if not may_write:
        raise NotAllowed(
            _("This customer is not yours, or not any more: it may have been handed over or recalled. Ask its owner.")
        )


def check(values: Mapping[str, Any], *, today: date) -> None:
    """Raise InvalidFields without day or amount, or for a deal of the future."""
    needed = ("dealt_on", "amount")
    problems: dict[str, object] = {name: _("Please fill this in.") for name in needed if values.get(name) is None}
    on = values.get("dealt_on")
    if on and on > today:
        problems["dealt_on"] = _("A deal is recorded once it is made. What is expected is an opportunity.")
    if problems:
        raise InvalidFields(problems)


def check_product(*, is_offered: bool) -> None:
    """Raise InvalidFields for a product that is not offered."""
    if not is_offered:
        raise InvalidFields({"product": _("This product is not offered any more: choose another.")})


def check_agent(agent_id: int | None, *, actor_id: int | None, may_name_others: bool) -> None:
    """Raise InvalidFields if somebody who reaches only what is their own would name somebody else."""
    if agent_id not in (None, actor_id) and not may_name_others:
        raise InvalidFields({"agent": _("Only a supervisor records deals of others.")})


def check_by_hand(origin: str) -> None:
    """Raise Invalid for a deal that follows from something else: it changes there."""
    if origin != MANUAL:
        raise Invalid(FOLLOWS[origin])
