"""How many customers somebody may hold. Pure: no database, no request, no clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from app.base.actor import Actor, Level
from app.base.errors import Invalid, InvalidFields
from app.base.i18n import _

# ── pools ────────────────────────────────────────────────────────────────────────────────────────

LONGEST_NAME = 40
CATCH_ALL = 9999  # the last in order: what meets no other pool's conditions
#: What is said of a pool: kind → the dictionary its codes are of.
KINDS: Mapping[str, str] = {
    "region": "region",
    "house": "pool_department",
    "hidden": "pool_field",
    "role": "role",
    "team": "pool_department",
    "employee": "pool_employee",
}


@dataclass(frozen=True)
class Place:
    """A pool as the rules know it. Codes and ids stand with those below them; none: no condition."""

    id: int
    name: str
    may_claim: bool
    regions: frozenset[str] = frozenset()
    departments: frozenset[int] = frozenset()
    hidden: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()

    def is_members(self, actor: Actor) -> bool:
        """Tell whether the pool is the actor's: by person, by department or one above it, or by role."""
        by_house = not self.teams.isdisjoint(actor.departments_above)
        return actor.id in self.people or by_house or not self.roles.isdisjoint(actor.roles)

    def takes(self, *, region: str | None, department_id: int | None) -> bool:
        """Tell whether a customer meets the conditions."""
        is_region = not self.regions or region in self.regions
        return is_region and (not self.departments or department_id in self.departments)


def hidden_from(actor: Actor, places: Sequence[Place]) -> frozenset[str]:
    """Return the fields hidden in the actor's pools; in any pool, from who is a member of none."""
    mine = [place for place in places if place.is_members(actor)] or places
    return frozenset[str]().union(*(place.hidden for place in mine))


def check_name(typed: str, taken: Collection[str]) -> str:
    """Return a pool's name as it is kept. Raises InvalidFields if another has it."""
    if typed in taken:
        raise InvalidFields({"name": _("There is a pool of this name already.")})
    return typed


def check_parts(parts: Mapping[str, Collection[str]], *, is_catch_all: bool) -> None:
    """Raise Invalid for conditions of the pool that takes whatever is left, or for a pool without any."""
    has_conditions = bool(parts.get("region") or parts.get("house"))
    if is_catch_all and has_conditions:
        raise Invalid(_("This pool takes in whatever stands in no other: it has no conditions."))
    if not is_catch_all and not has_conditions:
        raise Invalid(_("Choose regions or departments: only the last pool takes in all customers."))


def check_catch_all(*, is_active: bool, is_there: bool) -> None:
    """Raise Invalid if the pool that takes whatever is left would go, or be out of use."""
    if not is_there:
        raise Invalid(_("This pool takes in whatever stands in no other: it cannot be deleted."))
    if not is_active:
        raise Invalid(_("This pool takes in whatever stands in no other: it stays in use."))


def check_one_holder(who: Iterable[object]) -> None:
    """Raise Invalid if a limit were for several at once: a person, a role and a department each have their own."""
    if sum(one not in (None, "") for one in who) > 1:
        raise Invalid(_("Choose a person, a role or a department, not several: or none, for everybody."))


# ── claiming and releasing ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Terms:
    """What the house allows those who claim: settings, handed in by whoever reads them. 0 is no limit."""

    hold_limit: int = 200
    claim_per_day: int = 20
    cooling_days: int = 30
    embargo_hours: int = 0


@dataclass(frozen=True)
class Day:
    """What somebody has claimed on one day, and how many they may."""

    count: int
    most: int

    @property
    def is_full(self) -> bool:
        return bool(self.most) and self.count >= self.most


def day_of(claimed_on: date | None, count: int, *, today: date, most: int) -> Day:
    """Return what somebody has claimed today: what was claimed on another day does not count."""
    return Day(count if claimed_on == today else 0, most)


def why_not_yet(let_go_on: date | None, *, today: date, cooling_days: int) -> object | None:
    """Return why somebody may not claim a customer again that they had, and let go of or lost, on a day; None if so."""
    if let_go_on is None or (today - let_go_on).days >= cooling_days:
        return None
    again = let_go_on + timedelta(days=cooling_days)
    return _("You had it until %(day)s: you may claim it again from %(again)s.", day=let_go_on, again=again)


def why_embargoed(since_at: datetime, *, now: datetime, hours: int) -> object | None:
    """Return why nobody may claim a customer yet that has stood in the pool since a moment; None if they may."""
    if not hours or now - since_at >= timedelta(hours=hours):
        return None
    return _("It has come into the pool only now: it can be claimed %(hours)s hours after that.", hours=hours)


def why_full(limit: tuple[str | None, int] | None) -> object | None:
    """Return why somebody cannot hold one more customer. ``limit``: as ``Room.full`` returns it, the level in words."""
    if limit is None:
        return None
    level, most = limit
    if level is None:
        return _("Your limit is reached (%(most)s). Release some customers first.", most=most)
    return _("Your limit for level %(level)s is reached (%(most)s).", most=most, level=level)


def why_enough(day: Day) -> object | None:
    """Return why somebody cannot claim any more today; None if they can."""
    return _("You have claimed as many today as you may (%(most)s).", most=day.most) if day.is_full else None


NOT_THERE = _("It is not in a pool from which you may claim: perhaps somebody else has just claimed it.")
NOT_YOURS = _("It belongs to somebody else: its owner gives it back, or a supervisor.")
NOBODYS = _("It has no owner any more.")


def may_release(owner_id: int, actor: Actor) -> bool:
    """Tell whether the actor may put a customer back that they may change: one's own, or those of one's people."""
    return owner_id == actor.id or actor.reach("customers").write > Level.OWN


def check_release(reason: str | None) -> None:
    """Raise InvalidFields unless it is said why."""
    if not reason:
        raise InvalidFields({"reason": _("Say why.")})


# ── limits ───────────────────────────────────────────────────────────────────────────────────────


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
