"""How long tickets stay in each state, and which ways they go: sums over flow records 流转记录. Source: TKT-7."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select

from app.desk.tickets.models import Ticket, TicketMove
from app.desk.tickets.rules.phases import OPEN
from app.extensions import db


class Stay(NamedTuple):
    """A state: how often it was left, and how many seconds tickets stood in it, all together and at most at once."""

    state: str
    left: int
    seconds: int
    longest: int

    @property
    def average(self) -> int | None:
        """Seconds that a ticket stands in the state before it leaves it; None where none has left it."""
        return round(self.seconds / self.left) if self.left else None


class Standing(NamedTuple):
    """Tickets that stand in a state now, and since when the one does that came first."""

    number: int
    since: datetime


def stays(kind: str, *, since: datetime | None) -> Mapping[str, Stay]:
    """Return the states that tickets of a type left, or changed hands in, from ``since`` on: those in scope.

    A transfer inside a state ends no stay: its seconds count to the stay it is a part of.
    """
    leaves = case((TicketMove.to_state != TicketMove.from_state, 1), else_=0)
    sums = (func.sum(leaves), func.coalesce(func.sum(TicketMove.seconds), 0), func.max(TicketMove.seconds))
    wanted = select(TicketMove.from_state, *sums).where(*_met(kind, since)).group_by(TicketMove.from_state)
    rows = db.session.execute(wanted.join(Ticket, Ticket.id == TicketMove.ticket_id))
    return {state: Stay(state, left or 0, int(seconds), longest or 0) for state, left, seconds, longest in rows}


def ways(kind: str, *, since: datetime | None) -> Mapping[tuple[str, str], int]:
    """Return how often each way from a state to another was gone."""
    columns = (TicketMove.from_state, TicketMove.to_state)
    wanted = select(*columns, func.count()).where(*_met(kind, since), columns[0] != columns[1]).group_by(*columns)
    rows = db.session.execute(wanted.join(Ticket, Ticket.id == TicketMove.ticket_id))
    return {(source or "", target): count for source, target, count in rows}


def standing(kind: str) -> Mapping[str, Standing]:
    """Return what stands in each state now, of the open tickets of a type in scope."""
    met = (Ticket.type == kind, Ticket.phase.in_(sorted(OPEN)))
    wanted = select(Ticket.state, func.count(), func.min(Ticket.moved_at)).where(*met).group_by(Ticket.state)
    return {state: Standing(count, since) for state, count, since in db.session.execute(wanted)}


def _met(kind: str, since: datetime | None) -> Sequence[ColumnElement[bool]]:
    found = [Ticket.type == kind, TicketMove.from_state.is_not(None)]
    return [*found, TicketMove.at >= since] if since is not None else found
