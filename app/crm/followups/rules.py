"""What a follow-up must be, and after how many days a customer wants to be contacted again. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.base.i18n import _

#: Where a customer stands in the work list.
OVERDUE, DUE, PLANNED, LATER, PAST_CYCLE, CYCLE_OVER = (
    "overdue",
    "due",
    "planned",
    "later",
    "past_cycle",
    "cycle_over",
)
#: In words, with a colour, in the order of the work list.
WORK_STATES: Mapping[str, tuple[object, str]] = {
    OVERDUE: (_("Overdue"), "red"),
    DUE: (_("Due today"), "amber"),
    PAST_CYCLE: (_("Past the cycle, for today"), "orange"),
    PLANNED: (_("Planned in the next 7 days"), "blue"),
    LATER: (_("Planned later"), "sky"),
    CYCLE_OVER: (_("Past the cycle, all of them"), "gray"),
}
PLANNED_DAYS = 7
#: How far ahead clocks may go: what was "now" in a browser is not in the future here.
A_MOMENT = timedelta(minutes=2)
MOST_CALL_SECONDS = 86_400


def check_writable(*, is_deleted: bool, may_write: bool) -> None:
    """Raise WrongState for a customer that is gone, NotAllowed for one that is not the actor's (any more)."""
    if is_deleted:
        raise WrongState(_("This customer was deleted meanwhile. What you typed is still here."))
    if not may_write:
        raise NotAllowed(
            _("This customer is not yours, or not any more: it may have been handed over or recalled. Ask its owner.")
        )


def check(values: Mapping[str, Any], *, now: datetime) -> None:
    """Raise InvalidFields without a progress, for a contact in the future, or a next contact before the contact."""
    problems: dict[str, object] = {}
    at, next_at = values.get("at"), values.get("next_contact_at")
    if not values.get("progress"):
        problems["progress"] = _("Please fill this in.")
    if at and at > now + A_MOMENT:
        problems["at"] = _("A follow-up is recorded once it has taken place. Plan it as the next contact.")
    if next_at and at and next_at <= at:
        problems["next_contact_at"] = _("The next contact comes after this one.")
    if problems:
        raise InvalidFields(problems)


def check_placed(contact_id: int | None, *, contacts: Iterable[int]) -> None:
    """Raise InvalidFields for a contact who has no place at the customer."""
    if contact_id is not None and contact_id not in set(contacts):
        raise InvalidFields({"contact": _("Choose a contact of this customer.")})


# ── contact cycles ───────────────────────────────────────────────────────────────────────────────

#: Days between contacts, by level. Source: DEFAULTS, contact_cycle_days.
SEEDS: Mapping[str, int] = {"key": 14, "a": 30, "b": 60, "c": 90, "d": 180}
MOST_DAYS = 3650


class Cycle(Protocol):
    """A row of the cycles: for whom, and how many days; 0: no contact is wanted."""

    @property
    def level(self) -> str | None: ...
    @property
    def progress(self) -> str | None: ...
    @property
    def status(self) -> str | None: ...
    @property
    def days(self) -> int: ...


class Span(NamedTuple):
    """A cycle without its row."""

    level: str | None
    progress: str | None
    status: str | None
    days: int


def ordered(cycles: Iterable[Cycle]) -> Sequence[Cycle]:
    """Return cycles as they are tried: who names more goes first, and of equals the level, then the progress."""
    return sorted(cycles, key=_rank)


def _rank(cycle: Cycle) -> tuple[int, bool, bool]:
    named = (cycle.level, cycle.progress, cycle.status)
    return -sum(one is not None for one in named), cycle.level is None, cycle.progress is None


def days_for(cycles: Iterable[Cycle], *, level: str | None, progress: str | None, status: str | None) -> int:
    """Return after how many days such a customer wants to be contacted again; 0: never of itself."""
    for cycle in ordered(cycles):
        asked = ((cycle.level, level), (cycle.progress, progress), (cycle.status, status))
        if all(wanted is None or wanted == found for wanted, found in asked):
            return cycle.days
    return 0


def last_day_within(today: date, days: int) -> date:
    """Return the last day on which a contact is now too long ago: today minus the days."""
    return today - timedelta(days=days)


def check_cycle(wanted: Cycle, *, others: Iterable[Cycle]) -> None:
    """Raise InvalidFields for a second row about the same customers."""
    key = (wanted.level, wanted.progress, wanted.status)
    if any((one.level, one.progress, one.status) == key for one in others):
        raise InvalidFields({"days": _("There is a row for these customers already: change that one.")})
