"""Taking imported customers back, but for those that somebody has worked on since."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from app.base import clock
from app.base.actor import Actor
from app.base.history import delete_versioned, versions_of
from app.base.scope import unscoped
from app.base.transaction import announce
from app.crm.customers.facts import CustomersImported, CustomersRemoved
from app.crm.customers.models import Customer, CustomerTag, Holding, PhoneEntry
from app.crm.customers.services import phones
from app.crm.customers.services.imports.writing import CHUNK, TABLE, put, typed, writable
from app.extensions import db
from app.system.imports.services import used

#: What the import itself hangs on a customer.
OWN_CHILDREN = frozenset({CustomerTag.__tablename__, Holding.__tablename__, PhoneEntry.__tablename__})


def edited_since(ids: Sequence[int], *, change_set_id: int, was_created: bool) -> Mapping[int, str]:
    """Return the names of those customers of which a later version, or (if the import made them) a child, exists."""
    edited: set[int] = set()
    with unscoped("whoever imported them takes them back, whosever they are now"):
        for part in _parts(ids):
            edited |= set(_later(versions_of(Customer).__table__, "id", part, change_set_id))
            edited |= set(_later(versions_of(CustomerTag).__table__, "customer_id", part, change_set_id))
            edited |= used(Customer, part, but=OWN_CHILDREN) if was_created else set()
        return {key: name for part in _parts(edited) for key, name in _names(part)}


def _parts(ids: Iterable[int]) -> Iterable[Sequence[int]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]


def _later(versions: Table, key: str, ids: Sequence[int], change_set_id: int) -> Iterable[int]:
    later = (versions.c[key].in_(ids), versions.c.transaction_id > change_set_id)
    return db.session.scalars(select(versions.c[key]).where(*later).distinct())


def _names(ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    """Return (id, name), also of customers that are gone for good."""
    versions = versions_of(Customer).__table__
    latest: ColumnElement[bool] = versions.c.end_transaction_id.is_(None)
    found = select(versions.c.id, versions.c.name).where(versions.c.id.in_(ids), latest)
    return [(key, name) for key, name in db.session.execute(found.order_by(versions.c.id))]


def remove(ids: Sequence[int]) -> None:
    """Remove customers an import made: their tags, their place in the phone index, and themselves."""
    if not ids:
        return
    tags = CustomerTag.__table__
    with unscoped("whoever imported them takes them back"):
        phones.forget(ids)
        for part in _parts(ids):
            delete_versioned(CustomerTag, db.session.scalars(select(tags.c.id).where(tags.c.customer_id.in_(part))))
        delete_versioned(Customer, ids)
    announce(CustomersRemoved(customer_ids=tuple(ids)))


def put_back(before: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, str]:
    """Give customers an import changed their former values back; return those the actor may no longer change."""
    changed = []
    for part in _parts(key for key, values in before.items() if values):
        for customer in writable(part, actor):
            for name, value in before[customer.id].items():
                put(customer, name, value if name == "tags" else typed(TABLE.c[name], value))
            customer.updated_at, customer.updated_by_id = clock.now(), actor.id
            changed.append(customer.id)
    if changed:
        db.session.flush()
        phones.index(changed)
        announce(CustomersImported(customer_ids=tuple(changed)))
    return _out_of_reach(key for key, values in before.items() if values and key not in set(changed))


def _out_of_reach(ids: Iterable[int]) -> Mapping[int, str]:
    wanted = select(TABLE.c.id, TABLE.c.name).where(TABLE.c.id.in_(sorted(ids)))
    with unscoped("the person who takes the import back changed them by it"):
        return {row.id: row.name for row in db.session.execute(wanted)}
