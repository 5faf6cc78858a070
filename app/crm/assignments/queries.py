"""Named reads of assignments: what is about to be given out, and who held what."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.base.actor import Actor
from app.base.among import among
from app.base.scope import condition
from app.crm.customers.queries import Customer, Holding, PhoneEntry
from app.crm.pool import queries as pool
from app.extensions import db
from app.system.security import queries as security
from app.system.security.queries import Employee

LOCKED = ("id", "owner_id", "department_id", "assigned_at", "level", "next_contact_at")
Groups = Mapping[tuple[int | None, str | None], int]


def groups(where: ColumnElement[bool], actor: Actor) -> Groups:
    """Return how many customers that the actor may change are meant, by owner and level."""
    mine = condition(Customer, actor, write=True)
    keys = (Customer.owner_id, Customer.level)
    counted = select(*keys, func.count(Customer.id)).where(where, mine).group_by(*keys)
    return {(owner, level): count for owner, level, count in db.session.execute(counted)}


def locked(ids: Sequence[int], actor: Actor) -> Sequence[Any]:
    """Return those customers that the actor may change, with what an assignment changes; others wait.

    Locked in the order of their ids until the end of the transaction, and after the hands of whoever receives.
    """
    columns = [getattr(Customer, name) for name in LOCKED]
    mine = condition(Customer, actor, write=True)
    found = select(*columns).where(among(Customer.id, ids), mine).order_by(Customer.id)
    return db.session.execute(found.with_for_update(of=Customer)).all()


def loads(people: Collection[int], meant: Groups) -> Mapping[int, int]:
    """Return how many customers each person holds besides those that are meant."""
    held, theirs = pool.held(people), Counter[int | None]()
    for (owner, _level), count in meant.items():
        theirs[owner] += count
    return {key: sum(held.get(key, {}).values()) - theirs[key] for key in people}


def owned(employee_id: int, actor: Actor) -> int:
    """Return how many customers of a person the actor may hand over."""
    mine = condition(Customer, actor, write=True)
    return db.session.scalar(select(func.count(Customer.id)).where(Customer.owner_id == employee_id, mine)) or 0


def left_behind(employee_id: int, department_id: int | None, actor: Actor) -> int:
    """Return how many customers of a person stand in another department than the person does now."""
    mine = condition(Customer, actor, write=True)
    elsewhere = Customer.department_id.is_distinct_from(department_id)
    theirs = select(func.count(Customer.id)).where(Customer.owner_id == employee_id, elsewhere, mine)
    return db.session.scalar(theirs) or 0


def owners_who_left(actor: Actor) -> Sequence[tuple[int, str, int]]:
    """Return (id, name, customers) of people with a disabled account who still own some that the actor may change."""
    mine = condition(Customer, actor, write=True)
    counted = select(Employee.id, Employee.name, func.count(Customer.id)).join(
        Customer, Customer.owner_id == Employee.id
    )
    counted = counted.where(Employee.id.in_(security.disabled()), mine).group_by(Employee.id, Employee.name)
    found = db.session.execute(counted.order_by(func.count(Customer.id).desc()).limit(MOST_LEFT))
    return [(key, name, count) for key, name, count in found]


def named(keys: Mapping[str, Collection[Any]], actor: Actor) -> Mapping[str, Mapping[Any, Mapping[int, Any]]]:
    """Return the customers that the actor may change by what names them: by code, name or number, id → (name, owner).

    ``keys``: "credit_code", "name", "phone" → the values asked for.
    """
    columns = {"credit_code": Customer.credit_code, "name": Customer.name, "phone": PhoneEntry.number}
    found: dict[str, dict[Any, dict[int, Any]]] = {name: defaultdict(dict) for name in columns}
    for name, column in columns.items():
        if keys[name]:
            wanted = select(column, Customer.id, Customer.name, Customer.owner_id, Customer.level)
            wanted = wanted.select_from(Customer).where(column.in_(keys[name]), condition(Customer, actor, write=True))
            wanted = wanted.join(PhoneEntry, PhoneEntry.customer_id == Customer.id) if name == "phone" else wanted
            for row in db.session.execute(wanted):
                found[name][row[0]][row.id] = row
    return found


MOST_LEFT = 50  # of those who left, on one page


def person(key: int) -> Employee | None:
    """Return a person, also one who has left."""
    return security.employee(key)


def house_of(key: int) -> int | None:
    """Return the department in which a person works now."""
    return security.departments_of([key]).get(key)


__all__ = [
    "Customer",
    "Employee",
    "Holding",
    "groups",
    "house_of",
    "left_behind",
    "loads",
    "locked",
    "owned",
    "owners_who_left",
    "person",
]
