"""Named reads of the pool: limits, and what people hold."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, FromClause, and_, false, not_, or_, select, true
from sqlalchemy.orm import selectinload

from app.base import choices, clock
from app.base.actor import Actor
from app.base.scope import unscoped
from app.base.stamps import Cached, number
from app.crm.customers import queries as customers
from app.crm.pool.models import Hand, HoldLimit, Pool
from app.crm.pool.rules import Day, Holder, Place, day_of
from app.extensions import db
from app.system.security import queries as security

STAMP = "pool"


# ── pools ──


def pools() -> Sequence[Place]:
    """Return the pools in use, in the order in which customers fall into them."""
    found: Sequence[Place] = _pools(number("security"), number("dictionary"))
    return found


def _read_pools(_security: int, _dictionary: int) -> Sequence[Place]:
    wanted = select(Pool).where(Pool.is_active).order_by(Pool.is_catch_all, Pool.position, Pool.id)
    with unscoped("the rules of pools are the same for everybody"):
        return tuple(_place(pool) for pool in db.session.scalars(wanted.options(selectinload(Pool.parts))))


#: Read again only when a pool, a department or a dictionary was changed.
_pools = Cached(STAMP, _read_pools)


def _place(pool: Pool) -> Place:
    def codes(kind: str) -> Iterable[str]:
        return (part.code for part in pool.of(kind))

    return Place(
        pool.id,
        pool.name,
        pool.may_claim,
        regions=_branches(codes("region")),
        departments=_and_below(codes("house")),
        hidden=frozenset(codes("hidden")),
        people=frozenset(map(int, codes("employee"))),
        teams=frozenset(map(int, codes("team"))),
        roles=frozenset(codes("role")),
    )


def _branches(codes: Iterable[str]) -> frozenset[str]:
    """Return codes of regions and all below them: a province means its cities."""
    found = set(codes)
    for item in choices.values("region").items if found else ():  # parents stand before their children
        if item.parent in found:
            found.add(item.code)
    return frozenset(found)


def _and_below(codes: Iterable[str]) -> frozenset[int]:
    return frozenset(key for code in codes for key in security.departments_below(int(code)))


@dataclass(frozen=True)
class Standing:
    """The ownerless customers that stand in some of the pools. ``places``: each, and whether it is meant."""

    places: tuple[tuple[Place, bool], ...]
    domain: str = "pool"

    def rows(self, table: FromClause) -> ColumnElement[bool]:
        """Return their condition: the first pool whose conditions one meets is meant."""
        free: ColumnElement[bool] = true()
        found = []
        for place, is_meant in self.places:
            takes = _takes(place, table)
            if is_meant:
                found.append(and_(takes, free))
            free = and_(free, not_(takes))
        return or_(false(), *found)


def _takes(place: Place, table: FromClause) -> ColumnElement[bool]:
    """Return the condition of a pool; never NULL, so that its contrary holds where a column is empty."""
    met: list[ColumnElement[bool]] = [true()]
    for column, wanted in ((table.c.region, place.regions), (table.c.department_id, place.departments)):
        if wanted:
            met.append(and_(column.is_not(None), column.in_(sorted(wanted))))
    return and_(*met)


def standing_in(ids: Collection[int]) -> Standing:
    """Return the customers that stand in some of the pools, by id."""
    return Standing(tuple((place, place.id in ids) for place in pools()))


def mine(actor: Actor, *, to_claim: bool = False) -> Sequence[Place]:
    """Return the pools of which the actor is a member; ``to_claim``: those from which they may take."""
    return [place for place in pools() if place.is_members(actor) and (place.may_claim or not to_claim)]


def opened_to(actor: Actor) -> Actor:
    """Return the actor as whom the screen of the pool reads: their own pools are open to be read."""
    ids = [place.id for place in mine(actor)]
    return replace(actor, opened=standing_in(ids)) if ids else actor


def claimable(actor: Actor) -> Standing:
    """Return the customers that the actor may claim, as far as pools go."""
    return standing_in([place.id for place in mine(actor, to_claim=True)])


def place_of(*, region: str | None, department_id: int | None) -> Place | None:
    """Return the pool in which an ownerless customer stands; None if there is none for it."""
    return next((place for place in pools() if place.takes(region=region, department_id=department_id)), None)


def names(*, but: int | None = None) -> Sequence[str]:
    """Return what pools are called, without one of them."""
    return list(db.session.scalars(select(Pool.name).where(Pool.id != (but or 0))))


def catch_all() -> Pool | None:
    """Return the pool that takes in whatever stands in no other."""
    return db.session.scalar(select(Pool).where(Pool.is_catch_all))


def day(employee_id: int, *, most: int) -> Day:
    """Return what somebody has claimed today, and how many they may."""
    with unscoped("what one has claimed oneself"):
        hand = db.session.get(Hand, employee_id)
    found = (hand.claimed_on, hand.claimed_count) if hand else (None, 0)
    return day_of(*found, today=clock.today(), most=most)


# ── limits ──


def limits() -> Sequence[HoldLimit]:
    """Return every limit."""
    return list(db.session.scalars(select(HoldLimit).order_by(HoldLimit.id)))


def holders(people: Iterable[int]) -> Mapping[int, Holder]:
    """Return what limits look at of each of these people, by id."""
    found = {}
    for key in sorted(set(people)):
        actor = security.actor(key)
        if actor is not None:
            house = actor.department_id
            above = tuple(security.departments_above(house)) if house else ()
            found[key] = Holder(key, actor.roles, above)
    return found


def held(people: Collection[int]) -> Mapping[int, dict[str | None, int]]:
    """Return how many customers each of these people holds, by level: person → level → customers."""
    return customers.held(people)
