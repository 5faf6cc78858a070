"""The states of a bank line, and what its parts must be when it is matched. Source: FEE-2."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.base import wording
from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.i18n import _
from app.base.workflow import Workflow


class LineState(StrEnum):
    UNMATCHED = "unmatched"
    PROPOSED = "proposed"
    MATCHED = "matched"
    AGAIN = "again"  # was matched; the fee is not what it was
    IGNORED = "ignored"


UNMATCHED, PROPOSED, MATCHED, AGAIN, IGNORED = LineState

REFUSALS: Mapping[LineState, object] = {
    UNMATCHED: _("This bank line is not matched to any fee."),
    PROPOSED: _("This bank line is not matched yet: there is only a proposal."),
    MATCHED: _("This bank line is matched already. Take the match back first."),
    AGAIN: _("This bank line was matched to a fee that has changed since. Look at it, and confirm it or take it back."),
    IGNORED: _("This bank line was set aside. Take it up again first."),
}
LIFECYCLE = Workflow(
    ("propose", {UNMATCHED, PROPOSED}, PROPOSED),
    ("withdraw", {UNMATCHED, PROPOSED}, UNMATCHED),  # a proposal that does not hold any more
    ("confirm", {UNMATCHED, PROPOSED, AGAIN}, MATCHED),
    ("fall_back", {MATCHED, AGAIN}, AGAIN),
    ("take_back", {MATCHED, AGAIN}, UNMATCHED),
    ("ignore", {UNMATCHED, PROPOSED}, IGNORED),
    ("take_up", {IGNORED}, UNMATCHED),
    refusals=REFUSALS,
)
#: What waits for somebody, without a match.
OPEN = frozenset({UNMATCHED, PROPOSED})
#: What names fees by matches of its own.
FINAL = frozenset({MATCHED, AGAIN})
#: States of a fee in which the money for it may come in: what was rejected, voided or reversed has none.
MATCHABLE = frozenset({"unreviewed", "approved"})
OTHER = "other"  # the reason that needs words


class Upload(StrEnum):
    """Where a file stands between its upload and its lines."""

    UPLOADED = "uploaded"
    IMPORTED = "imported"


UPLOAD_REFUSALS: Mapping[Upload, object] = {
    Upload.UPLOADED: _("This statement has not been imported yet."),
    Upload.IMPORTED: _("This statement has been imported already."),
}


def state_after(state: str, verb: str) -> LineState:
    """Return the state of a line after a verb. Raises WrongState where it cannot be done."""
    return LineState(LIFECYCLE.after(verb, LineState(state)))


def check_upload(state: str, wanted: Upload) -> None:
    """Raise WrongState unless a file stands where it must."""
    if state != wanted:
        raise WrongState(UPLOAD_REFUSALS[Upload(state)])


@dataclass(frozen=True)
class Open:
    """What is known of a fee when money is laid to it. ``open_amount``: what no line has been matched to yet."""

    number: str
    state: str
    open_amount: Decimal


def check_parts(amount: Decimal, parts: Mapping[int, Decimal], fees: Mapping[int, Open]) -> None:
    """Raise Invalid unless the parts make up the whole line, and each fee can take its part.

    Raises WrongState for a fee that is void, rejected or reversed, or has its money from another line by now.
    """
    if not parts:
        raise Invalid(_("Choose at least one fee."))
    for key, part in parts.items():
        _check_part(amount, part, fees.get(key))
    rest = amount - sum(parts.values())
    if rest:
        raise Invalid(
            _("The parts come to %(sum)s, the bank line to %(amount)s: %(rest)s are left over. Choose further fees."),
            sum=wording.yuan(amount - rest),
            amount=wording.yuan(amount),
            rest=wording.yuan(rest),
        )


def _check_part(amount: Decimal, part: Decimal, fee: Open | None) -> None:
    if fee is None:
        raise WrongState(_("One of the fees is not there any more. Look again."))
    if fee.state not in MATCHABLE:
        raise WrongState(_("Fee %(number)s is rejected, void or reversed: no money belongs to it."), number=fee.number)
    if not part or (part < 0) != (amount < 0):
        raise Invalid(_("The part of fee %(number)s must be an amount of the same sign."), number=fee.number)
    if not fee.open_amount:
        raise WrongState(_("Fee %(number)s is matched to another bank line already."), number=fee.number)
    if abs(part) > abs(fee.open_amount) or (part < 0) != (fee.open_amount < 0):
        raise Invalid(
            _("Of fee %(number)s only %(open)s are still open."),
            number=fee.number,
            open=wording.yuan(fee.open_amount),
        )


def check_ignore(reason: str | None, words: str | None) -> None:
    """Raise InvalidFields without a reason, or for "other" without words."""
    if not reason:
        raise InvalidFields({"reason": _("Please choose a reason.")})
    if reason == OTHER and not (words or "").strip():
        raise InvalidFields({"reason_text": _("Please say why in words.")})


def fallen(was: tuple[Decimal, int], *, now: tuple[str, Decimal, int, Decimal]) -> bool:
    """Tell whether a match does not hold any more. ``was``: the fee's amount and customer then.

    ``now``: its state, amount, customer, and all that is matched to it.
    """
    state, amount, customer_id, matched = now
    too_much = abs(matched) > abs(amount) or (matched < 0) != (amount < 0)
    return state not in MATCHABLE or (amount, customer_id) != was or too_much
