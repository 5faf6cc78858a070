"""What a person has chosen for their own screens: named where it is read, kept by a domain above (system.preferences).

Read with ``get(actor, "page_size")``: at most one short statement in a process after anybody chose anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.base import settings
from app.base.actor import Actor
from app.base.errors import NotAllowed
from app.base.fields import Field, Value
from app.base.i18n import _
from app.base.stamps import Cached

STAMP = "preferences"


@dataclass(frozen=True)
class Names(Field):
    """Several names in an order of one's own: columns, cards."""

    most: int = 200
    longest: int = 60

    def parse(self, raw: Value) -> tuple[str, ...]:
        found = dict.fromkeys(str(one).strip() for one in raw or ())
        return tuple(one for one in found if 0 < len(one) <= self.longest)[: self.most]


@dataclass(frozen=True)
class Preference:
    """One thing that people choose for themselves. Under ``name``, or, where there are several, ``name:which``."""

    name: str
    kind: Field
    default: Any = None  # or a function that returns it
    freedom: str = ""  # the setting of the installation that lets people choose; empty: nothing forbids it

    def usual(self) -> Any:
        """Return what whoever has chosen nothing gets."""
        return self.default() if callable(self.default) else self.default

    @property
    def is_free(self) -> bool:
        return not self.freedom or bool(settings.value(self.freedom))

    def check_free(self) -> None:
        """Raise NotAllowed where the installation has one look for all."""
        if not self.is_free:
            raise NotAllowed(
                _("“%(label)s” is the same for everybody here. Ask an administrator."), label=self.kind.label
            )


registered: dict[str, Preference] = {}
Read = Callable[[int], Mapping[str, Any]]
_readers: list[Read] = []


def register(*preferences: Preference) -> None:
    """Make preferences known."""
    registered.update({one.name: one for one in preferences})


def kept_by(read: Read) -> None:
    """Name what reads all that a person (by id) has chosen, by name."""
    _readers[:] = [read]


def _kept(person_id: int) -> Mapping[str, Any]:
    return next((read(person_id) for read in _readers), {})


_cached = Cached(STAMP, _kept)


def chosen(actor: Actor | None) -> Mapping[str, Any]:
    """Return all that a person has chosen, by name, whether it counts or not."""
    found: Mapping[str, Any] = _cached(actor.id) if actor is not None and actor.id is not None else {}
    return found


def get(actor: Actor | None, name: str) -> Any:
    """Return what a person has chosen, else the usual; the usual too where people may not choose."""
    wanted = registered[name.partition(":")[0]]
    kept = chosen(actor).get(name) if wanted.is_free else None
    return wanted.usual() if kept is None else kept
