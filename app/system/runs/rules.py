"""How a run goes. Pure: no database, no request, no clock."""

from collections.abc import Mapping
from enum import StrEnum

from app.base import wording
from app.base.errors import WrongState
from app.base.i18n import _
from app.base.workflow import Workflow

CHUNK = 2000  # rows of one transaction: about a third of a second
LARGEST_CHUNK = 4000  # of many: somebody who saves one of them waits no longer than that
STEPS = 12  # in which progress of many is seen at least
SAMPLES = 5
MOST_NAMES = 100  # of rows that a run left alone, told one by one


class State(StrEnum):
    """Where a run stands."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"


PLANNED, RUNNING, DONE, STOPPED, UNDOING, UNDONE = State

LIFECYCLE = Workflow(
    ("freeze", {PLANNED}, RUNNING),
    ("finish", {RUNNING}, DONE),
    ("stop", {PLANNED}, STOPPED),
    ("take_back", {RUNNING, DONE, UNDOING}, UNDOING),  # also what was cut off
    ("finish_undo", {UNDOING}, UNDONE),
    refusals={
        PLANNED: _("This run has not begun yet."),
        RUNNING: _("This run is going on."),
        DONE: _("This run is done."),
        STOPPED: _("This run was stopped before it began: nothing was changed."),
        UNDOING: _("This run is being taken back."),
        UNDONE: _("This run was taken back already."),
    },
)

STATE_NAMES: Mapping[State, object] = {
    PLANNED: _("Waiting"),
    RUNNING: _("Running"),
    DONE: _("Done"),
    STOPPED: _("Stopped"),
    UNDOING: _("Being taken back"),
    UNDONE: _("Undone"),
}
STATE_COLORS = {PLANNED: "gray", RUNNING: "blue", DONE: "green", STOPPED: "amber", UNDOING: "blue", UNDONE: "gray"}


class Fate(StrEnum):
    """What became of a row."""

    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


class Return(StrEnum):
    """What became of a changed row when the run was taken back."""

    RESTORED = "restored"
    KEPT = "kept"


def chunk(total: int) -> int:
    """Return how many rows of a run are changed in one transaction."""
    return min(max(total // STEPS, CHUNK), LARGEST_CHUNK)


def state_after(state: str, verb: str) -> State:
    """Return the state after a verb. Raises WrongState where it cannot be done."""
    return State(LIFECYCLE.after(verb, State(state)))


def check_goes_on(state: str, wanted: State) -> None:
    """Raise WrongState unless a run is still ``wanted``: running, or being taken back."""
    if state != wanted:
        raise WrongState(LIFECYCLE.refusals[State(state)])


def check_has_undo(*, has_undo: bool) -> None:
    """Raise WrongState for an action after which nothing is left to give back."""
    if not has_undo:
        raise WrongState(_("What was permanently deleted cannot be brought back."))


def check_count(found: int, *, shown: int) -> None:
    """Raise WrongState unless as many rows match as the person was shown when they said yes."""
    if found != shown:
        raise WrongState(
            _("%(found)s rows match now, %(shown)s did when you looked: nothing was changed. Look again, and repeat."),
            found=wording.number(found),
            shown=wording.number(shown),
        )
