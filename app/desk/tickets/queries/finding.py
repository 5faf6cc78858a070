"""Named reads of tickets and of what happened to them. All within the scope of who asks, unless they say otherwise."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.base import numbering
from app.base.actor import Actor
from app.base.choices import Found
from app.base.narrowing import linked
from app.base.scope import condition, is_everything, unscoped
from app.crm.customers.queries import Customer
from app.desk.tickets.models import (
    QueueMember,
    Ticket,
    TicketCheck,
    TicketMove,
    TicketNote,
    TicketPerson,
    TicketWork,
)
from app.desk.tickets.rules.phases import IN_HANDS, OPEN, UNSOLVED
from app.desk.tickets.rules.tickets import TO_CUSTOMER
from app.extensions import db
from app.system.security.queries import Employee

ROWS = Ticket.__table__
LONGEST_REMARK = 300


def by_id(key: int) -> Ticket | None:
    """Return a ticket in scope."""
    return db.session.scalar(select(Ticket).where(Ticket.id == key))


def with_names() -> Select[Ticket]:
    """Return the statement of tickets in scope with the names of who they are of, with and by, as far as those are.

    For pages: what is read so cannot be locked after, its names would be sought again.
    """
    people = [joinedload(one).load_only(Employee.name) for one in (Ticket.assignee, Ticket.created_by)]
    named = linked(Ticket.customer).load_only(Customer.name)
    return select(Ticket).options(named, *people)


def by_number(number: str) -> Ticket | None:
    """Return the ticket of a number in scope."""
    return db.session.scalar(select(Ticket).where(Ticket.number == number.strip().upper()))


def numbers_taken(numbers: Iterable[str]) -> set[str]:
    """Return which of some numbers tickets have, in whatever scope."""
    return numbering.taken(Ticket.number, numbers)


def of(customer_id: int, *, limit: int) -> Sequence[Ticket]:
    """Return the tickets of a customer in scope: the open ones first, then the newest."""
    found = select(Ticket).where(Ticket.customer_id == customer_id).options(selectinload(Ticket.assignee))
    return list(db.session.scalars(found.order_by(Ticket.phase.not_in(sorted(OPEN)), Ticket.id.desc()).limit(limit)))


def open_beside(ticket: Ticket, *, limit: int) -> Sequence[tuple[int, str, str]]:
    """Return key, number and title of the other open tickets of a ticket's customer in scope, the newest first."""
    others = (Ticket.customer_id == ticket.customer_id, Ticket.id != ticket.id, Ticket.phase.in_(sorted(OPEN)))
    found = select(Ticket.id, Ticket.number, Ticket.title).where(*others).order_by(Ticket.id.desc()).limit(limit)
    return [(key, number, title) for key, number, title in db.session.execute(found)]


def count(customer_id: int) -> int:
    """Return how many tickets of a customer are in scope."""
    return db.session.scalar(select(func.count(Ticket.id)).where(Ticket.customer_id == customer_id)) or 0


def open_of(customer_id: int) -> int:
    """Return how many tickets of a customer are not at their end, whoever may see them. Source: intake lookup."""
    living = (ROWS.c.customer_id == customer_id, ROWS.c.phase.in_(sorted(OPEN)), ROWS.c.deleted_at.is_(None))
    with unscoped("whoever takes a call is told how many tickets are open"):
        return db.session.scalar(select(func.count(ROWS.c.id)).where(*living)) or 0


def moves_of(key: int) -> Sequence[TicketMove]:
    """Return the flow records of a ticket, the oldest first. What a page shows of it: see ``Parts``."""
    return list(db.session.scalars(select(TicketMove).where(TicketMove.ticket_id == key).order_by(TicketMove.id)))


def notes_of(key: int) -> Sequence[TicketNote]:
    """Return what was said about a ticket, the oldest first."""
    return list(db.session.scalars(select(TicketNote).where(TicketNote.ticket_id == key).order_by(TicketNote.id)))


def work_of(key: int) -> Sequence[TicketWork]:
    """Return the work done on a ticket with its parts, the oldest first."""
    found = select(TicketWork).where(TicketWork.ticket_id == key).options(selectinload(TicketWork.parts))
    return list(db.session.scalars(found.order_by(TicketWork.id)))


def checks_of(key: int) -> Sequence[TicketCheck]:
    """Return a ticket's checklist."""
    found = select(TicketCheck).where(TicketCheck.ticket_id == key)
    return list(db.session.scalars(found.order_by(TicketCheck.place, TicketCheck.id)))


def people_of(key: int) -> Sequence[TicketPerson]:
    """Return who takes part in a ticket, or follows it."""
    return list(db.session.scalars(select(TicketPerson).where(TicketPerson.ticket_id == key).order_by(TicketPerson.id)))


def remarks_to_customer(ids: Collection[int]) -> Mapping[int, str]:
    """Return the last remark of each ticket that was meant for its customer, by ticket; nothing where none was.

    What leaves the house shows this one. ``Ticket.last_remark`` may be an internal note, a step's reason or work.
    """
    meant = (TicketNote.ticket_id.in_(sorted(ids)), TicketNote.kind == TO_CUSTOMER)
    last = select(func.max(TicketNote.id)).where(*meant).group_by(TicketNote.ticket_id)
    rows = db.session.execute(select(TicketNote.ticket_id, TicketNote.words).where(TicketNote.id.in_(last)))
    return {key: words[:LONGEST_REMARK] for key, words in rows}


def at_followups(ids: Iterable[int]) -> Mapping[int, int]:
    """Return follow-up → the ticket that was made of it, whoever may see that."""
    wanted = select(ROWS.c.followup_id, ROWS.c.id).where(ROWS.c.followup_id.in_(sorted(set(ids))))
    with unscoped("a follow-up becomes one ticket, whoever sees it"):
        return {key: one for key, one in db.session.execute(wanted)}  # noqa: C416 - rows are no pairs to mypy


def loads(people: Collection[int]) -> Mapping[int, int]:
    """Return how many tickets each person has in hand, in whatever scope."""
    counted = select(ROWS.c.assignee_id, func.count()).where(
        ROWS.c.assignee_id.in_(sorted(people)), ROWS.c.phase.in_(sorted(IN_HANDS)), ROWS.c.deleted_at.is_(None)
    )
    with unscoped("whoever dispatches counts all that people have"):
        rows = db.session.execute(counted.group_by(ROWS.c.assignee_id)).all()
    found = {key: n for key, n in rows if key is not None}
    return {key: found.get(key, 0) for key in people}


def owned(employee_id: int, actor: Actor) -> int:
    """Return how many unsolved tickets of a person the actor may hand over."""
    theirs = (Ticket.assignee_id == employee_id, Ticket.phase.in_(sorted(UNSOLVED)))
    mine = condition(Ticket, actor, write=True)
    return db.session.scalar(select(func.count(Ticket.id)).where(*theirs, mine)) or 0


def in_hands(employee_id: int | None, *, limit: int) -> Sequence[Ticket]:
    """Return what somebody has to do: the overdue first, then by deadline and age."""
    mine = (Ticket.assignee_id == employee_id, Ticket.phase.in_(sorted(UNSOLVED)))
    found = select(Ticket).where(*mine).options(selectinload(Ticket.customer))
    return list(db.session.scalars(found.order_by(Ticket.due_at.is_(None), Ticket.due_at, Ticket.id).limit(limit)))


def in_queues_of(employee_id: int | None, *, limit: int) -> Sequence[Ticket]:
    """Return what lies unassigned in somebody's queues: the oldest first."""
    mine = select(QueueMember.queue_id).where(QueueMember.employee_id == employee_id)
    free = (Ticket.queue_id.in_(mine), Ticket.assignee_id.is_(None), Ticket.phase.in_(sorted(UNSOLVED)))
    found = select(Ticket).where(*free).options(selectinload(Ticket.customer))
    return list(db.session.scalars(found.order_by(Ticket.id).limit(limit)))


class TicketNames:
    """How tickets are named in messages, files and other tickets: only those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        rows = db.session.execute(select(Ticket.id, Ticket.number, Ticket.title).where(Ticket.id.in_(list(ids))))
        return {key: f"{number} {title}" for key, number, title in rows}

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - the scope hook knows
        found = select(Ticket).order_by(Ticket.id.desc())
        if text := words.strip():
            met = Ticket.title.icontains(text, autoescape=True) | Ticket.number.istartswith(text, autoescape=True)
            found = found.where(met)
        return [Found(str(row.id), row.number, row.title) for row in db.session.scalars(found.limit(limit))]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return by_id(key) is not None


def writable(ids: Collection[int], actor: Actor) -> frozenset[int]:
    """Return those of some tickets that the actor may change: one statement for a page of rows."""
    theirs = condition(Ticket, actor, write=True)
    if not ids or is_everything(theirs):
        return frozenset(ids)
    mine = select(Ticket.id).where(Ticket.id.in_(sorted(ids)), theirs)
    return frozenset(db.session.scalars(mine))
