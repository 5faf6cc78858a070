"""Phases of a ticket, the verbs between them, and who may press which. Pure. Source: TKT-2, DECISIONS on states."""

from collections.abc import Mapping
from enum import StrEnum

from app.base.i18n import _


class Phase(StrEnum):
    """What the program knows of a state: the house names as many states of a phase as it likes."""

    NEW = "new"
    DISPATCHED = "dispatched"
    WORKING = "working"
    WAITING = "waiting"
    SOLVED = "solved"
    REVIEWED = "reviewed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


NEW, DISPATCHED, WORKING, WAITING, SOLVED, REVIEWED, CLOSED, CANCELLED = Phase
#: In words, with a colour, in the order of a ticket's life.
PHASES: Mapping[str, tuple[object, str]] = {
    NEW: (_("Not dispatched"), "red"),
    DISPATCHED: (_("Dispatched"), "amber"),
    WORKING: (_("In work"), "blue"),
    WAITING: (_("Waiting for the customer"), "purple"),
    SOLVED: (_("Solved"), "teal"),
    REVIEWED: (_("Revisited"), "lime"),
    CLOSED: (_("Finished"), "gray"),
    CANCELLED: (_("Cancelled"), "gray"),
}
#: Somebody has to do something.
UNSOLVED = frozenset({NEW, DISPATCHED, WORKING, WAITING})
#: Not at its end: whoever opened it sees its customer, its number stands on the home page.
OPEN = UNSOLVED | {SOLVED, REVIEWED}
#: Somebody works on it, or is to.
IN_HANDS = frozenset({DISPATCHED, WORKING, WAITING})
ENDED = frozenset({CLOSED, CANCELLED})
DONE = frozenset({SOLVED, REVIEWED, CLOSED})  # from which one learns


class Verb(StrEnum):
    """What takes a ticket from one state to another."""

    DISPATCH = "dispatch"
    TAKE = "take"
    ACCEPT = "accept"
    ADVANCE = "advance"
    GIVE_BACK = "give_back"
    WAIT = "wait"
    RESUME = "resume"
    SOLVE = "solve"
    REVISIT = "revisit"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


DISPATCH, TAKE, ACCEPT, ADVANCE, GIVE_BACK, WAIT, RESUME, SOLVE, REVISIT, CLOSE, REOPEN, CANCEL = Verb
#: (from, to) → the verb that an arrow between states of these phases stands for. No other arrow can be drawn.
VERB_BETWEEN: Mapping[tuple[Phase, Phase], Verb] = {
    (NEW, DISPATCHED): DISPATCH,
    (NEW, WORKING): TAKE,
    (DISPATCHED, WORKING): ACCEPT,
    (WORKING, WORKING): ADVANCE,
    **{(source, NEW): GIVE_BACK for source in (DISPATCHED, WORKING, WAITING)},
    **{(source, WAITING): WAIT for source in (NEW, DISPATCHED, WORKING)},
    **{(WAITING, target): RESUME for target in (DISPATCHED, WORKING)},
    **{(source, SOLVED): SOLVE for source in (NEW, DISPATCHED, WORKING, WAITING)},
    (SOLVED, REVIEWED): REVISIT,
    **{(source, CLOSED): CLOSE for source in (SOLVED, REVIEWED)},
    **{(source, target): REOPEN for source in (SOLVED, REVIEWED, CLOSED) for target in (NEW, DISPATCHED, WORKING)},
    **{(source, CANCELLED): CANCEL for source in (NEW, DISPATCHED, WORKING, WAITING)},
}
WORDS: Mapping[str, object] = {
    DISPATCH: _("Dispatch"),
    TAKE: _("Take it"),
    ACCEPT: _("Accept"),
    ADVANCE: _("Go on"),
    GIVE_BACK: _("Return"),
    WAIT: _("Wait for the customer"),
    RESUME: _("Go on with it"),
    SOLVE: _("Solve"),
    REVISIT: _("Revisit"),
    CLOSE: _("Close"),
    REOPEN: _("Reopen"),
    CANCEL: _("Cancel ticket"),
}
#: Verbs with which somebody must say why.
WITH_REASON = frozenset({GIVE_BACK, REOPEN, CANCEL})
#: The permission of TicketView with which a verb may be pressed at all.
PERMISSION: Mapping[str, str] = {
    DISPATCH: "dispatch",
    TAKE: "take",
    **dict.fromkeys((ACCEPT, ADVANCE, GIVE_BACK, WAIT, RESUME, SOLVE), "work"),
    REVISIT: "revisit",
    CLOSE: "close",
    REOPEN: "reopen",
    CANCEL: "cancel",
}
#: What a person is told in a phase that allows no such verb.
REFUSALS: Mapping[str, object] = {
    NEW: _("This ticket is not dispatched yet."),
    DISPATCHED: _("This ticket is dispatched, and not accepted yet."),
    WORKING: _("This ticket is being worked on."),
    WAITING: _("This ticket waits for the customer. Go on with it first."),
    SOLVED: _("This ticket is solved."),
    REVIEWED: _("This ticket is revisited already."),
    CLOSED: _("This ticket is closed. Reopen it first."),
    CANCELLED: _("This ticket was cancelled."),
}
