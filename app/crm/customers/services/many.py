"""Changing, deleting and bringing back thousands of customers in sets, as part of the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from app.base import clock
from app.base.actor import Actor, Level
from app.base.bulk import Applied, Given, set_columns
from app.base.errors import Invalid
from app.base.fields import fields_of
from app.base.history import Hearer, change_set, explain, on_bulk
from app.base.i18n import _
from app.base.recycle import Why
from app.base.scope import unscoped
from app.base.sentences import joined, lasting
from app.base.transaction import announce
from app.crm.customers import rules
from app.crm.customers.facts import CustomersImported
from app.crm.customers.models import Customer
from app.crm.customers.services import phones
from app.crm.customers.services.imports.writing import typed
from app.crm.customers.services.keys import keys_among
from app.extensions import db
from app.system.recycle import services as recycle

TABLE = Customer.__table__
#: What may be set for many at once: nothing that is each customer's own, such as a name or a code.
CHANGED_FOR_MANY = ("level", "status", "type", "source", "industry", "operating_status", "region", "department")


def check_change(given: Given, actor: Actor) -> None:
    """Raise Invalid unless something is to be set or emptied, and not both; for another's department; for key data."""
    emptied = set(given.get("emptied", ()))
    if not emptied and not any(name in given for name in CHANGED_FOR_MANY):
        raise Invalid(_("Fill in at least one field, or choose one to empty."))
    if both := sorted(emptied & given.keys()):
        label = fields_of(Customer)[both[0]].label
        raise Invalid(_("“%(label)s” is both filled in and to be emptied: choose one."), label=label)
    if "department" in given and actor.reach("customers").write != Level.ALL:
        raise Invalid(_("Only somebody who may change all customers can move them to another department."))
    if locked := keys_among({*given, *emptied}, actor=actor):
        label = fields_of(Customer)[locked[0]].label
        raise Invalid(_("“%(label)s” is key data: ask a supervisor, dispatcher or administrator."), label=label)


def change_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Set what is given for customers it belongs to; refuse those it does not belong to."""
    specs = fields_of(Customer)
    wanted = {name: typed(TABLE.c[specs[name].column], given[name]) for name in CHANGED_FOR_MANY if name in given}
    wanted |= dict.fromkeys(given.get("emptied", ()))
    own = {name: value for name, value in wanted.items() if specs[name].only}
    fitting = _companies(ids) if own else list(ids)
    changed = set(set_columns(Customer, fitting, _columns(wanted), actor))
    left = sorted(set(ids) - set(fitting))
    changed |= set(set_columns(Customer, left, _columns({n: v for n, v in wanted.items() if n not in own}), actor))
    label = specs[next(iter(own))].label if own else ""
    sentence = lasting(_("“%(label)s” belongs to companies only.", label=label))
    return Applied(sorted(changed), {key: sentence for key in left if key not in changed})


def _columns(wanted: Mapping[str, Any]) -> dict[str, Any]:
    specs = fields_of(Customer)
    found = {specs[name].column: value for name, value in wanted.items()}
    if found.get("status") == rules.DEAL:
        found["converted_on"] = func.coalesce(TABLE.c.converted_on, clock.today())
    return found


def _companies(ids: Sequence[int]) -> list[int]:
    there = select(Customer.id).where(Customer.id.in_(ids), Customer.kind.in_(rules.COMPANY_KINDS))
    return list(db.session.scalars(there.order_by(Customer.id)))


def changed_columns(given: Given) -> Sequence[str]:
    """Return the columns that ``change_many`` sets."""
    specs = fields_of(Customer)
    names = [name for name in CHANGED_FOR_MANY if name in given] + list(given.get("emptied", ()))
    return [specs[name].column for name in names] + (["converted_on"] if given.get("status") == rules.DEAL else [])


def check_delete(given: Given, _actor: Actor) -> None:
    """Raise InvalidFields unless it is said why."""
    recycle.check_why(given.get("reason"), given.get("words", ""))


def delete_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Take customers out of all lists, into the recycle bin; they can be restored, one by one or all together."""
    why = Why(given.get("reason"), given.get("words", ""))
    if str(why):
        explain(joined(change_set().note, why))
    changed = set_columns(Customer, ids, {"deleted_at": clock.now()}, actor)
    recycle.put("customer", changed, why=why, actor=actor)
    return Applied(changed)


def reindex(ids: Sequence[int]) -> None:
    """Do again what is derived from customers that were changed."""
    phones.index(ids)
    recycle.follow("customer", ids)
    announce(CustomersImported(customer_ids=tuple(ids)))


def told(ids: Sequence[int]) -> None:
    """Say that customers were changed whose numbers stayed."""
    announce(CustomersImported(customer_ids=tuple(ids)))


def with_taken_codes(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the deleted customers among these whose credit code another customer has by now."""
    alive, gone = TABLE.alias(), TABLE
    same = (alive.c.credit_code == gone.c.credit_code) & alive.c.deleted_at.is_(None) & (alive.c.id != gone.c.id)
    taken = select(gone.c.id, gone.c.credit_code).join(alive, same).where(gone.c.id.in_(ids))
    with unscoped("a code is unique in the whole house"):
        found = db.session.execute(taken).all()
    return {key: _("Another customer has the credit code %(code)s now.", code=code) for key, code in found}


def on_many(hear: Hearer) -> None:
    """Call ``hear`` for every set of customers that is written, before it is deleted: what hangs on them follows."""
    on_bulk(Customer, hear)
