"""What a ticket must be. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.base.errors import Invalid, InvalidFields, NotAllowed, WrongState
from app.base.i18n import _
from app.desk.tickets.rules.phases import CLOSED, ENDED, REFUSALS, UNSOLVED, Phase

WHOLE = 100
#: Fields of the intake that a route may ask for.
NEEDED: Mapping[str, object] = {
    "category": _("Category"),
    "channel": _("Channel of the ticket"),
    "product": _("Product"),
    "description": _("Description"),
}
#: Characters that are typed before customers are looked up.
SHORTEST_LOOKUP = 2
#: Of a person besides creator and assignee.
PARTICIPANT, FOLLOWER = "participant", "follower"
#: What a ticket is said to whom.
INTERNAL, TO_CUSTOMER, BY_CUSTOMER = "internal", "to_customer", "by_customer"
NOTE_KINDS: Mapping[str, tuple[object, str]] = {
    INTERNAL: (_("Internal note"), "amber"),
    TO_CUSTOMER: (_("To the customer"), "blue"),
    BY_CUSTOMER: (_("From the customer"), "gray"),
}
#: What approvals call the request to serve a customer whose service has run out.
EXCEPTION = "ticket_exception"
UNDISPATCHED = _("Nobody has this ticket yet: it is dispatched, or taken, before it is transferred.")
#: How a ticket came to its end.
REVISITED_END, UNREVISITED_END, PLAIN_END = "revisited", "unrevisited", "plain"


def check(values: Mapping[str, Any]) -> None:
    """Raise InvalidFields without customer, type or description, or for a progress that there is not."""
    problems: dict[str, object] = {}
    for name in ("customer", "type", "title"):
        if not values.get(name):
            problems[name] = _("Please fill this in.")
    progress = values.get("progress")
    if progress is not None and not 0 <= progress <= WHOLE:
        problems["progress"] = _("Between 0 and 100.")
    if problems:
        raise InvalidFields(problems)


def check_living(*, is_deleted: bool) -> None:
    """Raise WrongState for a ticket that is gone."""
    if is_deleted:
        raise WrongState(_("This ticket was deleted meanwhile."))


def check_writable(*, may_write: bool) -> None:
    """Raise NotAllowed for a ticket that is not the actor's to change (any more)."""
    if not may_write:
        raise NotAllowed(_("This ticket is not yours, or not any more: it may have been given to somebody else."))


def check_open(phase: str) -> None:
    """Raise WrongState for a ticket that is at its end."""
    if phase in ENDED:
        raise WrongState(REFUSALS[phase])


def check_given(*, assignee_id: int | None, queue_id: int | None) -> None:
    """Raise InvalidFields if a ticket would be given to nobody."""
    if assignee_id is None and queue_id is None:
        raise InvalidFields({"assignee": _("Choose a person, or a queue.")})


def check_queue(*, is_asked: bool, is_active: bool) -> None:
    """Raise InvalidFields for a queue that is not in use."""
    if is_asked and not is_active:
        raise InvalidFields({"queue": _("This queue is not in use any more: choose another.")})


def check_transferable(*, assignee_id: int | None, wanted: int | None) -> None:
    """Raise WrongState for giving what nobody has to a person: that is to dispatch it."""
    if assignee_id is None and wanted is not None:
        raise WrongState(UNDISPATCHED)


def check_new_hands(*, now: int | None, wanted: int | None) -> None:
    """Raise Invalid for handing a ticket to whoever has it."""
    if wanted is not None and wanted == now:
        raise Invalid(_("This ticket is with this person already."))


def check_free(*, assignee_id: int | None, name: str = "") -> None:
    """Raise WrongState for a ticket that somebody else has taken."""
    if assignee_id is not None:
        raise WrongState(_("%(name)s has taken this ticket already.") % {"name": name or _("Somebody else")})


def check_reason(words: str | None) -> None:
    """Raise InvalidFields without a reason where one is needed."""
    if not (words or "").strip():
        raise InvalidFields({"words": _("Say why.")})


def check_serviceable(*, is_limited: bool, is_excepted: bool) -> None:
    """Raise WrongState where the customer's service has run out and nobody allowed an exception. Source: OWN-13."""
    if is_limited and not is_excepted:
        raise WrongState(
            _("This customer's service has run out. Renew it, or let a supervisor allow to serve all the same.")
        )


def check_not_excepted(*, is_excepted: bool) -> None:
    """Raise WrongState where a ticket may be served already."""
    if is_excepted:
        raise WrongState(_("This ticket may be served already."))


def check_limited(*, is_limited: bool) -> None:
    """Raise WrongState for an exception that nobody needs."""
    if not is_limited:
        raise WrongState(_("This customer's service has not run out: the ticket may be dispatched as it is."))


def why_no_exception(phase: str, *, is_deleted: bool, is_excepted: bool) -> object | None:
    """Return why a ticket needs no exception any more; None where one may be approved."""
    if is_deleted:
        return _("This ticket was deleted meanwhile.")
    if phase not in UNSOLVED:
        return REFUSALS[phase]
    return _("This ticket may be served already.") if is_excepted else None


def check_reopenable(phase: str, *, closed_at: datetime | None, now: datetime, days: int) -> None:
    """Raise WrongState for a ticket that was closed too long ago."""
    if phase == CLOSED and closed_at is not None and now - closed_at > timedelta(days=days):
        raise WrongState(
            _("This ticket was closed more than %(days)s days ago. Open a new one that follows it.") % {"days": days}
        )


def end_of(before: Phase, *, has_revisit: bool) -> str:
    """Return how a ticket ends that is closed out of the phase ``before``."""
    if before == Phase.REVIEWED:
        return REVISITED_END
    return UNREVISITED_END if has_revisit else PLAIN_END


def check_unsolved(phase: str) -> None:
    """Raise WrongState for a ticket on which nothing is left to do."""
    if phase not in UNSOLVED:
        raise WrongState(REFUSALS[phase])
