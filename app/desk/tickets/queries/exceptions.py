"""Requests to serve a customer whose service has run out."""

from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.tickets import EXCEPTION, why_no_exception
from app.system.approvals import queries as approvals


def exception_waits(ticket_id: int) -> bool:
    """Tell whether somebody has asked already, and nobody decided."""
    return approvals.is_waiting(EXCEPTION, ticket_id)


def no_exception(ticket: Ticket) -> object | None:
    """Return why nobody has to decide on a ticket any more; None while an exception may be approved."""
    is_deleted = ticket.deleted_at is not None
    return why_no_exception(ticket.phase, is_deleted=is_deleted, is_excepted=ticket.is_excepted)
