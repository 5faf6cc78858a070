"""Tickets and what happens to them, flows in editions, queues and routes."""

from app.crm.customers.queries import open_by
from app.desk.tickets.models.course import TicketCheck, TicketMove, TicketNote, TicketPart, TicketWork
from app.desk.tickets.models.flow import TicketArrow, TicketEdition, TicketFlow, TicketState
from app.desk.tickets.models.queue import Queue, QueueMember, Route
from app.desk.tickets.models.scope import REACH, TICKET_SCOPE, opened_by_tickets
from app.desk.tickets.models.ticket import Ticket, TicketPerson

open_by(opened_by_tickets)

__all__ = [
    "REACH",
    "TICKET_SCOPE",
    "Queue",
    "QueueMember",
    "Route",
    "Ticket",
    "TicketArrow",
    "TicketCheck",
    "TicketEdition",
    "TicketFlow",
    "TicketMove",
    "TicketNote",
    "TicketPart",
    "TicketPerson",
    "TicketState",
    "TicketWork",
    "opened_by_tickets",
]
