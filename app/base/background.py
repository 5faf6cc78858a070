"""Work that takes longer than a person should wait. Kinds of work are declared here; the jobs domain does them.

A kind's ``run`` goes through ``Progress``: each ``step`` is one transaction of its own together with the count of
what is done, so that work cut off in the middle goes on where it stopped, and nothing is done twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.base.actor import Actor
from app.base.transaction import transaction

T = TypeVar("T")


class Progress(Protocol):
    """What work is told, and what it tells."""

    given: Mapping[str, Any]
    actor: Actor
    done: int

    def step(self, change: Callable[[], T], *, done: int, total: int | None = None) -> T:
        """Run ``change`` in a transaction of its own; ``done`` of ``total`` rows are done with it."""

    def tell(self, *, done: int, total: int | None = None) -> None:
        """Say how far reading and reckoning has come, outside any transaction."""


class JobProgress(Progress, Protocol):
    """What work in the background can do besides: its result is fetched later."""

    def hand_out(self, file: Path, *, name: str) -> None:
        """Offer a file, under a name, for the person to fetch."""

    def close_with(self, change: Callable[[], object]) -> None:
        """Run ``change`` in the very transaction that ends the work: once, or not at all."""


@dataclass(frozen=True)
class Kind:
    """One kind of work. ``title``: a sentence with the job's ``words`` in it, such as "Export of %(list)s"."""

    name: str
    title: object
    run: Callable[[JobProgress], Mapping[str, Any] | None]  # returns what the job's page shows: {"rows": 3, "url": …}
    icon: str = "loader"


kinds: dict[str, Kind] = {}
#: Kind of work → from its result to the address where that is looked at. Told by screens; else ``result["url"]``.
leads: dict[str, Callable[[Mapping[str, Any]], str]] = {}
_starters: list[Callable[..., int]] = []


def register(kind: Kind) -> None:
    """Name a kind of work. A second application in the process says it again."""
    kinds[kind.name] = kind


def begin_with(start: Callable[..., int]) -> None:
    """Name what starts work in the background: ``start(kind, given, words=…, actor=…)`` returns the job's id."""
    _starters[:] = [start]


def start(kind: str, given: Mapping[str, Any], *, words: Mapping[str, object], actor: Actor) -> int:
    """Start work of this kind within the current transaction; return the id of its job."""
    return _starters[0](kind, given, words=words, actor=actor)


class AtOnce:
    """Progress of work that is short enough to be done while the person waits."""

    def __init__(self, given: Mapping[str, Any], actor: Actor) -> None:
        self.given, self.actor, self.done = given, actor, 0

    def step(self, change: Callable[[], T], *, done: int, total: int | None = None) -> T:  # noqa: ARG002 - Progress
        result = transaction(change)()
        self.done = done
        return result

    def tell(self, *, done: int, total: int | None = None) -> None:
        """Nobody watches."""
