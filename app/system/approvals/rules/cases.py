"""The states of a case and of a seat, and what is written down of a case. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.workflow import Workflow


class State(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    GONE = "gone"  # the record was deleted, voided or decided by other means


WAITING = State.WAITING
#: In words, with a colour.
STATES: Mapping[State, tuple[object, str]] = {
    State.WAITING: (_("Waiting for approval"), "amber"),
    State.APPROVED: (_("Passed"), "green"),
    State.REJECTED: (_("Rejected"), "red"),
    State.RETURNED: (_("Given back"), "orange"),
    State.WITHDRAWN: (_("Withdrawn"), "gray"),
    State.GONE: (_("Dropped with the record"), "gray"),
}
NOT_WAITING = _("This does not wait for approval any more: it was decided or withdrawn meanwhile.")
#: What is submitted again is a new case.
LIFECYCLE = Workflow(
    ("approve", [State.WAITING], State.APPROVED),
    ("reject", [State.WAITING], State.REJECTED),
    ("give_back", [State.WAITING], State.RETURNED),
    ("withdraw", [State.WAITING], State.WITHDRAWN),
    ("drop", [State.WAITING], State.GONE),
    refusals=dict.fromkeys(State, NOT_WAITING),
)

#: Of a seat. OPEN: asked now; LATER: after others of the step; CLOSED: need not decide any more.
OPEN, LATER, YES, NO, BACK, CLOSED = "open", "later", "approved", "rejected", "returned", "closed"

#: What is written down of a case, in words.
EVENTS: Mapping[str, object] = {
    "begun": _("submitted it"),
    "approved": _("approved it"),
    "rejected": _("rejected it"),
    "returned": _("gave it back"),
    "withdrawn": _("withdrew it"),
    "gone": _("dropped it with the record"),
    "added": _("asked one more"),
    "chosen": _("chose who approves"),
    "changed": _("changed the record"),
    "restarted": _("changed the record: it starts again"),
    "moved": _("could not decide any more: another was asked"),
    "reminded": _("was reminded"),
}
DECISIONS = ("approved", "rejected", "returned")
LONGEST_NOTE = 500


def note_of(text: object, *, is_required: bool = False) -> str:
    """Return a note or reason as it is kept. Raises Invalid for none where one is needed, or for a long one."""
    said = str(text or "").replace("\x00", "").strip()
    if is_required and not said:
        raise Invalid(_("Please say why: the applicant reads it."))
    if len(said) > LONGEST_NOTE:
        raise Invalid(_("The note may have at most %(count)s characters."), count=LONGEST_NOTE)
    return said
