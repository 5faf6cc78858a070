"""What the page of a ticket shows beside the ticket, read when it is first asked for, and not where there is none.

Plain rows of prepared statements, with the names of people in them: as objects they cost the page as much again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, FromClause, Select, bindparam, exists, select

from app.base.scope import unscoped
from app.desk.tickets.models import (
    Queue,
    Ticket,
    TicketCheck,
    TicketMove,
    TicketNote,
    TicketPart,
    TicketPerson,
    TicketWork,
)
from app.desk.tickets.rules.phases import OPEN
from app.extensions import db
from app.system.files.queries import any_at
from app.system.security.queries import Employee

TICKETS, PARTS = Ticket.__table__, TicketPart.__table__
KEY: BindParameter[int] = bindparam("key")
#: What many tickets have none of: name → the condition that the ticket of a key has some. Domains above add theirs.
kinds: dict[str, Callable[[BindParameter[int]], ColumnElement[bool]]] = {
    "notes": lambda key: _of(TicketNote.__table__, key),
    "work": lambda key: _of(TicketWork.__table__, key),
    "parts": lambda key: _of(PARTS, key),
    "checks": lambda key: _of(TicketCheck.__table__, key),
    "people": lambda key: _of(TicketPerson.__table__, key),
    "files": lambda key: any_at("ticket", key),
    "beside": lambda key: exists().where(
        TICKETS.c.customer_id == bindparam("customer"),
        TICKETS.c.id != key,
        TICKETS.c.phase.in_(sorted(OPEN)),
        TICKETS.c.deleted_at.is_(None),
    ),
}


@dataclass(frozen=True)
class Work:
    """A step of work. ``by``: a name; ``parts``: name and quantity of each spare part."""

    id: int
    ticket_id: int
    what: str
    minutes: int | None
    at: datetime
    by_id: int | None
    by: str | None
    parts: Sequence[tuple[str, Decimal]]

    @property
    def used(self) -> str:
        """The spare parts in words, as 打印头 × 1、螺丝 × 2.5."""
        return "、".join(f"{name} × {quantity.normalize():f}" for name, quantity in self.parts)


class Parts:
    """The parts of a ticket that the reader sees, the oldest first. People and queues are told by name."""

    def __init__(self, ticket: Ticket) -> None:
        self.given = {"key": ticket.id, "customer": ticket.customer_id}

    @cached_property
    def has(self) -> Mapping[str, bool]:
        """Which kinds of parts there are, by name: one statement for all."""
        (found,) = self._rows(_asked())
        return found._mapping  # noqa: SLF001 - the public name of a row's mapping

    @cached_property
    def moves(self) -> Sequence[Any]:
        """The flow records, with ``by``, ``to``, ``queue``."""
        return self._rows(_moves())

    @cached_property
    def notes(self) -> Sequence[Any]:
        """What was said, with ``by``."""
        return self._rows(_with_name(TicketNote.__table__, "by")) if self.has["notes"] else ()

    @cached_property
    def work(self) -> Sequence[Work]:
        """The steps of work, each with its spare parts."""
        if not self.has["work"]:
            return ()
        parts: dict[int, list[tuple[str, Decimal]]] = {}
        for one in self._rows(_spare_parts()) if self.has["parts"] else ():
            parts.setdefault(one.work_id, []).append((one.name, one.quantity))
        rows = self._rows(_with_name(TicketWork.__table__, "by"))
        named = [(row.id, row.ticket_id, row.what, row.minutes, row.at, row.by_id, row.by) for row in rows]
        return [Work(*one, parts.get(one[0], ())) for one in named]

    @cached_property
    def checks(self) -> Sequence[Any]:
        """The checklist, with ``done_by``."""
        return self._rows(_with_name(TicketCheck.__table__, "done_by", "place")) if self.has["checks"] else ()

    @cached_property
    def people(self) -> Sequence[Any]:
        """Who takes part or follows, with ``employee``."""
        return self._rows(_with_name(TicketPerson.__table__, "employee")) if self.has["people"] else ()

    def _rows(self, statement: Select[Any]) -> Sequence[Any]:
        with unscoped("whoever sees a ticket sees its parts; others beside it are only told to be there"):
            return db.session.execute(statement, self.given).all()


def _of(table: FromClause, key: BindParameter[int]) -> ColumnElement[bool]:
    return exists().where(table.c.ticket_id == key)


@cache
def _asked() -> Any:
    return select(*[condition(KEY).label(name) for name, condition in kinds.items()])


@cache
def _moves() -> Select[Any]:
    moves, by, to, queues = TicketMove.__table__, _people(), _people(), Queue.__table__
    joined = moves.outerjoin(by, by.c.id == moves.c.by_id).outerjoin(to, to.c.id == moves.c.to_id)
    joined = joined.outerjoin(queues, queues.c.id == moves.c.queue_id)
    named = (by.c.name.label("by"), to.c.name.label("to"), queues.c.name.label("queue"))
    return select(moves, *named).select_from(joined).where(moves.c.ticket_id == KEY).order_by(moves.c.id)


@cache
def _with_name(table: Any, role: str, order: str = "id") -> Select[Any]:
    """Return the statement of the parts in a table, with the name of whoever is in the column ``role``_id."""
    people = _people()
    joined = table.outerjoin(people, people.c.id == table.c[f"{role}_id"])
    found = select(table, people.c.name.label(role)).select_from(joined).where(table.c.ticket_id == KEY)
    return found.order_by(table.c[order], table.c.id)


@cache
def _spare_parts() -> Select[Any]:
    return select(PARTS).where(PARTS.c.ticket_id == KEY).order_by(PARTS.c.id)


def _people() -> Any:
    return Employee.__table__.alias()
