"""Opening a customer to others besides its owner. Source: CUS-19."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from app.base import clock, inbox
from app.base.actor import Actor
from app.base.among import among
from app.base.errors import Invalid
from app.base.history import INSERT, delete_versioned, insert_versioned, update_versioned, versions_of
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import Collaborator, Customer
from app.extensions import db
from app.system.security import queries as security

TABLE = Collaborator.__table__


@transaction
def share(
    customer: Customer, *, employee_id: int, can_write: bool, until_on: date | None, actor: Actor
) -> Collaborator:
    """Let somebody read, or also change, a customer, until and including a day if one is given.

    Sharing again changes what was agreed. Raises Invalid for the owner, an unknown person, or a day that is past.
    """
    if employee_id == customer.owner_id:
        raise Invalid(_("The owner sees this customer anyway."))
    if security.employee(employee_id) is None:
        raise Invalid(_("Choose a person."))
    if until_on and until_on < clock.today():
        raise Invalid(_("The last day is past already."))
    found = next((row for row in customer.collaborators if row.employee_id == employee_id), None)
    found = found or Collaborator(employee_id=employee_id)
    found.can_write, found.until_on = can_write, until_on
    if found not in customer.collaborators:
        customer.collaborators.append(found)
    if employee_id != actor.id:
        params = {"until": until_on.isoformat() if until_on else None, "can_write": can_write}
        place = inbox.Place("CustomerView.show", customer.id)
        inbox.tell([employee_id], "customer_shared", params=params, link=place, actor=actor)
    customer.updated_at, customer.updated_by_id = clock.now(), actor.id
    return found


def open_to(pairs: Sequence[tuple[int, int]], *, actor: Actor) -> None:
    """Open customers to people who are to work on them: (customer, person), in sets, as part of the transaction.

    Who sees one already in this way keeps what was agreed. Nobody is told: whoever calls tells why.
    """
    ids, people = sorted({pair[0] for pair in pairs}), sorted({pair[1] for pair in pairs})
    rows = select(TABLE.c.customer_id, TABLE.c.employee_id)
    with unscoped("whoever shares them out may change them"):
        there = db.session.execute(rows.where(among(TABLE.c.customer_id, ids), TABLE.c.employee_id.in_(people)))
        known = {(row.customer_id, row.employee_id) for row in there}
    fresh = [pair for pair in dict.fromkeys(pairs) if pair not in known]
    if fresh:
        common = {"can_write": True, "until_on": None}
        insert_versioned(Collaborator, [{"customer_id": one, "employee_id": two, **common} for one, two in fresh])
        signed = {"updated_at": clock.now(), "updated_by_id": actor.id}
        update_versioned(Customer, [pair[0] for pair in fresh], signed)


def close_again(ids: Sequence[int], *, number: int) -> None:
    """Take back what ``open_to`` opened of some customers in change set ``number``, where nobody changed it since."""
    versions = versions_of(Collaborator).__table__
    ours = (versions.c.transaction_id == number, versions.c.operation_type == INSERT)
    opened = select(versions.c.id).where(
        *ours, versions.c.end_transaction_id.is_(None), among(versions.c.customer_id, ids)
    )
    with unscoped("whoever shared them out takes that back"):
        keys = list(db.session.scalars(opened))
    if keys:
        delete_versioned(Collaborator, keys)


@transaction
def unshare(customer: Customer, *, employee_id: int, actor: Actor) -> None:
    """Close a customer to somebody again, in one step."""
    customer.collaborators = [row for row in customer.collaborators if row.employee_id != employee_id]
    customer.updated_at, customer.updated_by_id = clock.now(), actor.id
