"""Who is acting. Services take an Actor; they never look for the signed-in user themselves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any, Protocol

from flask import g, has_app_context


class Level(IntEnum):
    """How far a person's sight or hand reaches in one domain, from nothing to everything."""

    NONE = 0
    OWN = 1
    DEPARTMENT = 2
    BELOW = 3
    ALL = 4


class Channel(StrEnum):
    """The way by which a change came in."""

    WEB = "web"
    API = "api"
    IMPORT = "import"
    COMMAND = "command"
    WORKER = "worker"


@dataclass(frozen=True)
class Reach:
    """What a person may read and what they may write in one domain."""

    read: Level = Level.NONE
    write: Level = Level.NONE


class Opening(Protocol):
    """Rows without an owner that one screen opens to somebody while it reads them, and nothing else does.

    Hashable, and equal to another that opens the same rows: the criteria of statements are kept by it.
    """

    @property
    def domain(self) -> str:
        """The domain of ownerless rows that it widens."""

    def rows(self, table: Any) -> Any:
        """Return the condition of those rows on ``table``, or on an alias of it."""


NOTHING = Reach()
EVERYTHING = Reach(Level.ALL, Level.ALL)


@dataclass(frozen=True)
class Actor:
    """A person, or the system itself (``SYSTEM``), on whose behalf a service runs."""

    id: int | None
    name: str = ""
    roles: frozenset[str] = frozenset()
    role_ids: frozenset[int] = frozenset()
    department_id: int | None = None
    departments_below: frozenset[int] = frozenset()  # its own among them
    departments_above: frozenset[int] = frozenset()  # its own among them
    reaches: Mapping[str, Reach] = field(default_factory=dict)
    opened: Opening | None = None  # by the screen that reads for them just now
    leads: frozenset[int] = frozenset()  # departments whose supervisor this person is, and all below them
    hidden_groups: frozenset[str] = frozenset()  # groups of personal data that this person's roles show only masked
    must_change_password: bool = False
    is_system: bool = False
    channel: Channel = Channel.WEB
    address: str | None = None
    request_id: str | None = None

    def reach(self, domain: str) -> Reach:
        """Return how far this actor reaches in ``domain``; nowhere if no role says so."""
        return EVERYTHING if self.is_system else self.reaches.get(domain, NOTHING)

    def by(self, channel: Channel) -> "Actor":
        """Return the same actor, coming in through another channel."""
        return replace(self, channel=channel)


#: Whoever has not said who they are.
NOBODY = Actor(id=None)
SYSTEM = Actor(id=None, name="system", is_system=True, channel=Channel.COMMAND)


def current_actor() -> Actor | None:
    """Return who acts in this request, command or job; None before anyone is known."""
    return g.get("actor") if has_app_context() else None


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Let ``actor`` act within the block: for commands, jobs and tests. Needs an app context."""
    before = g.get("actor")
    g.actor = actor
    try:
        yield actor
    finally:
        g.actor = before
