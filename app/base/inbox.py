"""The door to people's inboxes: a domain tells somebody what concerns them, in the transaction that does it.

A message is a kind and its values, never a finished sentence: the reader's language decides, and what the reader
may no longer see is not named. A domain above keeps the messages and shows them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.base.actor import Actor


@dataclass(frozen=True)
class Kind:
    """A kind of message. ``title`` and ``text`` are filled with the values, ``%(who)s`` and ``%(what)s``."""

    label: object
    icon: str
    title: object
    text: object = ""
    names: str = ""  # the kind of record (base.choices.references) that %(what)s names and the link leads to
    read: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)  # how single values are shown
    may_be_muted: bool = True


@dataclass(frozen=True)
class Place:
    """Where a message leads: an endpoint of ours and the key of a record, never an address."""

    endpoint: str
    key: int | None = None


@dataclass(frozen=True)
class Telling:
    """One message on its way to several people."""

    recipients: tuple[int, ...]
    kind: str
    params: Mapping[str, Any]
    link: Place | None
    key: str
    actor: Actor


#: Every kind by its code. Each domain adds its own when it registers its screens.
kinds: dict[str, Kind] = {}
_keepers: list[Callable[[Telling], None]] = []


def keep_with(keep: Callable[[Telling], None]) -> None:
    """Name what keeps messages. It runs in the transaction of whoever tells."""
    _keepers[:] = [keep]


def tell(
    recipients: Iterable[int],
    kind: str,
    *,
    params: Mapping[str, Any] | None = None,
    link: Place | None = None,
    key: str = "",
    actor: Actor,
) -> None:
    """Tell people something, once: with a ``key``, the same is not told to the same person twice."""
    telling = Telling(tuple(dict.fromkeys(recipients)), kind, params or {}, link, key, actor)
    for keep in _keepers:
        keep(telling)


__all__ = ["Kind", "Place", "Telling", "keep_with", "kinds", "tell"]
