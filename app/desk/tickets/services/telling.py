"""Who is told what of a ticket. One message per person."""

from collections.abc import Iterable

from app.base import inbox
from app.base.actor import Actor
from app.base.inbox import Place
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.people import dispatchers_of, sees
from app.extensions import db


def _tell(ticket: Ticket, people: Iterable[int | None], kind: str, *, words: str = "", actor: Actor) -> None:
    db.session.flush()
    wanted = [key for key in dict.fromkeys(people) if key is not None and key != actor.id]
    if words:  # what was said is for those who see the ticket: others are told no word of it
        wanted = [key for key in wanted if sees(key, ticket.id)]
    if wanted:
        place = Place("TicketView.show", ticket.id)
        inbox.tell(wanted, kind, params={"words": words[:200]}, link=place, actor=actor)


def opened(ticket: Ticket, *, supervisor: int | None, actor: Actor) -> None:
    """Tell whoever dispatches it, and the people of its queue; of a complaint the head of whoever took it, too."""
    people: list[int | None] = [*dispatchers_of(ticket)]
    if ticket.queue_id is not None:
        people += queries.members_of(ticket.queue_id)
    people.append(supervisor)
    _tell(ticket, people, "ticket_urgent" if ticket.priority == "urgent" else "ticket_opened", actor=actor)


def key_complaint(ticket: Ticket, people: Iterable[int], *, actor: Actor) -> None:
    """Tell those who answer for a key customer that it complains."""
    _tell(ticket, people, "ticket_key_complaint", actor=actor)


def given(ticket: Ticket, *, words: str = "", actor: Actor) -> None:
    """Tell whoever has a ticket now; of one without hands the people of its queue."""
    people: list[int | None] = [ticket.assignee_id]
    if ticket.assignee_id is None and ticket.queue_id is not None:
        people = [*queries.members_of(ticket.queue_id)]
    _tell(ticket, people, "ticket_given", words=words, actor=actor)


def returned(ticket: Ticket, *, words: str, actor: Actor) -> None:
    """Tell whoever dispatches that a ticket came back, and why."""
    _tell(ticket, dispatchers_of(ticket), "ticket_returned", words=words, actor=actor)


def solved(ticket: Ticket, *, actor: Actor) -> None:
    """Tell whoever took it in: the customer wants to be asked."""
    _tell(ticket, [ticket.created_by_id], "ticket_solved", actor=actor)


def reopened(ticket: Ticket, *, words: str, actor: Actor) -> None:
    """Tell whoever has it, or whoever dispatches it, that it goes on."""
    people = [ticket.assignee_id] if ticket.assignee_id is not None else dispatchers_of(ticket)
    _tell(ticket, people, "ticket_reopened", words=words, actor=actor)


def noted(ticket: Ticket, *, words: str, actor: Actor) -> None:
    """Tell those who take part that somebody said something."""
    people = [ticket.assignee_id, ticket.created_by_id, *[one.employee_id for one in queries.people_of(ticket.id)]]
    _tell(ticket, people, "ticket_noted", words=words, actor=actor)


def given_part(ticket: Ticket, employee_id: int, *, actor: Actor) -> None:
    """Tell somebody that they take part in a ticket."""
    _tell(ticket, [employee_id], "ticket_part", actor=actor)
