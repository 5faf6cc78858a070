"""What a flow may look like, and when a step of it is taken. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.base.errors import Invalid
from app.base.i18n import _

#: Who is asked at a step.
PERSON, ROLE, HEAD, APPLICANTS_HEAD, SUPERIOR, CHOSEN = (
    "person",
    "role",
    "head",
    "applicants_head",
    "superior",
    "chosen",
)
KINDS: Mapping[str, object] = {
    PERSON: _("A person"),
    ROLE: _("The holders of a role"),
    HEAD: _("The head of the record's department"),
    APPLICANTS_HEAD: _("The head of the applicant's department"),
    SUPERIOR: _("A superior of the applicant"),
    CHOSEN: _("Whom the applicant chooses"),
}
#: How many of them must say yes.
ANY, ALL, ORDER = "any", "all", "order"
MODES: Mapping[str, object] = {
    ANY: _("One of them is enough"),
    ALL: _("All of them"),
    ORDER: _("All of them, one after the other"),
}
#: How a condition compares. Numbers and days have an order; what is chosen has none.
OPERATORS: Mapping[str, tuple[object, Callable[[Any, Any], bool]]] = {
    "is": (_("is"), lambda value, wanted: value == wanted),
    "is_not": (_("is not"), lambda value, wanted: value != wanted),
    "above": (_("is above"), lambda value, wanted: value is not None and value > wanted),
    "at_least": (_("is at least"), lambda value, wanted: value is not None and value >= wanted),
    "below": (_("is below"), lambda value, wanted: value is not None and value < wanted),
    "at_most": (_("is at most"), lambda value, wanted: value is not None and value <= wanted),
}
ORDERED = ("number", "date", "moment")  # kinds of fields whose values have an order
MOST_STEPS, MOST_CONDITIONS, MOST_HOURS, MOST_LEVELS = 10, 6, 999, 9


@dataclass(frozen=True)
class Term:
    """A condition: a field, how it is compared, and with what (read already)."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True)
class Step:
    """A step of a flow, as it is walked through."""

    place: int
    kind: str
    mode: str = ANY
    name: str = ""
    person_id: int | None = None
    role_id: int | None = None
    level: int = 1
    hours: int | None = None
    above_limit: bool = False
    is_other: bool = False
    terms: tuple[Term, ...] = ()


Limits = Callable[[], Sequence[Decimal | None]]  # of those who approved before; None: no limit


def next_step(
    steps: Sequence[Step], *, after: int, values: Mapping[str, Any], amount: Decimal | None, limits: Limits
) -> Step | None:
    """Return the next step that is taken for a record with these values; None if there is none."""
    for step in steps:
        if step.place > after and is_taken(step, values=values, amount=amount, limits=limits):
            return step
    return None


def is_taken(step: Step, *, values: Mapping[str, Any], amount: Decimal | None, limits: Limits) -> bool:
    """Tell whether a step is taken: all its conditions hold, and the amount is above what was approved with."""
    if not all(OPERATORS[term.op][1](values.get(term.field), term.value) for term in step.terms):
        return False
    return not step.above_limit or is_above(amount, limits())


def is_above(amount: Decimal | None, limits: Sequence[Decimal | None]) -> bool:
    """Tell whether an amount (its size, whatever its sign) is above all limits. Where nobody approved yet, it is."""
    if any(limit is None for limit in limits):
        return False
    return abs(amount or Decimal(0)) > max((limit for limit in limits if limit is not None), default=Decimal(-1))


def check_steps(steps: Sequence[Mapping[str, Any]]) -> None:
    """Raise Invalid for a flow that asks nobody, or too many, or that says too little at a step."""
    if not steps:
        raise Invalid(_("A flow needs at least one step."))
    if len(steps) > MOST_STEPS:
        raise Invalid(_("A flow may have at most %(count)s steps."), count=MOST_STEPS)
    for place, step in enumerate(steps, start=1):
        if (problem := _problem(step)) is not None:
            raise Invalid(_("Step %(place)s: %(problem)s"), place=place, problem=problem)


def _problem(step: Mapping[str, Any]) -> object | None:
    kind = step.get("kind")
    if kind not in KINDS or step.get("mode") not in MODES:
        return _("Choose who is asked, and how many of them must agree.")
    if kind == PERSON and not step.get("person_id"):
        return _("Choose the person.")
    if kind == ROLE and not step.get("role_id"):
        return _("Choose the role.")
    if kind == SUPERIOR and not 0 < (step.get("level") or 0) <= MOST_LEVELS:
        return _("The nearest superior is 1, the one above 2, and so on up to 9.")
    return _bounds(step)


def _bounds(step: Mapping[str, Any]) -> object | None:
    hours = step.get("hours")
    if hours is not None and not 0 < hours <= MOST_HOURS:
        return _("The time limit is 1 to 999 hours, or empty.")
    if len(step.get("conditions") or ()) > MOST_CONDITIONS:
        return _("A step may have at most 6 conditions.")
    return None
