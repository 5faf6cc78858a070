"""What a person owns, so that it can be handed over when they leave or move. Source: POOL-2.

A domain registers what belongs to people in it; the screen of handovers counts it, shows what would become of it,
and begins it. Each kind is handed over as one run, which is taken back as one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.base.actor import Actor
from app.base.bulk import Given, Plan


@dataclass(frozen=True)
class Belonging:
    """One kind of what people own. ``given``: people, how, weights, beyond, reason, words (see crm.assignments)."""

    code: str
    label: object
    icon: str
    count: Callable[[int, Actor], int]  # (whose, actor): how many the actor may hand over
    plan: Callable[[int, Given, Actor], Plan]  # (whose, given, actor); raises DomainError for what cannot be meant
    #: (whose, how many were shown, the plan's given, actor): the address where it is looked at.
    begin: Callable[[int, int, Given, Actor], str]
    url: Callable[[int], str]  # of the list of them
    place: int = 100


registered: dict[str, Belonging] = {}


def register(belonging: Belonging) -> None:
    """Let something be handed over. Said again, as by a second application in the process, it is the same."""
    registered[belonging.code] = belonging


def belongings() -> list[Belonging]:
    """Return every kind, in order."""
    return sorted(registered.values(), key=lambda one: one.place)
