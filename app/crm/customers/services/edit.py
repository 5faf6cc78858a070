"""Make, change, delete and restore a customer."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.base import clock
from app.base.actor import Actor, Level
from app.base.errors import Invalid, InvalidFields
from app.base.fields import Choices, fields_of
from app.base.history import explain
from app.base.i18n import _
from app.base.recycle import UNSAID, Why
from app.base.sealed import Unreadable
from app.base.transaction import announce, check_revision, transaction
from app.crm.customers import queries, rules
from app.crm.customers.facts import CustomerChanged, CustomerCreated, CustomerDeleted
from app.crm.customers.models import Customer, CustomerTag
from app.crm.customers.services import phones
from app.crm.customers.services.duplicates import Alike, note_despite
from app.crm.customers.services.holding import because
from app.crm.customers.services.keys import check_keys, proposer, refused_keys
from app.extensions import db
from app.system.recycle import services as recycle
from app.system.security import queries as security


@transaction
def create(values: Mapping[str, Any], *, actor: Actor, despite: Sequence[Alike] = ()) -> Customer:
    """Make a customer. It belongs to the actor, unless they name an owner and may, or see the whole pool.

    ``values``: by field name. ``despite``: what the actor was told it looks like. Raises InvalidFields without a
    name, or without a phone or code; for a code that another customer has; for an unknown parent.
    """
    values = _checked(values, but=None)
    customer = Customer(kind=values.get("kind") or rules.COMPANY, created_by_id=actor.id)
    _assign(customer, values)
    _give(customer, values, actor)
    db.session.add(customer)
    with because("entered"):
        db.session.flush()
    phones.index([customer.id])
    note_despite(customer, despite, actor)
    announce(CustomerCreated(customer_id=customer.id))
    return customer


def _give(customer: Customer, values: Mapping[str, Any], actor: Actor) -> None:
    """Set owner and department. Source: DECISIONS, customer.department = the owner's at assignment."""
    owner_id = values.get("owner") if actor.reach("customers").write == Level.ALL else actor.id
    if owner_id is None and actor.reach("pool").write != Level.ALL:
        owner_id = actor.id
    owner = security.employee(owner_id) if owner_id else None
    customer.owner_id, customer.department_id = (
        (owner.id, owner.department_id) if owner else (None, actor.department_id)
    )
    customer.assigned_at = clock.now() if owner else None


@transaction
def change(
    customer: Customer,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    revision: int | None,
    despite: Sequence[Alike] = (),
) -> None:
    """Change a customer's fields. ``values``: only the fields that are meant; owner and department stay.

    Raises Conflict if it was saved since ``revision``, InvalidFields for key data that the actor may not change; else
    as ``create``.
    """
    check_revision(customer, revision=revision)
    check_keys(customer, {name: value for name, value in values.items() if name not in KEPT}, actor=actor)
    _change(customer, values, actor, despite)


def _change(customer: Customer, values: Mapping[str, Any], actor: Actor, despite: Sequence[Alike] = ()) -> None:
    now = {name: getattr(customer, spec.column) for name, spec in fields_of(Customer).items() if spec.column}
    known = {name: value for name, value in (now | dict(values)).items() if not isinstance(value, Unreadable)}
    values = dict(values) | {"document_kind": _checked(known, but=customer.id)["document_kind"]}
    with db.session.no_autoflush:  # one saving is one revision
        _assign(customer, values)
        customer.updated_at, customer.updated_by_id = clock.now(), actor.id
    phones.index([customer.id])
    note_despite(customer, despite, actor)
    announce(CustomerChanged(customer_id=customer.id))


@transaction
def change_or_propose(
    customer: Customer,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    revision: int | None,
    despite: Sequence[Alike] = (),
    reason: str = "",
) -> Collection[str]:
    """Change a customer; key data that the actor may not change is proposed, where the house wants that.

    Returns the names of the fields that wait for approval now. Raises as ``change``; what is proposed is checked too.
    """
    known = {name: value for name, value in values.items() if name not in KEPT}
    way = proposer()
    asked = {name: values[name] for name in refused_keys(customer, known, actor=actor)} if way is not None else {}
    if asked:
        check_keys_together(customer, {**values})
    change(
        customer,
        {name: value for name, value in values.items() if name not in asked},
        actor=actor,
        revision=revision,
        despite=despite,
    )
    if way is not None and asked:
        way.propose(customer, asked, reason=reason, actor=actor)
    return tuple(asked)


def check_keys_together(customer: Customer, values: Mapping[str, Any]) -> None:
    """Raise InvalidFields if the customer could not be what these values would make of it."""
    now = {name: getattr(customer, spec.column) for name, spec in fields_of(Customer).items() if spec.column}
    both = now | dict(values)
    _checked({name: value for name, value in both.items() if not isinstance(value, Unreadable)}, but=customer.id)


@transaction
def change_as_approved(customer: Customer, values: Mapping[str, Any], *, note: object, actor: Actor) -> None:
    """Change key data that was approved: whoever approves it need not be allowed to change it alone.

    Raises InvalidFields for what cannot be any more: a code that another customer has by now.
    """
    _change(customer, values, actor)
    explain(note)


#: Never set by a form or program: each is the business of a service.
KEPT = frozenset(
    "owner department assigned_at converted_on last_followup_at next_contact_at fee_end_on covered_until "
    "created_at created_by updated_at updated_by".split()
)


def _assign(customer: Customer, values: Mapping[str, Any]) -> None:
    for name, spec in fields_of(Customer).items():
        if name in values and name not in KEPT and not is_followed(customer, name):
            if isinstance(spec, Choices):
                _tag(customer, values[name])
            else:
                setattr(customer, spec.column, values[name])
    if customer.status == rules.DEAL and customer.converted_on is None:
        customer.converted_on = clock.today()
    for spec in fields_of(Customer).values():
        if spec.column and not rules.belongs(spec.only, customer.kind):
            setattr(customer, spec.column, None)


def is_followed(customer: Customer, name: str) -> bool:
    """Tell whether a field goes by the follow-ups that a customer has by now. Source: DECISIONS, 跟进状态."""
    return name == "followup_status" and customer.last_followup_at is not None


def _tag(customer: Customer, codes: tuple[str, ...]) -> None:
    kept = {tag.code: tag for tag in customer.tags}
    customer.tags = [kept.get(code) or CustomerTag(code=code) for code in codes]


def _checked(values: Mapping[str, Any], *, but: int | None) -> Mapping[str, Any]:
    """Return the values, with the document that the number is of. Raises InvalidFields."""
    rules.check_reachable(values)
    rules.check_born(values.get("birthday"), today=clock.today())
    _check_others(values, but=but)
    return dict(values) | {"document_kind": rules.document_kind(values)}


def _check_others(values: Mapping[str, Any], *, but: int | None) -> None:
    code, parent_id = values.get("credit_code"), values.get("parent")
    if code and queries.credit_code_taken(code, but=but):
        raise InvalidFields({"credit_code": _("Another customer has this credit code already.")})
    if parent_id and (parent_id == but or queries.by_id(parent_id) is None):
        raise InvalidFields({"parent": _("This company cannot be the parent.")})
    if parent_id and but and but in queries.ancestors(parent_id):
        raise InvalidFields({"parent": _("That company stands below this one already.")})


@transaction
def delete(customer: Customer, *, actor: Actor, why: Why = UNSAID) -> None:
    """Take a customer out of all lists, into the recycle bin. Everything stays and can be restored."""
    if customer.deleted_at is not None:
        raise Invalid(_("This customer is deleted already."))
    customer.deleted_at, customer.updated_by_id = clock.now(), actor.id
    if str(why):
        explain(why)
    phones.index([customer.id])
    recycle.put("customer", [customer.id], why=why, actor=actor)
    announce(CustomerDeleted(customer_id=customer.id))


@transaction
def restore(customer: Customer, *, actor: Actor) -> None:
    """Bring a deleted customer back, with all that hung on it. Raises Invalid if its code is in use meanwhile."""
    if customer.deleted_at is None:
        raise Invalid(_("This customer is not deleted."))
    recycle.restore_record("customer", customer.id, actor=actor)
