"""Record, correct, delete and restore a deal by hand; the customer follows in the same transaction."""

from collections.abc import Mapping
from typing import Any

from app.base import clock
from app.base.actor import Actor, Level
from app.base.errors import Invalid
from app.base.fields import fields_of
from app.base.history import explain
from app.base.i18n import _
from app.base.recycle import UNSAID, Why
from app.base.scope import may_write
from app.base.transaction import check_revision, lock, transaction
from app.crm.customers.queries import Customer
from app.crm.deals import rules
from app.crm.deals.models import REACH, Deal
from app.crm.deals.services.converting import convert, locked, reconsider
from app.crm.deals.services.holding import check_free
from app.crm.products import queries as products
from app.extensions import db
from app.system.recycle import services as recycle
from app.system.security import queries as security

#: Never set by a form or program.
KEPT = frozenset({"customer", "department", "origin", "created_at", "created_by", "updated_at"})


@transaction
def record(customer: Customer, values: Mapping[str, Any], *, actor: Actor) -> Deal:
    """Record what a customer bought. ``values``: by field name; ``agent``: the actor, if nobody is named.

    Raises NotAllowed if the customer is not the actor's any more, WrongState if it is deleted, InvalidFields as
    ``rules.check``, for a product that is not offered, or for somebody else as agent.
    """
    lock(customer)
    rules.check_writable(is_deleted=customer.deleted_at is not None, may_write=may_write(customer, actor))
    given = dict(values) | {"agent": values.get("agent") or actor.id}
    _check(given, actor=actor)
    deal = Deal(customer_id=customer.id, origin=rules.MANUAL, created_by_id=actor.id)
    _assign(deal, given)
    db.session.add(deal)
    convert([customer.id], actor=actor)
    return deal


def _check(values: Mapping[str, Any], *, actor: Actor, now: Deal | None = None) -> None:
    rules.check(values, today=clock.today())
    product, agent = values.get("product"), values.get("agent")
    if product is not None and (now is None or product != now.product_id):
        rules.check_product(is_offered=products.offered(product) is not None)
    if now is None or agent != now.agent_id:
        may_name_others = actor.is_system or actor.reach(REACH).write > Level.OWN
        rules.check_agent(agent, actor_id=actor.id, may_name_others=may_name_others)


def _assign(deal: Deal, values: Mapping[str, Any]) -> None:
    for name, spec in fields_of(Deal).items():
        if name in values and name not in KEPT:
            setattr(deal, spec.column, values[name])
    if deal.agent_id is not None:
        deal.department_id = security.departments_of([deal.agent_id]).get(deal.agent_id)


@transaction
def change(deal: Deal, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Correct a deal that was entered by hand. The customer stays. Raises Conflict, Invalid; else as ``record``."""
    locked([deal.customer_id])
    check_revision(deal, revision=revision)
    rules.check_by_hand(deal.origin)
    now = {name: getattr(deal, spec.column) for name, spec in fields_of(Deal).items()}
    _check(now | dict(values), actor=actor, now=deal)
    was = deal.dealt_on
    with db.session.no_autoflush:  # one saving is one revision
        _assign(deal, values)
        deal.updated_at = clock.now()
    reconsider([deal.customer_id], was={deal.customer_id: was}, actor=actor)


@transaction
def delete(deal: Deal, *, actor: Actor, why: Why = UNSAID) -> None:
    """Put a deal that was entered by hand into the recycle bin; its customer tells of those that are left.

    Raises Invalid if it follows from something else, or if something hangs on it.
    """
    locked([deal.customer_id])
    if deal.deleted_at is not None:
        raise Invalid(_("This deal is deleted already."))
    rules.check_by_hand(deal.origin)
    check_free(deal.id)
    key, customer_id = deal.id, deal.customer_id
    deal.deleted_at = deal.updated_at = clock.now()
    if str(why):
        explain(why)
    db.session.flush()
    recycle.put("deal", [key], why=why, actor=actor)
    reconsider([customer_id], gone=[key], actor=actor)


@transaction
def restore(deal: Deal, *, actor: Actor) -> None:
    """Bring a deleted deal back. Raises Invalid if it is not deleted, or follows from what is gone."""
    if deal.deleted_at is None:
        raise Invalid(_("This deal is not deleted."))
    recycle.restore_record("deal", deal.id, actor=actor)
