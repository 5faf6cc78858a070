"""Named reads of the pool: limits, and what people hold."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select

from app.crm.customers import queries as customers
from app.crm.pool.models import HoldLimit
from app.crm.pool.rules import Holder
from app.extensions import db
from app.system.security import queries as security


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
