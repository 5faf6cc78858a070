"""How a job goes. Pure: no database, no request, no clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from app.base.i18n import _
from app.base.workflow import Workflow

MOST_LOSSES = 5  # workers that may die over a job before it is the job's fault
KEPT = timedelta(days=30)  # an ended job
FILE_KEPT = timedelta(days=7)  # what it offers to fetch
UNHEARD_SECONDS = 10  # a waiting job that no worker took up by then is called out again
HOUR_SECONDS = 3600  # a turn of the timetable that did not end within it is taken to be dead


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITING, RUNNING, DONE, FAILED, CANCELLED = State
ENDED = frozenset({DONE, FAILED, CANCELLED})

LIFECYCLE = Workflow(
    ("take", {WAITING}, RUNNING),
    ("finish", {RUNNING}, DONE),
    ("fail", {RUNNING}, FAILED),
    ("stop", {RUNNING}, CANCELLED),
    ("lose", {RUNNING}, WAITING),
    ("give_up", {RUNNING}, FAILED),
    ("cancel", {WAITING}, CANCELLED),
    ("retry", {FAILED, CANCELLED}, WAITING),
    refusals={
        WAITING: _("This job has not begun yet."),
        RUNNING: _("This job is running."),
        DONE: _("This job is done already."),
        FAILED: _("This job has failed already."),
        CANCELLED: _("This job was cancelled already."),
    },
)

STATE_NAMES: Mapping[State, object] = {
    WAITING: _("Waiting"),
    RUNNING: _("Running"),
    DONE: _("Done"),
    FAILED: _("Failed"),
    CANCELLED: _("Cancelled"),
}
STATE_COLORS = {WAITING: "gray", RUNNING: "blue", DONE: "green", FAILED: "red", CANCELLED: "amber"}


def state_after(state: str, verb: str) -> State:
    """Return the state after a verb. Raises WrongState where it cannot be done."""
    return State(LIFECYCLE.after(verb, State(state)))


def percent(done: int, total: int | None) -> int | None:
    """Return how far a job is, 0 to 100; None where nobody knows."""
    return min(100 * done // total, 100) if total else None


def is_turn_free(due_at: datetime, *, taken_for: datetime, is_over: bool, seconds_since: float) -> bool:
    """Tell whether a turn due at ``due_at`` is still to be run.

    ``taken_for``: the moment whose turn was taken last. A turn that began and did not end within the hour died
    with its worker, and is run again. A clock put back makes no turn twice.
    """
    died = not is_over and seconds_since > HOUR_SECONDS
    return due_at > taken_for or (died and due_at == taken_for)
