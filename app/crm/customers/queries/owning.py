"""Named reads of who holds customers, since when, and how many."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.base.actor import Actor
from app.base.scope import condition, unscoped
from app.crm.customers.models import (
    LET_GO,
    Customer,
    Holding,
)
from app.crm.customers.rules import DEAL
from app.extensions import db

Where = Callable[[FromClause], ColumnElement[bool]]


def held(people: Collection[int]) -> Mapping[int, dict[str | None, int]]:
    """Return how many customers each of these people holds, by level, in whatever scope; who holds none is left out."""
    table = Customer.__table__
    counted = select(table.c.owner_id, table.c.level, func.count()).group_by(table.c.owner_id, table.c.level)
    found: dict[int, dict[str | None, int]] = {}
    with unscoped("limits count every customer of a person"):
        rows = db.session.execute(counted.where(table.c.owner_id.in_(sorted(people)), table.c.deleted_at.is_(None)))
        for owner_id, level, count in rows:
            found.setdefault(owner_id, {})[level] = count
    return found


class Held(NamedTuple):
    """What the rules of owning look at of a customer."""

    id: int
    level: str | None
    owner_id: int | None
    since_at: datetime  # the last owner let it go, or it was entered


def locked(ids: Iterable[int], where: Where) -> Mapping[int, Held]:
    """Return those of some customers that meet a condition, in whatever scope; nobody else changes them until the end.

    ``where``: of a table of customers, the condition. Rows are locked in the order of ids.
    """
    table, spells = Customer.__table__, Holding.__table__
    ended = select(func.max(spells.c.until_at)).where(spells.c.customer_id == table.c.id).scalar_subquery()
    found = select(table.c.id, table.c.level, table.c.owner_id, func.coalesce(ended, table.c.created_at))
    meant = found.where(table.c.id.in_(sorted(set(ids))), table.c.deleted_at.is_(None), where(table))
    with unscoped("whoever changes owners sees to it who may"):
        rows = db.session.execute(meant.order_by(table.c.id).with_for_update(of=table))
        return {row[0]: Held(*row) for row in rows}


def writable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition, on the table of customers, of those that the actor may change."""
    return condition(Customer, actor, write=True)


def let_go_by(employee_id: int, ids: Iterable[int], *, how: Collection[str] = LET_GO) -> Mapping[int, datetime]:
    """Return when somebody last let go, or had to let go, of each of some customers. ``how``: of assignment_kind."""
    last = select(Holding.customer_id, func.max(Holding.until_at)).where(
        Holding.customer_id.in_(sorted(set(ids))), Holding.employee_id == employee_id, Holding.ended_how.in_(how)
    )
    with unscoped("what somebody once held is theirs to know, whoever has it now"):
        return {key: at for key, at in db.session.execute(last.group_by(Holding.customer_id)) if at is not None}


def spells(customer_id: int, *, limit: int) -> Sequence[Holding]:
    """Return the spells in which people held a customer, the newest first, with the names of all concerned."""
    names = [joinedload(getattr(Holding, name)) for name in ("employee", "begun_by", "ended_by")]
    found = select(Holding).where(Holding.customer_id == customer_id).order_by(Holding.id.desc())
    return list(db.session.scalars(found.options(*names).limit(limit)))


#: What rules look at of a customer that somebody holds.
STANDING = (
    "owner_id department_id level status converted_on assigned_at created_at last_followup_at next_contact_at"
).split()


def has_bought(row: Any) -> bool:
    """Tell whether a customer, or a row with STANDING, is or was a deal customer."""
    return row.status == DEAL or row.converted_on is not None


def bought(table: FromClause) -> ColumnElement[bool]:
    """Return the same as a condition."""
    return or_(table.c.converted_on.is_not(None), and_(table.c.status.is_not(None), table.c.status == DEAL))


def _held_rows(where: Where) -> Select[Any]:
    columns = [getattr(Customer, name) for name in ("id", "name", *STANDING)]
    return select(*columns).where(Customer.owner_id.is_not(None), where(Customer.__table__))


def held_rows(where: Where, *, after: int = 0, limit: int) -> Sequence[Any]:
    """Return customers in scope that somebody holds, behind the one with the id ``after``: id, name and STANDING."""
    return db.session.execute(_held_rows(where).where(Customer.id > after).order_by(Customer.id).limit(limit)).all()


def longest_held(where: Where, *, limit: int) -> Sequence[Any]:
    """Return the same of those that were assigned first."""
    since = func.coalesce(Customer.assigned_at, Customer.created_at)
    return db.session.execute(_held_rows(where).order_by(since, Customer.id).limit(limit)).all()


def held_tally(where: Where) -> Sequence[Any]:
    """Return how many customers in scope are held, by department, owner and level: rows of (…, count)."""
    groups = (Customer.department_id, Customer.owner_id, Customer.level)
    counted = select(*groups, func.count().label("count")).where(Customer.owner_id.is_not(None))
    return db.session.execute(counted.where(where(Customer.__table__)).group_by(*groups)).all()


def locked_rows(ids: Collection[int]) -> Sequence[Any]:
    """Return customers that somebody holds as they are now, held against others until the transaction ends."""
    rows = _held_rows(lambda table: table.c.id.in_(sorted(ids))).order_by(Customer.id)
    return db.session.execute(rows.with_for_update(of=Customer)).all()
