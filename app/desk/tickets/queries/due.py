"""What is to be done when: the tickets of a calendar. Within the scope of who asks."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from app.crm.followups.queries import A_DAY, midnight
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.finding import ROWS
from app.desk.tickets.rules.phases import CANCELLED
from app.extensions import db


class Due(NamedTuple):
    """What a calendar tells of a ticket."""

    id: int
    number: str
    title: str
    due_at: datetime
    phase: str
    priority: str
    edition_id: int
    state: str
    customer_id: int
    assignee_id: int | None


def due(*, first: date, last: date, assignee: int | None, limit: int) -> Sequence[Due]:
    """Return at most ``limit`` tickets to be done from ``first`` to ``last``, both included, the earliest first.

    Those that were cancelled are left out. ``assignee``: with whom; None: with anybody, or with nobody.
    """
    found = db.session.execute(selected(first=first, last=last, assignee=assignee).limit(limit))
    return [Due(*row) for row in found]


def selected(*, first: date, last: date, assignee: int | None) -> Select[Any]:
    """Return the statement of ``due``, without its limit."""
    # asked first, by the index of deadlines: SQLite would else read all tickets of a department for the scope's sake
    within = (ROWS.c.due_at >= midnight(first), ROWS.c.due_at < midnight(last + A_DAY))
    wanted = select(*(getattr(Ticket, name) for name in Due._fields)).where(Ticket.phase != CANCELLED)
    wanted = wanted.where(Ticket.id.in_(select(ROWS.c.id).where(*within)))
    theirs = (Ticket.assignee_id == assignee,) if assignee is not None else ()
    return wanted.where(*theirs).order_by(Ticket.due_at, Ticket.id)
