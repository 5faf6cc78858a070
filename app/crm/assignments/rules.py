"""Who gets how many of the customers that are given out, and which. Pure: no database, no request, no clock."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.base.errors import Invalid
from app.base.i18n import _


class Way(StrEnum):
    """How customers are given out: codes of assignment_kind."""

    MANUAL = "manual"
    EVEN = "even"
    BY_LOAD = "by_load"
    BY_WEIGHT = "by_weight"


#: The ways among which one chooses where several receive.
SPREADS = (Way.EVEN, Way.BY_LOAD, Way.BY_WEIGHT)
MOST_RECEIVERS = 100
MOST_WEIGHT = 1000
BETWEEN_WEIGHTS = re.compile(r"[\s:：,，、;；/|]+")


@dataclass(frozen=True)
class Receiver:
    """Somebody who is to receive customers. ``load``: those they hold besides the ones that are given out."""

    id: int
    load: int = 0
    weight: int = 1


def way(chosen: str | None, receivers: int) -> Way:
    """Return how customers are given out: one person gets all of them, several get equally many unless told."""
    return Way.MANUAL if receivers == 1 else Way(chosen or Way.EVEN)


def weights(text: str | None, *, receivers: int) -> Sequence[int]:
    """Return a weight for each receiver out of "3:2:1". Raises Invalid unless there is one for each."""
    parts = [part for part in BETWEEN_WEIGHTS.split(text or "") if part]
    if not all(part.isascii() and part.isdigit() and 0 < int(part[:9]) <= MOST_WEIGHT for part in parts):
        raise Invalid(_("Write the weights as whole numbers from 1 to %(most)s, such as 3:2:1."), most=MOST_WEIGHT)
    if len(parts) != receivers:
        raise Invalid(
            _("There are %(weights)s weights for %(people)s people: write one for each, in their order."),
            weights=len(parts),
            people=receivers,
        )
    return [int(part) for part in parts]


def check_receivers(people: Sequence[int]) -> None:
    """Raise Invalid for nobody, somebody twice, or more than MOST_RECEIVERS."""
    if not people:
        raise Invalid(_("Choose who is to get the customers."))
    if len(set(people)) != len(people):
        raise Invalid(_("Somebody was chosen twice: take one of them out."))
    if len(people) > MOST_RECEIVERS:
        raise Invalid(_("Choose at most %(most)s people."), most=MOST_RECEIVERS)


def shares(how: Way, count: int, receivers: Sequence[Receiver]) -> Mapping[int, int]:
    """Return how many of ``count`` customers each receiver gets; they add up to ``count``."""
    if how == Way.BY_LOAD:
        return _levelled(count, receivers)
    return _proportional(count, {one.id: one.weight if how == Way.BY_WEIGHT else 1 for one in receivers})


def _proportional(count: int, weighing: Mapping[int, int]) -> Mapping[int, int]:
    """Share out by weights; what does not divide goes to the largest remainders, of equal ones to the first."""
    total = sum(weighing.values())
    found = {key: count * weight // total for key, weight in weighing.items()}
    by_remainder = sorted(weighing, key=lambda key: -(count * weighing[key] % total))
    for key in by_remainder[: count - sum(found.values())]:
        found[key] += 1
    return found


def _levelled(count: int, receivers: Sequence[Receiver]) -> Mapping[int, int]:
    """Raise whoever holds the least until all hold equally many, or nothing is left, as water finds its level."""
    by_load = sorted(receivers, key=lambda one: one.load)
    below, filled = 0, 0
    for place, one in enumerate(by_load):
        if place and count + filled <= one.load * place:
            break
        below, filled = place + 1, filled + one.load
    level, rest = divmod(count + filled, below)
    found = {one.id: 0 for one in receivers}
    for place, one in enumerate(by_load[:below]):
        found[one.id] = level - one.load + (place < rest)
    return found


class Room(Protocol):
    """What somebody holds, and whether one more fits. See pool.rules."""

    held: dict[str | None, int]

    def take(self, level: str | None, *, beyond: bool = False) -> bool: ...

    def full(self, level: str | None) -> tuple[str | None, int] | None: ...


@dataclass(frozen=True)
class Full:
    """Why nobody got a customer: the person whose turn it was has reached a limit (of a level, or of all: None)."""

    person: int
    level: str | None
    most: int


class Dealing:
    """Customers given out one after the other, everybody's share in the same measure, so that each is met exactly.

    ``left``: person → how many they are still to get. ``rooms``: of those who may receive at all.
    """

    def __init__(self, left: Mapping[int, int], rooms: Mapping[int, Room], *, beyond: bool) -> None:
        self.left, self.rooms, self.beyond = dict(left), rooms, beyond
        self.whole = {key: max(count, 1) for key, count in left.items()}

    def give(self, owner: int | None, level: str | None) -> int | Full | None:
        """Return who gets a customer: its owner keeps it while their share lasts. None: nobody has a share left."""
        if owner is not None and self.left.get(owner):
            self.left[owner] -= 1
            return owner
        due = self._due()
        for key in due:
            if self.rooms[key].take(level, beyond=self.beyond):
                self._leave(owner, level)
                self.left[key] -= 1
                return key
        return self._full(due[0], level) if due else None

    def _due(self) -> Sequence[int]:
        waiting = [key for key, count in self.left.items() if count and key in self.rooms]
        return sorted(waiting, key=lambda key: -self.left[key] / self.whole[key])

    def _leave(self, owner: int | None, level: str | None) -> None:
        if owner is not None and owner in self.rooms:
            held = self.rooms[owner].held
            held[level] = held.get(level, 0) - 1

    def _full(self, key: int, level: str | None) -> Full:
        reached = self.rooms[key].full(level) or (None, 0)
        return Full(key, *reached)


def added(pairs: Iterable[Sequence[int]], more: Mapping[int, int]) -> list[list[int]]:
    """Return counts per person, as JSON keeps them, with some more."""
    found = {key: count for key, count in pairs}  # noqa: C416 - pairs come out of JSON as lists
    for key, count in more.items():
        found[key] = found.get(key, 0) + count
    return [[key, count] for key, count in found.items()]
