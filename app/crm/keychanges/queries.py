"""Changes of key data: of a customer, and as differences."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.base.fields import fields_of, value_of
from app.base.scope import unscoped, with_deleted
from app.crm.customers.queries import Customer
from app.crm.keychanges import rules
from app.crm.keychanges.models import Change
from app.crm.keychanges.rules import State
from app.extensions import db
from app.system.audit.queries import Line


def of(customer_id: int, *, limit: int) -> Sequence[Change]:
    """Return the changes of a customer, the newest first."""
    wanted = select(Change).where(Change.customer_id == customer_id).options(selectinload(Change.by))
    return list(db.session.scalars(wanted.order_by(Change.id.desc()).limit(limit)))


def waiting(customer_id: int) -> Change | None:
    """Return the change of a customer that waits for approval."""
    return db.session.scalar(select(Change).where(Change.customer_id == customer_id, Change.state == State.WAITING))


def customer_of(change: Change) -> Customer | None:
    """Return the customer of a change, whoever may see it elsewhere; None if it is gone for good."""
    with unscoped("who decides on a change sees what it changes"), with_deleted():
        return db.session.get(Customer, change.customer_id)


def held(customer: Customer, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a customer holds now in these fields."""
    specs = fields_of(Customer)
    return {name: value_of(customer, specs[name]) for name in names if name in specs}


def lines(change: Change) -> Sequence[Line]:
    """Return what a change would make of the customer, field by field."""
    specs, before = fields_of(Customer), change.before
    key = (Customer, change.customer_id)
    return [Line(key, "", specs[name], before.get(name), value) for name, value in change.now.items()]


def warning(change: Change) -> object | None:
    """Return why a waiting change could not be done now; None if it could."""
    customer = customer_of(change)
    if customer is None or customer.deleted_at is not None:
        return rules.GONE
    names = rules.moved(change.before, held(customer, change.before))
    return rules.conflict([fields_of(Customer)[name].label for name in names]) if names else None
