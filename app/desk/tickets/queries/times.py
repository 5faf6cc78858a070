"""How long tickets stay in each state, and which ways they go: sums over flow records 流转记录. Source: TKT-7."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select

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


class Course(NamedTuple):
    """How long tickets stood in each state, by its code, and how often each way (from, to) was gone."""

    stays: Mapping[str, Stay]
    ways: Mapping[tuple[str, str], int]


def course(kind: str, *, since: datetime | None) -> Course:
    """Return what the flow records of a type's tickets in scope say, from ``since`` on. One statement.

    A transfer inside a state ends no stay: its seconds count to the stay it is a part of.
    """
    columns = (TicketMove.from_state, TicketMove.to_state)
    sums = (func.count(), func.coalesce(func.sum(TicketMove.seconds), 0), func.max(TicketMove.seconds))
    wanted = select(*columns, *sums).where(*_met(kind, since)).group_by(*columns)
    stays: dict[str, Stay] = {}
    ways: dict[tuple[str, str], int] = {}
    rows: Iterable[Any] = db.session.execute(wanted.join(Ticket))
    for source, target, count, seconds, longest in rows:
        stood, left = stays.get(source, Stay(source, 0, 0, 0)), count if source != target else 0
        whole, at_once = stood.seconds + int(seconds), max(stood.longest, longest or 0)
        stays[source] = Stay(source, stood.left + left, whole, at_once)
        if left:
            ways[source, target] = left
    return Course(stays, ways)


def standing(kind: str) -> Mapping[str, Standing]:
    """Return what stands in each state now, of the open tickets of a type in scope."""
    met = (Ticket.type == kind, Ticket.phase.in_(sorted(OPEN)))
    wanted = select(Ticket.state, func.count(), func.min(Ticket.moved_at)).where(*met).group_by(Ticket.state)
    return {state: Standing(count, since) for state, count, since in db.session.execute(wanted)}


def _met(kind: str, since: datetime | None) -> Sequence[ColumnElement[bool]]:
    found = [Ticket.type == kind, TicketMove.from_state.is_not(None)]
    return [*found, TicketMove.at >= since] if since is not None else found
