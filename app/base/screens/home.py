"""What the first page is made of. Domains hang their cards, figures and waiting things here; ``app.home`` draws them.

A card is seen by those who may open what it leads to, and for whose work it is meant.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from app.base import choices
from app.base.actor import Actor

#: (permission, screen), as FAB knows it; None: one's own affairs, open to everybody who is signed in.
Right = tuple[str, str] | None


@dataclass(frozen=True)
class Line:
    """One thing on a card. ``opens``: an address to POST to, in place of ``url``, as a message is opened."""

    label: object
    url: str = ""
    opens: str = ""
    text: object = ""
    side: object = ""
    chip: tuple[object, str] | None = None  # (word, colour token)
    icon: str = ""
    color: str = "gray"
    is_new: bool = False
    job: Mapping[str, Any] | None = None  # how far a running job is: see system.jobs


@dataclass(frozen=True)
class Nothing:
    """What an empty card says, and what to do next."""

    text: object
    label: object = ""
    url: str = ""


@dataclass(frozen=True)
class Content:
    """What a card shows now. ``url``: where all of it stands; ``count``: as it is told beside the title."""

    lines: Sequence[Line]
    nothing: Nothing
    url: str = ""
    count: str = ""


@dataclass(frozen=True)
class Part:
    """What cards, figures and waiting things share. ``roles``: whose work it belongs to; empty: everybody's."""

    name: str  # people's choices know it by this name
    build: Callable[[Actor], Any]
    right: Right = None
    roles: Collection[str] = ()
    place: int = 100

    def is_for(self, actor: Actor) -> bool:
        """Tell whether the actor may open what it leads to, and it belongs to their work.

        Of a role that an administrator made nobody knows what its work is: then the right decides alone.
        """
        return self._is_meant(actor) and (self.right is None or _may(*self.right))

    def _is_meant(self, actor: Actor) -> bool:
        return not self.roles or not actor.roles.isdisjoint({*self.roles, *_own_roles()})


@dataclass(frozen=True)
class Card(Part):
    """A card: ``build`` returns its Content. ``first_for``: roles in whose sight it stands before all others."""

    title: object = ""
    icon: str = "list"
    first_for: Collection[str] = ()

    def order(self, actor: Actor) -> tuple[bool, int]:
        return actor.roles.isdisjoint(self.first_for), self.place


@dataclass(frozen=True)
class Figures(Part):
    """Numbers for the row at the top: ``build`` returns what ``zk.stats`` draws: k, v, s, tone, icon, url."""


@dataclass(frozen=True)
class Wait(Part):
    """What waits for this person's next step: ``build`` returns Lines."""


@dataclass
class Registry:
    """Everything that was hung up, by kind and name; a second application in the process says it again."""

    cards: dict[str, Card] = field(default_factory=dict)
    figures: dict[str, Figures] = field(default_factory=dict)
    waits: dict[str, Wait] = field(default_factory=dict)

    def add(self, *parts: Part) -> None:
        for part in parts:
            self._of(part)[part.name] = part

    def _of(self, part: Part) -> dict[str, Any]:
        return self.cards if isinstance(part, Card) else self.waits if isinstance(part, Wait) else self.figures


first_page = Registry()


def for_actor(parts: Iterable[Any], actor: Actor) -> list[Any]:
    """Return those of the parts that are for the actor, each kind in its order."""
    return sorted((part for part in parts if part.is_for(actor)), key=lambda part: part.place)


def _may(permission: str, view: str) -> bool:
    return bool(current_app.appbuilder.sm.has_access(permission, view))  # type: ignore[attr-defined]


def _own_roles() -> set[str]:
    made = choices.more.get("role")
    return {item.code for item in made()} if made else set()
