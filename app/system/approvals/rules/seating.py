"""Who is asked at a step: found, put in somebody's place, or named for the case that nobody is found. Pure.

Nobody decides what they entered themselves. Whoever has left is not found. Source: RULES_OF_THE_FIELD 7, APR-1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.system.approvals.rules.flows import ANY, APPLICANTS_HEAD, CHOSEN, HEAD, ORDER, PERSON, ROLE, SUPERIOR, Step

#: Why somebody else than the step says is asked.
NEXT_SUPERIOR, NAMED, ADMINISTRATORS = "superior", "named", "administrators"


class People(Protocol):
    """Who is who."""

    def is_active(self, key: int | None) -> bool:
        """Tell whether somebody can sign in."""

    def holders(self, role_id: int) -> Sequence[int]:
        """Return who holds a role and can sign in."""

    def head_of(self, department_id: int | None) -> int | None:
        """Return who heads a department, or the nearest above it that has a head."""

    def department_of(self, key: int) -> int | None:
        """Return where somebody works."""

    def superiors(self, key: int) -> Sequence[int]:
        """Return the heads above somebody, the nearest first, without themselves."""

    def administrators(self) -> int:
        """Return the role of the administrators."""


@dataclass(frozen=True)
class About:
    """What of a case decides on who is asked. ``barred``: the applicant, and whoever may not decide again."""

    applicant_id: int
    department_id: int | None
    barred: frozenset[int]
    fallback_id: int | None = None
    chosen: tuple[int, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A seat to be made."""

    turn: int
    employee_id: int | None = None
    role_id: int | None = None
    why: str = ""


def asked(step: Step, about: About, people: People) -> list[Asked]:
    """Return the seats of a step; none only where the applicant has yet to choose."""
    if step.kind == CHOSEN and not about.chosen:
        return []
    found = [key for key in _named(step, about, people) if key is not None and people.is_active(key)]
    usable = [key for key in found if key not in about.barred]
    if step.kind == ROLE and step.mode == ANY and usable and step.role_id is not None:
        return [Asked(1, role_id=step.role_id)]
    if about.applicant_id in found and (step.mode != ANY or not usable):
        return _in_place_of_applicant(step, found, about, people)
    if usable:
        return _seats(step, [(key, "") for key in dict.fromkeys(usable)])
    return nobody_found(about, people)


def _named(step: Step, about: About, people: People) -> Sequence[int | None]:
    if step.kind == PERSON:
        return [step.person_id]
    if step.kind == ROLE:
        return people.holders(step.role_id) if step.role_id is not None else []
    if step.kind == SUPERIOR:
        return people.superiors(about.applicant_id)[step.level - 1 : step.level]
    if step.kind in (HEAD, APPLICANTS_HEAD):
        own = people.department_of(about.applicant_id)
        house = about.department_id or own if step.kind == HEAD else own
        return [people.head_of(house)]
    return about.chosen


def _in_place_of_applicant(step: Step, found: Sequence[int], about: About, people: People) -> list[Asked]:
    superior = next_superior(about, people)
    stand: dict[int, str] = {}
    for key in found:
        who, why = (superior, NEXT_SUPERIOR) if key == about.applicant_id else (key, "")
        if who is not None and who not in about.barred:
            stand.setdefault(who, why)
    return _seats(step, list(stand.items())) if stand else nobody_found(about, people)


def next_superior(about: About, people: People) -> int | None:
    """Return the nearest superior of the applicant who may decide; None if there is none."""
    above = people.superiors(about.applicant_id)
    return next((key for key in above if key not in about.barred and people.is_active(key)), None)


def nobody_found(about: About, people: People) -> list[Asked]:
    """Return the seat of the named person; of the administrators, if that one cannot decide either."""
    named = about.fallback_id
    if named is not None and named not in about.barred and people.is_active(named):
        return [Asked(1, employee_id=named, why=NAMED)]
    return [Asked(1, role_id=people.administrators(), why=ADMINISTRATORS)]


def _seats(step: Step, found: Sequence[tuple[int, str]]) -> list[Asked]:
    return [
        Asked(place if step.mode == ORDER else 1, employee_id=key, why=why)
        for place, (key, why) in enumerate(found, start=1)
    ]
