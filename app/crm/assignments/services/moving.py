"""Letting the customers of somebody who works elsewhere now come along. Source: DECISIONS, customer.department."""

from collections.abc import Sequence

from app.base.actor import Actor
from app.base.bulk import Applied, Given, set_columns
from app.base.errors import Invalid
from app.base.i18n import _
from app.crm.assignments import queries
from app.crm.assignments.queries import Customer
from app.crm.assignments.services.receivers import departments

MOVED = ("department_id",)


def check_move(given: Given, _actor: Actor) -> None:
    """Raise Invalid for somebody without a department."""
    if departments([given["person"]]).get(given["person"]) is None:
        raise Invalid(_("This person belongs to no department: there is nowhere to go along to."))


def move_along(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Let customers that a person still holds stand in the department where the person is now."""
    person = given["person"]
    theirs = [row.id for row in queries.locked(ids, actor) if row.owner_id == person]
    house = departments([person]).get(person)
    return Applied(set_columns(Customer, theirs, {"department_id": house}, actor))
