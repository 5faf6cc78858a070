"""What stands on the board and on the first page. All within the scope of who asks."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import selectinload

from app.base import clock
from app.base.actor import Actor
from app.desk.tickets.models import QueueMember, Ticket
from app.desk.tickets.rules.phases import IN_HANDS, NEW, OPEN, UNSOLVED
from app.extensions import db


class Narrow(NamedTuple):
    """What the board is narrowed to. ``is_mine``: with whoever asks; ``in_queues``: in a queue of theirs."""

    actor_id: int | None
    is_mine: bool = False
    in_queues: bool = False
    queue_id: int | None = None
    type: str | None = None

    @property
    def where(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [Ticket.phase.in_(sorted(OPEN))]
        if self.is_mine:
            found.append(Ticket.assignee_id == self.actor_id)
        if self.in_queues:
            theirs = select(QueueMember.queue_id).where(QueueMember.employee_id == self.actor_id)
            found.append(Ticket.queue_id.in_(theirs))
        if self.queue_id is not None:
            found.append(Ticket.queue_id == self.queue_id)
        if self.type:
            found.append(Ticket.type == self.type)
        return found


def standing(narrow: Narrow) -> Mapping[str, int]:
    """Return how many open tickets stand in each phase, or in each state where one type is meant."""
    column = Ticket.state if narrow.type else Ticket.phase
    rows = db.session.execute(select(column, func.count(Ticket.id)).where(*narrow.where).group_by(column))
    return {code: n for code, n in rows}  # noqa: C416 - rows are no pairs to mypy


def cards(narrow: Narrow, *, limit: int) -> Mapping[str, Sequence[Ticket]]:
    """Return the cards of each column, at most so many: urgent ones, then those due first, at the head."""
    column = Ticket.state if narrow.type else Ticket.phase
    order = (Ticket.priority != "urgent", Ticket.due_at.is_(None), Ticket.due_at, Ticket.id)
    place = func.row_number().over(partition_by=column, order_by=order).label("place")
    meant = select(Ticket.id, place).where(*narrow.where).subquery()
    # asked first: joined to it, PostgreSQL reads every open ticket whole, since it cannot know how few are wanted
    keys = list(db.session.scalars(select(meant.c.id).where(meant.c.place <= limit)))
    loads = (selectinload(Ticket.customer), selectinload(Ticket.assignee))
    rows = select(Ticket).where(Ticket.id.in_(keys)).options(*loads)
    found: dict[str, list[Ticket]] = {}
    for row in db.session.scalars(rows.order_by(*order)):
        found.setdefault(row.state if narrow.type else row.phase, []).append(row)
    return found


class Tally(NamedTuple):
    """What the first page counts."""

    requests: int
    overdue: int
    mine: int


def tally(actor: Actor) -> Tally:
    """Return what is not dispatched, late, and with the actor. One statement."""
    meant = (
        (Ticket.phase == NEW) & Ticket.assignee_id.is_(None) & Ticket.answered_by_id.is_(None),
        Ticket.phase.in_(sorted(UNSOLVED)) & (Ticket.due_at < clock.now()),
        Ticket.phase.in_(sorted(IN_HANDS)) & (Ticket.assignee_id == actor.id),
    )
    ones = [func.sum(case((met, 1), else_=0)) for met in meant]
    row = db.session.execute(select(*ones).where(Ticket.phase.in_(sorted(OPEN)))).one()
    return Tally(*(int(n or 0) for n in row))


def next_of(actor: Actor, *, limit: int) -> Sequence[Ticket]:
    """Return what is with the actor, due first at the head."""
    mine = (Ticket.phase.in_(sorted(IN_HANDS)), Ticket.assignee_id == actor.id)
    order = (Ticket.due_at.is_(None), Ticket.due_at, Ticket.id)
    found = select(Ticket).where(*mine).options(selectinload(Ticket.customer)).order_by(*order)
    return list(db.session.scalars(found.limit(limit)))


def requests(*, limit: int) -> Sequence[Ticket]:
    """Return what waits to be dispatched, the oldest first."""
    free = (Ticket.phase == NEW, Ticket.assignee_id.is_(None), Ticket.answered_by_id.is_(None))
    found = select(Ticket).where(*free).options(selectinload(Ticket.customer)).order_by(Ticket.id)
    return list(db.session.scalars(found.limit(limit)))
