"""What is to be done when: the tickets of a calendar. Within the scope of who asks."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from app.crm.followups.queries import A_DAY, midnight
from app.desk.tickets.models import Ticket
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
    within = (Ticket.due_at >= midnight(first), Ticket.due_at < midnight(last + A_DAY), Ticket.phase != CANCELLED)
    theirs = (Ticket.assignee_id == assignee,) if assignee is not None else ()
    found = select(*(getattr(Ticket, name) for name in Due._fields)).where(*within, *theirs)
    rows = db.session.execute(found.order_by(Ticket.due_at, Ticket.id).limit(limit))
    return [Due(*row) for row in rows]
