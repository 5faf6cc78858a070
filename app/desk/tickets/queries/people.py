"""Who answers for a ticket, and who may be given one."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from app.base import choices
from app.base.actor import Actor, Level
from app.base.choices import Found
from app.base.scope import condition, unscoped
from app.base.stamps import Cached
from app.desk.tickets.models import REACH, Ticket, TicketMove
from app.desk.tickets.rules.imports import IMPORTED
from app.extensions import db
from app.system.security import queries as security
from app.system.security.queries import EmployeeNames

DISPATCH, WORK = ("can_dispatch", "TicketView"), ("can_work", "TicketView")
ADMIN = "admin"
MOST_SEARCHED = 200  # of whom those who cannot work on tickets are left out


def _holders(right: tuple[str, str]) -> frozenset[int]:
    """Return the active people whose roles have a right; administrators only where nobody else has it."""
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for role in security.roles():
        if right in security.rights(frozenset({role.id})):
            found[role.name == ADMIN] |= {one.id for one in security.people_with(role) if one.account.active}
    return frozenset(found[False] or found[True])


_known = Cached(security.STAMP, _holders)


def taken_in_by(ticket: Ticket) -> int | None:
    """Return who took a ticket in; None for one that was imported: who imports has talked to no customer."""
    moves = TicketMove.__table__.c
    brought_in = select(moves.id).where(moves.ticket_id == ticket.id, moves.verb == IMPORTED)
    is_imported = db.session.connection().execute(brought_in.limit(1)).first() is not None
    return None if is_imported else ticket.created_by_id


def dispatchers_of(ticket: Ticket) -> list[int]:
    """Return who dispatches tickets of this one's group: all who may, if no route led anywhere."""
    people: Collection[int] = _known(DISPATCH)
    actors = [known for key in sorted(people) if (known := security.actor(key)) is not None]
    near = [one for one in actors if _covers(one, ticket.group_id)] if ticket.group_id is not None else []
    return [one.id for one in near or actors if one.id is not None]


def _covers(actor: Actor, house: int | None) -> bool:
    level = actor.reach(REACH).write
    if level == Level.BELOW:
        return house in actor.departments_below
    return level == Level.DEPARTMENT and house == actor.department_id


def workers(people: Sequence[int]) -> Mapping[int, str]:
    """Return why somebody cannot be given a ticket, by person: "disabled" or "no_role"; nothing for the others."""
    able: Collection[int] = _known(WORK)
    found = {}
    for key in people:
        known = security.actor(key)
        if known is None:
            found[key] = "disabled"
        elif key not in able and ADMIN not in known.roles:
            found[key] = "no_role"
    return found


def head_above(department_id: int | None, *, besides: int | None) -> int | None:
    """Return the nearest head of a department or above it, leaving somebody and whoever has left aside; None: none."""
    heads = security.heads_of(department_id) if department_id is not None else ()
    return next((one for one in heads if one != besides and security.actor(one) is not None), None)


def sees(employee_id: int, ticket_id: int) -> bool:
    """Tell whether a ticket is in somebody's scope."""
    theirs = security.actor(employee_id)
    if theirs is None:
        return False
    with unscoped("whether somebody else sees it"):
        return db.session.scalar(select(Ticket.id).where(Ticket.id == ticket_id, condition(Ticket, theirs))) is not None


class WorkerNames(EmployeeNames):
    """Who is offered where a ticket is given to somebody: those whose role works on tickets. All keep their names."""

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        able: Collection[int] = _known(WORK)
        found = super().search(words, actor=actor, limit=MOST_SEARCHED)
        return [one for one in found if int(one.value) in able][:limit]


def name_of(key: int | None) -> str:
    """Return somebody's name."""
    return choices.labels("employee", [key]).get(key, "") if key is not None else ""
