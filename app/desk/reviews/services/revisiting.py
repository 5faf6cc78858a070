"""The revisit: the agent asks the customer, and writes down what they say. Source: TKT-3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.base import clock, normal
from app.base.actor import Actor
from app.base.errors import InvalidFields, WrongState
from app.base.i18n import _
from app.base.transaction import transaction
from app.desk.reviews import rules
from app.desk.reviews.models import Rating, RevisitAttempt
from app.desk.reviews.services import keeping
from app.desk.tickets import queries as tickets_read
from app.desk.tickets import services as tickets
from app.desk.tickets.queries import Ticket
from app.extensions import db

SOLVED = "solved"
LONGEST_REMARK = 300


@transaction
def revisit(
    ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None, close: bool = False
) -> Rating:
    """Keep the three grades and the customer's ``words``, and that the ticket is revisited; ``close`` it at once.

    ``agent``: the employee who is rated beside the technician. Raises Conflict, NotAllowed, WrongState if it is not
    solved or rated already, InvalidFields for missing grades and for an agent who took no part.
    """
    tickets.hold(ticket, actor=actor, revision=revision)
    check_solved(ticket)
    rules.check_grades(values)
    rules.check_agent(values.get("agent"), agents(ticket, actor))
    rating = keeping.pending(ticket)
    words = normal.text(values.get("words"))
    tickets.revisit(ticket, {"words": words[:LONGEST_REMARK]}, actor=actor, revision=None)
    given = {"rater": rules.FOR_CUSTOMER, "channel": rules.BY_PHONE}
    keeping.write(rating, ticket, {**values, "overall": None}, actor=actor, **given)
    if not keeping.reopens(rating, ticket) and close:
        tickets.close(ticket, {}, actor=actor, revision=None)
    return rating


def agents(ticket: Ticket, actor: Actor) -> tuple[int, ...]:
    """Return who may be rated beside the technician when ``actor`` asks the customer; the usual one first."""
    taken_in_by = tickets_read.taken_in_by(ticket)
    return rules.agents(taken_in_by=taken_in_by, asked_by=actor.id, solved_by=ticket.assignee_id)


@transaction
def not_reached(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> RevisitAttempt:
    """Keep that nobody was reached, and when to try again (``again_at``). Raises as ``revisit``."""
    tickets.hold(ticket, actor=actor, revision=revision)
    check_solved(ticket)
    again: datetime | None = values.get("again_at")
    if again is None or again <= clock.now():
        raise InvalidFields({"again_at": _("Say when to try again: a moment to come.")})
    words = normal.text(values.get("words"))[:LONGEST_REMARK] or None
    made = RevisitAttempt(ticket_id=ticket.id, solving=ticket.reopened, by_id=actor.id, again_at=again, words=words)
    db.session.add(made)
    db.session.flush()
    return made


def check_solved(ticket: Ticket) -> None:
    """Raise WrongState for a ticket about which no customer is to be asked (any more)."""
    if ticket.phase != SOLVED:
        raise WrongState(_("Only a solved ticket is revisited; this one is not, or not any more."))
