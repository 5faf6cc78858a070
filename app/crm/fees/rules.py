"""What may happen to a fee, and who may do it. Pure. Source: DECISIONS, fees."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.base.i18n import _
from app.base.workflow import Workflow


class FeeState(StrEnum):
    UNREVIEWED = "unreviewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"
    REVERSED = "reversed"


UNREVIEWED, APPROVED, REJECTED, VOID, REVERSED = FeeState

REFUSALS: Mapping[FeeState, object] = {
    UNREVIEWED: _("This fee has not been reviewed yet."),
    APPROVED: _("This fee is approved, and so locked. A reversing entry corrects it."),
    REJECTED: _("This fee was rejected. Whoever entered it corrects it, or voids it."),
    VOID: _("This fee is void."),
    REVERSED: _("This fee was reversed."),
}
LIFECYCLE = Workflow(
    ("edit", {UNREVIEWED, REJECTED}, UNREVIEWED),
    ("approve", {UNREVIEWED}, APPROVED),
    ("reject", {UNREVIEWED}, REJECTED),
    ("void", {UNREVIEWED, REJECTED}, VOID),
    ("reverse", {APPROVED}, REVERSED),  # once its reversing entry is approved
    refusals=REFUSALS,
)
#: What stands in the ledger and may still count or counts: an entry of these states cannot be entered twice.
LIVING = frozenset({UNREVIEWED, APPROVED})
#: What counts: an entry that was reversed counts as well as the one that reverses it, so that both come to nothing.
COUNTED = frozenset({APPROVED, REVERSED})


def after(verb: str, state: str) -> FeeState:
    """Return the state that a verb leads to. Raises WrongState if it does not."""
    return FeeState(LIFECYCLE.after(verb, FeeState(state)))


NOBODYS_OWN = _("Nobody approves what they entered themselves.")
NOT_FOR_ONESELF = _("This fee counts to you: somebody else approves it.")
GONE = _("Not there any more, or not yours to decide.")
LOOK_AGAIN = _("It was changed since you opened the page: look at it again.")
LINK_NOT_APPROVED = _("The entry that it belongs to is not approved (any more).")
AUTHOR_ONLY = _("Only whoever entered a fee corrects it. Reject it, and they are told why.")
NUMBER_TAKEN = _("A fee has this number already.")
CLOSED_MONTH = _("The month %(month)s is closed. Enter it in an open month, or ask finance to open the month again.")


# ── what is typed ──


def check_values(values: Mapping[str, Any], *, today: date, is_part: bool = False) -> None:
    """Raise InvalidFields for an amount of nothing, money of the future, or a period that ends before it begins."""
    problems: dict[str, object] = {}
    amount, received_on = values.get("amount"), values.get("received_on")
    if not is_part and not values.get("product"):
        problems["product"] = _("Please fill this in.")
    if amount is None or amount <= 0:
        problems["amount"] = _("Write the amount that was received: more than 0.")
    if received_on is None:
        problems["received_on"] = _("Please fill this in.")
    elif received_on > today:
        problems["received_on"] = _("Money is entered once it has been received: this day is still to come.")
    problems |= _of_period(values.get("period_from"), values.get("period_to"))
    problems |= _of_agreed(values.get("agreed_amount"), amount)
    if problems:
        raise InvalidFields(problems)


def _of_period(first: date | None, last: date | None) -> dict[str, object]:
    if last is not None and first is None:
        return {"period_from": _("Say since when the period runs.")}
    if first is not None and last is None:
        return {"period_to": _("Say until when the period runs.")}
    if first is not None and last is not None and last < first:
        return {"period_to": _("The period ends before it begins.")}
    return {}


def _of_agreed(agreed: Decimal | None, amount: Decimal | None) -> dict[str, object]:
    if agreed is not None and amount is not None and agreed < amount:
        return {"agreed_amount": _("More was received than was agreed. Leave this empty if it is paid at once.")}
    return {}


def term_end(first: date, months: int) -> date:
    """Return the last day of a period of some months: the day before the corresponding one, or the end of its month.

    Source: 民法典 (Civil Code), art. 202: where the corresponding day is missing, the last day of the month counts.
    """
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last_of_month = monthrange(year, month + 1)[1]
    if first.day > last_of_month:
        return date(year, month + 1, last_of_month)
    return date(year, month + 1, first.day) - timedelta(days=1)


# ── who ──


def check_may_enter(*, writes: bool, may_write_customer: bool, is_deleted: bool) -> None:
    """Raise NotAllowed for a customer that is gone, or not the actor's.

    ``writes``: the actor enters fees of all customers; else only of those that they may change.
    """
    if is_deleted or not (writes or may_write_customer):
        raise NotAllowed(_("This customer is not yours, or not any more. Ask its owner, or finance, to enter the fee."))


def check_author(*, entered_by_id: int | None, actor_id: int | None) -> None:
    """Raise NotAllowed unless the actor entered the fee."""
    if entered_by_id != actor_id:
        raise NotAllowed(AUTHOR_ONLY)


def check_may_void(*, entered_by_id: int | None, actor_id: int | None, decides: bool) -> None:
    """Raise NotAllowed unless the actor entered the fee, or decides on all fees."""
    if entered_by_id != actor_id and not decides:
        raise NotAllowed(_("Whoever entered a fee voids it, or finance does."))


# ── what hangs together ──


def check_open(month: date, *, closed: Collection[date]) -> None:
    """Raise NotAllowed for a month that is closed. ``month``: any day of it."""
    if month.replace(day=1) in closed:
        raise NotAllowed(CLOSED_MONTH, month=f"{month:%Y-%m}")


def check_refund(amount: Decimal, *, left: Decimal) -> None:
    """Raise InvalidFields for nothing, or for more than is left of what was received."""
    if amount <= 0:
        raise InvalidFields({"amount": _("Write how much is given back: more than 0.")})
    if amount > left:
        sentence = _("At most %(left)s can be given back: the rest was given back already, or is about to be.")
        raise InvalidFields({"amount": sentence % {"left": f"{left:,.2f}"}})


def check_further(amount: Decimal, *, open_amount: Decimal) -> None:
    """Raise InvalidFields for more than is still open of what was agreed."""
    if amount > open_amount:
        sentence = _("Only %(left)s is still open of what was agreed.")
        raise InvalidFields({"amount": sentence % {"left": f"{max(open_amount, Decimal(0)):,.2f}"}})


# ── deciding ──


@dataclass(frozen=True)
class Standing:
    """What of a fee decides on whether it may be approved or rejected."""

    id: int
    state: str
    amount: Decimal
    received_on: date
    entered_by_id: int | None
    agent_id: int | None
    belongs_to_id: int | None  # the entry that it reverses, gives back or pays on
    reverses_id: int | None
    revision: int
    number: str


def why_not(fee: Standing, *, verb: str, actor_id: int | None, closed: Collection[date], seen: int | None) -> Any:
    """Return why somebody may not approve or reject a fee, None if they may. ``seen``: the revision they looked at."""
    if FeeState(fee.state) not in LIFECYCLE.steps[verb].sources:
        return REFUSALS[FeeState(fee.state)]
    if seen is not None and seen != fee.revision:
        return LOOK_AGAIN
    if actor_id is not None and fee.entered_by_id == actor_id:
        return NOBODYS_OWN
    if actor_id is not None and fee.agent_id == actor_id:
        return NOT_FOR_ONESELF
    if fee.received_on.replace(day=1) in closed:
        return CLOSED_MONTH % {"month": f"{fee.received_on:%Y-%m}"}
    return None


def may_reopen(*, is_admin: bool, heads: bool) -> bool:
    """Tell whether somebody may open a closed month again: an administrator, or who heads their department."""
    return is_admin or heads


def check_receipt(*, state: str, amount: Decimal) -> None:
    """Raise WrongState unless a fee is approved, and money that was received."""
    if state != APPROVED or amount < 0:
        raise WrongState(_("There is a receipt only for an approved fee."))
