"""Making and changing many customers at once, each with its history and its place in the phone index."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.orm import selectinload

from app.base import clock
from app.base.actor import Actor, Level
from app.base.fields import fields_of, is_hidden, value_of
from app.base.history import insert_versioned
from app.base.scope import condition
from app.base.sealed import Unreadable
from app.base.transaction import announce
from app.crm.customers import rules
from app.crm.customers.facts import CustomersImported
from app.crm.customers.models import Customer, CustomerTag
from app.crm.customers.rules import belongs
from app.crm.customers.services import phones
from app.crm.customers.services.edit import KEPT, is_followed
from app.crm.customers.services.keys import refused_keys
from app.extensions import db
from app.system.security.queries import departments_of

TABLE = Customer.__table__
CHUNK = 500


def create(values: Sequence[Mapping[str, Any]], *, template: str, actor: Actor) -> Sequence[int]:
    """Make customers. They belong to the actor, unless an owner is named by one who may, or they go to the pool."""
    if not values:
        return []
    owners = departments_of(owner for row in values if (owner := _owner(row, actor)))
    common = _empty() | {
        "kind": template,
        "created_at": clock.now(),
        "updated_at": clock.now(),
        "created_by_id": actor.id,
    }
    rows = [common | _columns(row) | _given(_owner(row, actor), owners, actor) for row in values]
    ids = insert_versioned(Customer, rows)
    tags = [
        {"customer_id": key, "code": code} for key, row in zip(ids, values, strict=True) for code in row.get("tags", ())
    ]
    if tags:
        insert_versioned(CustomerTag, tags)
    phones.index_new(ids)
    announce(CustomersImported(customer_ids=tuple(ids)))
    return ids


def _empty() -> dict[str, Any]:
    """Return every column with what stands in it when nothing is said."""
    return {
        column.name: column.default.arg if column.default is not None and column.default.is_scalar else None
        for column in TABLE.columns
        if column.name not in ("id", "revision")
    }


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    specs = fields_of(Customer)
    named = {specs[name].column: value for name, value in values.items() if specs[name].column and name not in KEPT}
    found = {name: typed(TABLE.c[name], value) for name, value in named.items()}
    return found | ({"converted_on": clock.today()} if found.get("status") == rules.DEAL else {})


def typed(column: Column[Any], value: Any) -> Any:
    """Return a value that came through JSON as the column holds it."""
    if isinstance(value, str) and column.type.python_type in (date, datetime):
        return column.type.python_type.fromisoformat(value)
    return value


def _owner(values: Mapping[str, Any], actor: Actor) -> int | None:
    """Return to whom a new customer belongs. Source: DECISIONS; as ``edit.create`` does for one."""
    owner = values.get("owner") if actor.reach("customers").write == Level.ALL else actor.id
    return actor.id if owner is None and actor.reach("pool").write != Level.ALL else owner


def _given(owner: int | None, departments: Mapping[int, int | None], actor: Actor) -> dict[str, Any]:
    if owner is None:
        return {"owner_id": None, "department_id": actor.department_id, "assigned_at": None}
    return {"owner_id": owner, "department_id": departments.get(owner), "assigned_at": clock.now()}


def update(values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, dict[str, Any]]:
    """Change customers the actor may write: only what is given, belongs to the kind, and is not masked for them.

    Returns by id the former values of the changed columns, and of "tags".
    """
    before: dict[int, dict[str, Any]] = {}
    may_assign = actor.reach("customers").write == Level.ALL
    departments = departments_of(owner for row in values.values() if may_assign and (owner := row.get("owner")))
    ids = sorted(values)
    for start in range(0, len(ids), CHUNK):
        for customer in writable(ids[start : start + CHUNK], actor):
            wanted = _wanted(customer, values[customer.id], actor, departments if may_assign else {})
            before[customer.id] = _assign(customer, wanted, actor)
    if before:
        db.session.flush()
        phones.index(before)
        announce(CustomersImported(customer_ids=tuple(before)))
    return before


def refused(values: Mapping[int, Mapping[str, Any]], *, actor: Actor) -> Mapping[int, tuple[str, object]]:
    """Return by id, of customers that ``update`` would change against a rule, a field and the sentence that says so."""
    found: dict[int, tuple[str, object]] = {}
    ids = sorted(values)
    for start in range(0, len(ids), CHUNK):
        for customer in writable(ids[start : start + CHUNK], actor):
            meant = _meant(customer, values[customer.id], actor)
            if problems := refused_keys(customer, _stored(meant), actor=actor):
                found[customer.id] = next(iter(problems.items()))
    return found


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that came through JSON, by field name, as the columns hold them."""
    specs = fields_of(Customer)
    return {
        name: typed(TABLE.c[specs[name].column], value) if specs[name].column else tuple(value)
        for name, value in values.items()
    }


def writable(ids: Sequence[int], actor: Actor) -> Sequence[Customer]:
    """Return those of the customers that the actor may change, with their tags."""
    found = select(Customer).where(Customer.id.in_(ids), condition(Customer, actor, write=True))
    return list(db.session.scalars(found.options(selectinload(Customer.tags))))


def _wanted(
    customer: Customer, values: Mapping[str, Any], actor: Actor, departments: Mapping[int, int | None]
) -> dict[str, Any]:
    """Return what the columns, and "tags", are to hold."""
    meant = _meant(customer, values, actor)
    wanted = _columns({name: value for name, value in meant.items() if name != "kind"})
    if "tags" in meant:
        wanted["tags"] = meant["tags"]
    if (owner := values.get("owner")) in departments and owner != customer.owner_id:
        wanted |= _given(owner, departments, actor)
    return wanted


def _meant(customer: Customer, values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return what of a row is to be set: what is given, belongs to the kind, and is not masked for the actor."""
    specs = fields_of(Customer)
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "", [])
        and belongs(specs[name].only, customer.kind)
        and not is_hidden(specs[name], actor, customer)
        and not is_followed(customer, name)
    }


def _assign(customer: Customer, wanted: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Set what differs; return what stood there, as JSON can hold it."""
    now = {name: _current(customer, name) for name in wanted}
    differs = {name: value for name, value in now.items() if value != wanted[name]}
    before = {name: value for name, value in differs.items() if not isinstance(value, Unreadable)}
    for name in before:
        put(customer, name, wanted[name])
    if before:
        customer.updated_at, customer.updated_by_id = clock.now(), actor.id
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in before.items()}


def _current(customer: Customer, name: str) -> Any:
    return list(value_of(customer, fields_of(Customer)["tags"])) if name == "tags" else getattr(customer, name)


def put(customer: Customer, name: str, value: Any) -> None:
    """Set a column, or the tags, of a loaded customer."""
    if name != "tags":
        setattr(customer, name, value)
        return
    kept = {tag.code: tag for tag in customer.tags}
    customer.tags = [kept.get(code) or CustomerTag(code=code) for code in value]
