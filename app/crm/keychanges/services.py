"""Propose a change of key data; approve, reject, give back, withdraw it: the customer changes when it is approved."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.base import clock, settings
from app.base.actor import SYSTEM, Actor
from app.base.bulk import Applied
from app.base.errors import DomainError, Invalid, WrongState
from app.base.fields import fields_of, value_of
from app.base.history import DELETE
from app.base.i18n import _
from app.base.scope import unscoped, with_deleted
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.queries import Customer
from app.crm.keychanges import queries, rules
from app.crm.keychanges.models import Change
from app.crm.keychanges.rules import CODE, State
from app.extensions import db
from app.system.approvals import services as approvals

SETTING = "key_data_needs_approval"
__all__ = ["CODE", "SETTING", "Proposer", "approve", "give_back", "propose", "reject", "withdraw"]
CHUNK = 2000


class Proposer:
    """What customers ask where key data may not be changed at once."""

    def is_on(self) -> bool:
        return bool(settings.value(SETTING))

    def propose(self, customer: Customer, values: Mapping[str, Any], *, reason: str, actor: Actor) -> None:
        propose(customer, values, reason=reason, actor=actor)


@transaction
def propose(customer: Customer, values: Mapping[str, Any], *, reason: str = "", actor: Actor) -> Change:
    """Let new values of key fields wait for approval. Raises Invalid where a change waits already."""
    specs = fields_of(Customer)
    made = Change(
        customer_id=customer.id,
        values_now={name: specs[name].plain(value) for name, value in values.items()},
        values_before={name: specs[name].plain(value_of(customer, specs[name])) for name in values},
        reason=rules.check_reason(reason) or None,
        by_id=actor.id,
        department_id=customer.department_id,
    )
    if queries.waiting(customer.id) is not None:
        raise Invalid(rules.ALREADY)
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as error:  # the index of those that wait
        raise Invalid(rules.ALREADY) from error
    approvals.begin(CODE, [made.id], applicant_id=actor.id or 0, actor=actor)
    return made


@transaction
def approve(ids: Sequence[int], note: str, actor: Actor) -> Applied:
    """Say yes to changes; those that are through change their customers, all checks made again."""
    changes, refused = _locked(ids)
    customer_of = _locked_customers(changes.values())
    for key, change in changes.items():
        if (sentence := _hindrance(change, customer_of.get(change.customer_id))) is not None:
            refused[key] = sentence
    decided = approvals.approve(CODE, [key for key in changes if key not in refused], note=note, actor=actor)
    for key in decided.ended:
        _apply(changes[key], customer_of[changes[key].customer_id], actor)
    return Applied([*decided.ended, *decided.moved_on], {**refused, **decided.refused})


def _locked(ids: Sequence[int]) -> tuple[dict[int, Change], dict[int, object]]:
    wanted = select(Change).where(Change.id.in_(sorted(set(ids)))).order_by(Change.id).with_for_update()
    with unscoped("who is asked decides, whether or not the customer is theirs"):
        rows = db.session.scalars(wanted.execution_options(populate_existing=True))
        found = {row.id: row for row in rows}
    waiting = {key: row for key, row in found.items() if row.state == State.WAITING}
    return waiting, {key: approvals.NOT_WAITING for key in ids if key not in waiting}


def _locked_customers(changes: Collection[Change]) -> dict[int, Customer]:
    keys = sorted({one.customer_id for one in changes})
    wanted = select(Customer).where(Customer.id.in_(keys)).order_by(Customer.id).with_for_update()
    with unscoped("who is asked decides, whether or not the customer is theirs"), with_deleted():
        rows = db.session.scalars(wanted.execution_options(populate_existing=True))
        return {row.id: row for row in rows}


def _hindrance(change: Change, customer: Customer | None) -> object | None:
    """Return why a change cannot be done any more; None if it can."""
    if (sentence := queries.warning(change)) is not None or customer is None:
        return sentence or rules.GONE
    try:
        with unscoped("whether a code is taken does not depend on who asks"):
            customers.check_keys_together(customer, change.now)
    except DomainError as refusal:
        return str(refusal)
    return None


def _apply(change: Change, customer: Customer, actor: Actor) -> None:
    who = str(change.by) if change.by is not None else ""
    note = _("Key data, as proposed by %(who)s and approved", who=who)
    with unscoped("who is asked decides, whether or not the customer is theirs"):
        customers.change_as_approved(customer, change.now, note=note, actor=actor)
    change.state, change.decided_at = State.APPROVED, clock.now()


@transaction
def reject(ids: Sequence[int], reason: str, actor: Actor) -> Applied:
    """Turn changes down: the customers stay as they are."""
    return _ended(ids, State.REJECTED, lambda keys: approvals.reject(CODE, keys, reason=reason, actor=actor))


@transaction
def give_back(ids: Sequence[int], note: str, actor: Actor) -> Applied:
    """Give changes back to whoever proposed them, to be proposed anew."""
    return _ended(ids, State.RETURNED, lambda keys: approvals.give_back(CODE, keys, note=note, actor=actor))


def _ended(ids: Sequence[int], state: State, decide: Any) -> Applied:
    changes, refused = _locked(ids)
    decided = decide(list(changes))
    for key in decided.ended:
        changes[key].state, changes[key].decided_at = state, clock.now()
    return Applied(decided.ended, {**refused, **decided.refused})


@transaction
def withdraw(ids: Sequence[int], _note: str, actor: Actor) -> Applied:
    """Take back what one has proposed. Raises WrongState for what was decided meanwhile, NotAllowed for others'."""
    changes, refused = _locked(ids)
    if refused:
        raise WrongState(approvals.NOT_WAITING)
    approvals.withdraw(CODE, list(changes), actor=actor)
    for change in changes.values():
        change.state, change.decided_at = State.WITHDRAWN, clock.now()
    return Applied(list(changes))


def _forget(operation: int, ids: list[int], _columns: frozenset[str] | None) -> None:
    """Remove the changes of customers who go for good; what waits of them waits no more."""
    table = Change.__table__
    for start in range(0, len(ids) if operation == DELETE else 0, CHUNK):
        part = table.c.customer_id.in_(ids[start : start + CHUNK])
        with unscoped("they go with their customers"):
            keys = list(db.session.scalars(select(Change.id).where(part)))
            approvals.drop(CODE, keys, actor=SYSTEM)
            db.session.connection().execute(delete(table).where(part))


customers.on_many(_forget)
customers.propose_with(Proposer())
