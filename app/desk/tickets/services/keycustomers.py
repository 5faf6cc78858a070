"""Who answers for a key customer 重点客户, and is told when it complains or rates low. Source: CUS-21."""

from app.base.actor import Level
from app.base.scope import unscoped
from app.crm.customers.queries import KEY, Customer
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.people import head_above, sees
from app.desk.tickets.rules.tickets import FOLLOWER
from app.desk.tickets.services import steps
from app.extensions import db
from app.system.security import queries as security


def whose(ticket: Ticket) -> list[int]:
    """Return the service person, the owner and the head above the owner of a key customer; nobody for any other."""
    with unscoped("who is told follows from the customer, whoever sees that"):
        customer = db.session.get_one(Customer, ticket.customer_id)
    if customer.level != KEY:
        return []
    head = head_above(customer.department_id, besides=customer.owner_id)
    return [key for key in dict.fromkeys((customer.service_person_id, customer.owner_id, head)) if key is not None]


def let_see(ticket: Ticket, employee_id: int) -> None:
    """Let somebody who is told of a ticket follow it where they would not see it; not who works with no tickets."""
    theirs = security.actor(employee_id)
    if theirs is None or theirs.reach(queries.REACH).read == Level.NONE or sees(employee_id, ticket.id):
        return
    steps.take_part(ticket, employee_id, as_=FOLLOWER)
