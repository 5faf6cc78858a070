"""The door to people's inboxes: a domain tells somebody what concerns them, in the transaction that does it.

A message is a kind and its values, never a finished sentence: the reader's language decides, and what the reader
may no longer see is not named. A domain above keeps the messages and shows them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
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
    is_urgent: bool = False  # goes out at once, whatever the hour


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
    is_urgent: bool = False


#: Every kind by its code. Each domain adds its own when it registers its screens.
kinds: dict[str, Kind] = {}
_keepers: list[Callable[[Telling], None]] = []
#: Takes what was kept out of the house too: hears of a telling and of the message (id) of each recipient.
Carry = Callable[[Telling, Mapping[int, int]], None]
#: Returns whom of the recipients a telling reaches without a sound: they do not want to hear of its kind.
Hush = Callable[[Telling], Collection[int]]
_carriers: list[Carry] = []
_hushers: list[Hush] = []


def keep_with(keep: Callable[[Telling], None]) -> None:
    """Name what keeps messages. It runs in the transaction of whoever tells."""
    _keepers[:] = [keep]


def carry_with(carry: Carry, hush: Hush) -> None:
    """Name what takes messages out by other ways, in the same transaction, and who does not want to hear of what."""
    _carriers[:], _hushers[:] = [carry], [hush]


def carried(telling: Telling, messages: Mapping[int, int]) -> None:
    """Take out what was just kept. For whatever keeps messages."""
    for carry in _carriers if messages else ():
        carry(telling, messages)


def hushed(telling: Telling) -> Collection[int]:
    """Return whom of the recipients a telling reaches without a sound."""
    return next((hush(telling) for hush in _hushers), ())


def tell(
    recipients: Iterable[int],
    kind: str,
    *,
    params: Mapping[str, Any] | None = None,
    link: Place | None = None,
    key: str = "",
    actor: Actor,
    urgent: bool | None = None,
) -> None:
    """Tell people something, once: with a ``key``, the same is not told to the same person twice.

    ``urgent``: whether it goes out at night too; None: as its kind says.
    """
    is_urgent = urgent if urgent is not None else kind in kinds and kinds[kind].is_urgent
    telling = Telling(tuple(dict.fromkeys(recipients)), kind, params or {}, link, key, actor, is_urgent)
    for keep in _keepers:
        keep(telling)


__all__ = ["Kind", "Place", "Telling", "carried", "carry_with", "hushed", "keep_with", "kinds", "tell"]
