"""What hangs on a ticket and on what a ticket hangs, for filters: only what whoever asks may see."""

from sqlalchemy import ColumnElement, FromClause, and_, false, select

from app.base.actor import current_actor
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.desk.tickets.models import QueueMember, Ticket, TicketPerson


def people_rows(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return who takes part in tickets, or follows them, and what joins them."""
    rows = TicketPerson.__table__.alias()
    return rows, rows.c.ticket_id == table.c.id


def customer_rows(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the customers of tickets that whoever asks may see, and what joins them."""
    rows, actor = Customer.__table__.alias(), current_actor()
    seen = customers.SCOPE.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.id == table.c.customer_id, seen)


def ticket_rows(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the tickets of customers that whoever asks may see, and what joins them."""
    rows, actor = Ticket.__table__.alias(), current_actor()
    seen = Ticket.__scope__.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.customer_id == table.c.id, rows.c.deleted_at.is_(None), seen)


def in_my_queues(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a ticket lies in a queue in which whoever asks works."""
    actor = current_actor()
    mine = select(QueueMember.queue_id).where(QueueMember.employee_id == (actor.id if actor else None))
    return table.c.queue_id.in_(mine)
