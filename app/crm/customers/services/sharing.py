"""Opening a customer to others besides its owner. Source: CUS-19."""

from datetime import date

from app.base import clock, inbox
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.transaction import transaction
from app.crm.customers.models import Collaborator, Customer
from app.system.security import queries as security


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


@transaction
def unshare(customer: Customer, *, employee_id: int, actor: Actor) -> None:
    """Close a customer to somebody again, in one step."""
    customer.collaborators = [row for row in customer.collaborators if row.employee_id != employee_id]
    customer.updated_at, customer.updated_by_id = clock.now(), actor.id
