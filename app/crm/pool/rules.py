"""How many customers somebody may hold. Pure: no database, no request, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Limit(Protocol):
    """A row of limits: whom and which level it is about, and how many."""

    employee_id: int | None
    department_id: int | None
    role: str | None
    level: str | None
    most: int


@dataclass(frozen=True)
class Holder:
    """Somebody who may hold customers."""

    id: int
    roles: frozenset[str] = frozenset()
    departments: tuple[int, ...] = ()  # their own first, then the ones above it, upwards


NO_LIMIT = 0


def limits_for(holder: Holder, limits: Iterable[Limit], *, house: int) -> Mapping[str | None, int]:
    """Return how many customers a holder may have, by level; None: of all levels together. Without a limit: left out.

    Of several limits for one level the nearest counts: the person's own, then that of the nearest department, of a
    role (the widest, if several roles have one), of everybody, and for all levels together the house's (a setting).
    """
    found: dict[str | None, tuple[int, int]] = {None: (FARTHEST, house)}
    for limit in limits:
        near = _nearness(holder, limit)
        if near is not None and _goes_before((near, limit.most), found.get(limit.level)):
            found[limit.level] = (near, limit.most)
    return {level: most for level, (_near, most) in found.items() if most != NO_LIMIT}


FARTHEST = 10_000
OF_ROLE, OF_ALL = 1_000, 2_000


def _nearness(holder: Holder, limit: Limit) -> int | None:
    if limit.employee_id is not None:
        return 0 if limit.employee_id == holder.id else None
    if limit.department_id is not None:
        is_above = limit.department_id in holder.departments
        return 1 + holder.departments.index(limit.department_id) if is_above else None
    if limit.role:
        return OF_ROLE if limit.role in holder.roles else None
    return OF_ALL


def _goes_before(one: tuple[int, int], other: tuple[int, int] | None) -> bool:
    if other is None or one[0] != other[0]:
        return other is None or one[0] < other[0]
    return other[1] != NO_LIMIT and (one[1] == NO_LIMIT or one[1] > other[1])


@dataclass
class Room:
    """What somebody holds, and how many more they may take. ``limits`` as ``limits_for`` returns them."""

    limits: Mapping[str | None, int]
    held: dict[str | None, int] = field(default_factory=dict)  # by level; None: of no level

    @property
    def total(self) -> int:
        """How many customers they hold."""
        return sum(self.held.values())

    def full(self, level: str | None) -> tuple[str | None, int] | None:
        """Return the limit (level, how many) that forbids one more customer of a level; None if none does."""
        if None in self.limits and self.total >= self.limits[None]:
            return None, self.limits[None]
        if level is not None and level in self.limits and self.held.get(level, 0) >= self.limits[level]:
            return level, self.limits[level]
        return None

    def take(self, level: str | None, *, beyond: bool = False) -> bool:
        """Count one more customer if there is room, or ``beyond`` the limit; tell whether it was taken."""
        if not beyond and self.full(level) is not None:
            return False
        self.held[level] = self.held.get(level, 0) + 1
        return True

    def left(self) -> int | None:
        """Return how many more customers fit under the limit of all levels together; None without one."""
        return max(self.limits[None] - self.total, 0) if None in self.limits else None
