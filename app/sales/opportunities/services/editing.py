"""Make, change, move, delete and restore an opportunity."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.base import clock
from app.base.actor import Actor, Level
from app.base.errors import Invalid, InvalidFields, WrongState
from app.base.fields import Choice, fields_of
from app.base.history import explain
from app.base.i18n import _
from app.base.recycle import UNSAID, Why
from app.base.scope import may_write
from app.base.transaction import check_revision, lock, transaction
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.followups.queries import Followup
from app.crm.products import queries as products
from app.extensions import db
from app.sales.opportunities import queries, rules
from app.sales.opportunities.models import REACH, Opportunity
from app.sales.opportunities.services import moves
from app.sales.opportunities.services.receivers import check_owner
from app.sales.opportunities.services.telling import tell_one
from app.system.recycle import services as recycle
from app.system.security import queries as security

#: Never set by a form or program: each is the business of a service.
KEPT = frozenset("customer followup stage state department moved_at closed_on created_at created_by updated_at".split())
TYPES = Choice(dictionary="opportunity_type")
LONGEST_TITLE = 120


@transaction
def create(
    customer: Customer, values: Mapping[str, Any], *, actor: Actor, followup: Followup | None = None
) -> Opportunity:
    """Make an opportunity of a customer, in the first stage unless another open one is named.

    Without a title it is called after customer and type; without an owner it is the actor's. Raises NotAllowed,
    WrongState, InvalidFields; WrongState also for a follow-up that is an opportunity already.
    """
    lock(customer)
    rules.check_writable(is_deleted=customer.deleted_at is not None, may_write=may_write(customer, actor))
    given = _named(customer, values) | {"owner": values.get("owner") or actor.id}
    _check(given, customer=customer, actor=actor)
    stage = queries.stage(given["stage"]) if given.get("stage") else queries.first_open()
    rules.check_stage(stage, rules.OPEN, now="")
    made = Opportunity(customer_id=customer.id, stage=stage.code, state=stage.phase, created_by_id=actor.id)
    made.followup_id = followup.id if followup is not None else None
    made.probability = stage.probability
    _assign(made, {name: value for name, value in given.items() if name != "probability" or value is not None})
    db.session.add(made)
    _flushed()
    moves.began(made, actor=actor)
    tell_one(made, actor=actor)
    return made


def _named(customer: Customer, values: Mapping[str, Any]) -> dict[str, Any]:
    kind = TYPES.text(values.get("type"))
    title = values.get("title") or " · ".join(filter(None, [customer.name, kind]))
    return dict(values) | {"title": title[:LONGEST_TITLE]}


def _flushed() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        raise WrongState(_("This follow-up is an opportunity already.")) from error


@transaction
def from_followup(followup: Followup, values: Mapping[str, Any], *, actor: Actor) -> Opportunity:
    """Make an opportunity of a follow-up, in one step; whoever held the customer then has it.

    Raises WrongState if it is one already; else as ``create``.
    """
    customer = customers.by_id(followup.customer_id)
    if customer is None or followup.deleted_at is not None:
        raise WrongState(_("This follow-up, or its customer, was deleted meanwhile."))
    lock(customer)
    if queries.at_followups([followup.id]):
        raise WrongState(_("This follow-up is an opportunity already."))
    usual = {"contact": followup.contact_id, "notes": followup.content, "owner": _holder(customer, actor)}
    given = usual | {name: value for name, value in values.items() if value is not None}
    return create(customer, given, actor=actor, followup=followup)


def _holder(customer: Customer, actor: Actor) -> int | None:
    """Return whose it becomes: the owner's of the customer, if the actor may give it to others."""
    may_give = actor.is_system or actor.reach(REACH).write > Level.OWN
    return customer.owner_id if may_give else None


def _check(
    values: Mapping[str, Any], *, customer: Customer | None, actor: Actor, now: Opportunity | None = None
) -> None:
    rules.check(values)
    contact, product, owner = (values.get(name) for name in ("contact", "product", "owner"))
    if contact is not None and customer is not None and (now is None or contact != now.contact_id):
        rules.check_placed(contact, contacts=[link.contact_id for link in customers.links_of(customer)])
    if product is not None and (now is None or product != now.product_id) and products.offered(product) is None:
        raise InvalidFields({"product": _("This product is not offered any more: choose another.")})
    if now is None or owner != now.owner_id:
        check_owner(owner, actor=actor)


def _assign(record: Opportunity, values: Mapping[str, Any]) -> None:
    was = record.owner_id
    for name, spec in fields_of(Opportunity).items():
        if name in values and name not in KEPT:
            setattr(record, spec.column, values[name])
    if record.owner_id is not None and record.owner_id != was:
        record.department_id = security.departments_of([record.owner_id]).get(record.owner_id)


@transaction
def change(opportunity: Opportunity, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change an opportunity; customer, stage and state stay. Raises Conflict; WrongState for what is settled."""
    lock(opportunity)
    check_revision(opportunity, revision=revision)
    specs = fields_of(Opportunity)
    now = {name: getattr(opportunity, spec.column) for name, spec in specs.items()}
    given = {name: value for name, value in values.items() if name not in KEPT}
    given = given | ({"probability": now["probability"]} if given.get("probability", 0) is None else {})
    changed = [name for name, value in given.items() if now[name] != value]
    rules.check_changed(changed, state=opportunity.state)
    _check(now | given, customer=opportunity.customer, actor=actor, now=opportunity)
    was = opportunity.owner_id
    with db.session.no_autoflush:  # one saving is one revision
        _assign(opportunity, given)
        opportunity.updated_at = clock.now()
    if opportunity.owner_id != was:
        tell_one(opportunity, actor=actor)


@transaction
def move(opportunity: Opportunity, code: str, *, actor: Actor, revision: int | None, words: str = "") -> None:
    """Put an open opportunity into another open stage. Raises Conflict, WrongState, Invalid for an unknown stage."""
    lock(opportunity)
    check_revision(opportunity, revision=revision)
    rules.LIFECYCLE.after("move", rules.Phase(opportunity.state))
    stage = queries.stage(code)
    rules.check_stage(stage, rules.OPEN, now=opportunity.stage)
    with db.session.no_autoflush:
        moves.put(opportunity, stage, words=words, actor=actor)


@transaction
def delete(opportunity: Opportunity, *, actor: Actor, why: Why = UNSAID) -> None:
    """Put an opportunity into the recycle bin. Raises Invalid if it is there, WrongState if it is won."""
    lock(opportunity)
    if opportunity.deleted_at is not None:
        raise Invalid(_("This opportunity is deleted already."))
    if opportunity.state == rules.WON:
        raise WrongState(_("A deal follows from this opportunity: reopen it before you delete it."))
    opportunity.deleted_at = opportunity.updated_at = clock.now()
    if str(why):
        explain(why)
    db.session.flush()
    recycle.put("opportunity", [opportunity.id], why=why, actor=actor)


@transaction
def restore(opportunity: Opportunity, *, actor: Actor) -> None:
    """Bring a deleted opportunity back. Raises Invalid if it is not deleted, or its follow-up has another by now."""
    if opportunity.deleted_at is None:
        raise Invalid(_("This opportunity is not deleted."))
    recycle.restore_record("opportunity", opportunity.id, actor=actor)
