"""Grades, scores, and who may say what about a rating. Pure. Source: TKT-3, TKT-9, DECISIONS on rating."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.base.i18n import _

DIMENSIONS = ("attitude", "skill", "response")
BEST, WORST = 4, 1
MOST_STARS = 5
LOW_MEAN = Decimal(2)
LONGEST_WORDS = 2000
GRADES: Mapping[int, tuple[object, str]] = {
    4: (_("Very satisfied"), "green"),
    3: (_("Satisfied"), "teal"),
    2: (_("Fair"), "amber"),
    1: (_("Needs improvement"), "red"),
}


#: Phases of tickets in which a customer may rate.
RATEABLE = frozenset({"solved", "reviewed", "closed"})


class State(StrEnum):
    """What has become of a rating."""

    PENDING = "pending"
    RATED = "rated"
    REPLIED = "replied"
    OBJECTED = "objected"
    VOID = "void"


PENDING, RATED, REPLIED, OBJECTED, VOID = State
STATES: Mapping[str, tuple[object, str]] = {
    PENDING: (_("To be rated"), "gray"),
    RATED: (_("Rated"), "blue"),
    REPLIED: (_("Replied to"), "teal"),
    OBJECTED: (_("Objected to"), "amber"),
    VOID: (_("Voided"), "red"),
}
CUSTOMER, FOR_CUSTOMER = "customer", "agent"
RATERS: Mapping[str, object] = {CUSTOMER: _("Customer"), FOR_CUSTOMER: _("Agent for the customer")}
BY_LINK, BY_PHONE = "link", "phone"
CHANNELS: Mapping[str, object] = {BY_LINK: _("Rating link"), BY_PHONE: _("Revisit by phone")}
REFUSALS: Mapping[str, object] = {
    PENDING: _("The customer has not rated yet."),
    RATED: _("Nobody has objected to this rating."),
    REPLIED: _("This rating was replied to already."),
    OBJECTED: _("The objection to this rating is not decided yet."),
    VOID: _("This rating is void."),
}
#: verb → the states in which it can be pressed.
FROM: Mapping[str, frozenset[State]] = {
    "rate": frozenset({PENDING}),
    "reply": frozenset({RATED}),
    "object": frozenset({RATED, REPLIED}),
    "uphold": frozenset({OBJECTED}),
    "void": frozenset({OBJECTED}),
}


def check_state(state: str, verb: str) -> None:
    """Raise WrongState if a rating in ``state`` knows no such verb."""
    if state not in FROM[verb]:
        raise WrongState(REFUSALS[state] if verb != "rate" else _("This ticket is rated already."))


def check_grades(values: Mapping[str, Any], *, with_stars: bool = False) -> None:
    """Raise InvalidFields for a grade that is missing or that there is not, and for words that are too long."""
    problems: dict[str, object] = {}
    for name in DIMENSIONS:
        if values.get(name) not in GRADES:
            problems[name] = _("Please choose one.")
    stars = values.get("overall")
    if with_stars and (not isinstance(stars, int) or not 1 <= stars <= MOST_STARS):
        problems["overall"] = _("Please choose one.")
    if len(values.get("words") or "") > LONGEST_WORDS:
        problems["words"] = _("At most %(count)s characters.") % {"count": LONGEST_WORDS}
    if problems:
        raise InvalidFields(problems)


def score(grades: Sequence[int]) -> Decimal:
    """Return the mean of the grades, to two places, half up."""
    return (Decimal(sum(grades)) / len(grades)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def is_low(grades: Sequence[int]) -> bool:
    """Tell whether somebody should hear of it at once: any 1, or a mean below 2."""
    return WORST in grades or Decimal(sum(grades)) / len(grades) < LOW_MEAN


def agents(*, taken_in_by: int | None, asked_by: int | None, solved_by: int | None) -> tuple[int, ...]:
    """Return who may be rated beside the technician: who took the ticket in, then who asks the customer."""
    return tuple(key for key in dict.fromkeys((taken_in_by, asked_by)) if key is not None and key != solved_by)


def check_agent(agent_id: int | None, known: Collection[int]) -> None:
    """Raise InvalidFields for somebody who is none of those who may be rated as well."""
    if agent_id is not None and agent_id not in known:
        raise InvalidFields({"agent": _("Choose who took the ticket in, or who asks the customer.")})


def check_rated_person(rated: Collection[int], *, actor_id: int | None) -> None:
    """Raise NotAllowed for anybody but those who were rated."""
    if actor_id not in rated:
        raise NotAllowed(_("Only the person who was rated may answer this rating."))


def check_judge(rated: Collection[int], *, actor_id: int | None) -> None:
    """Raise NotAllowed for whoever would decide about themselves."""
    if actor_id in rated:
        raise NotAllowed(_("Nobody decides about a rating of themselves. Ask whoever is above you."))


def check_first_objection(objected_at: datetime | None) -> None:
    """Raise WrongState for a second objection."""
    if objected_at is not None:
        raise WrongState(_("This rating was objected to once; that was decided."))


def check_words(words: str | None) -> None:
    """Raise InvalidFields without words, or with too many."""
    if not (words or "").strip():
        raise InvalidFields({"words": _("Please fill this in.")})
    if len(words or "") > LONGEST_WORDS:
        raise InvalidFields({"words": _("At most %(count)s characters.") % {"count": LONGEST_WORDS}})


def check_link(*, used_at: datetime | None, expires_at: datetime, now: datetime, is_current: bool) -> None:
    """Raise WrongState for a link that opens nothing any more. One sentence for all: nobody learns why."""
    if used_at is not None or expires_at <= now or not is_current:
        raise WrongState(GONE)


GONE = _("This link is not valid any more. Thank you all the same: if you wish to tell us something, call us.")


def days_left(solved_at: datetime | None, *, now: datetime, days: int) -> int:
    """Return in how many days, begun ones counted, a solved ticket is closed by itself; 0: with the next run."""
    if solved_at is None:
        return days
    left = solved_at + timedelta(days=days) - now
    return max(0, -(-int(left.total_seconds()) // 86400))
