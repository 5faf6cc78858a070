"""The one door through which a ticket changes its state or its hands: each step is kept as a flow record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.scope import may_write
from app.base.transaction import check_revision, lock
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket, TicketMove, TicketPerson
from app.desk.tickets.rules.flows import ASSIGNEE, CREATOR, Arrow, check_verb_permitted, missing
from app.desk.tickets.rules.phases import CLOSED, NEW, SOLVED, UNSOLVED, WAITING, WORKING, Phase, Verb
from app.desk.tickets.rules.tickets import EXCEPTION, PARTICIPANT, WHOLE, check_living, check_writable
from app.desk.tickets.services.links import check_links
from app.extensions import db
from app.system.approvals import services as approvals
from app.system.files import services as files
from app.system.files.services import Content, Limits
from app.system.security import queries as security

OPENED, TRANSFERRED = "open", "transfer"
LONGEST_WORDS = 300


@dataclass(frozen=True)
class Hands:
    """To whom a ticket goes: a person, or a queue whose people may take it."""

    assignee_id: int | None = None
    queue_id: int | None = None


def hold(ticket: Ticket, *, actor: Actor, revision: int | None) -> None:
    """Keep others from changing a ticket. Raises Conflict, WrongState if it is gone, NotAllowed if it is not theirs."""
    lock(ticket)
    check_revision(ticket, revision=revision)
    check_living(is_deleted=ticket.deleted_at is not None)
    check_writable(may_write=actor.is_system or may_write(ticket, actor))


def what(ticket: Ticket, actor: Actor) -> set[str]:
    """Return what the actor is to a ticket: their roles, and its assignee or creator."""
    mine = set(actor.roles)
    if actor.id is not None and ticket.assignee_id == actor.id:
        mine.add(ASSIGNEE)
    if actor.id is not None and ticket.created_by_id == actor.id:
        mine.add(CREATOR)
    return mine


def arrow_of(ticket: Ticket, verb: Verb, *, actor: Actor, to: str | None = None) -> Arrow:
    """Return the arrow of a verb from where a ticket stands. Raises WrongState where there is none for the actor."""
    found = queries.edition(ticket.edition_id).flow.arrow(ticket.state, verb, to=to)
    check_verb_permitted(found, who=what(ticket, actor), is_system=actor.is_system)
    return found


def enter(ticket: Ticket, arrow: Arrow | None, values: Mapping[str, Any], *, actor: Actor) -> None:
    """Let a ticket go into hands along an arrow: who may do that and what it asks for hold here too.

    ``assignee`` at such an arrow is whoever gets it. Raises WrongState, InvalidFields.
    """
    if arrow is not None:
        check_verb_permitted(arrow, who=what(ticket, actor) | {ASSIGNEE}, is_system=actor.is_system)
        check_filled(ticket, arrow, values)
        fill(ticket, values)


def check_filled(ticket: Ticket, arrow: Arrow, values: Mapping[str, Any]) -> None:
    """Raise InvalidFields for what an arrow asks for and neither the ticket nor the form has."""
    kept = {name: getattr(ticket, column) for name, column in COLUMNS.items()}
    if problems := missing(arrow, kept | {name: value for name, value in values.items() if value}):
        raise InvalidFields(problems)


#: The columns of what arrows may ask for.
COLUMNS = {
    "solution": "solution",
    "category": "category",
    "product": "product_id",
    "contact": "contact_id",
    "due_at": "due_at",
}


def fill(ticket: Ticket, values: Mapping[str, Any]) -> None:
    """Write down what came with a step. Raises InvalidFields for what the ticket may not name."""
    check_links({name: value for name, value in values.items() if value}, customer_id=ticket.customer_id, now=ticket)
    for name, column in COLUMNS.items():
        if values.get(name):
            setattr(ticket, column, values[name])


def began(ticket: Ticket, *, actor: Actor) -> None:
    """Keep that a ticket was opened."""
    db.session.flush()
    made = {"to_state": ticket.state, "to_phase": ticket.phase, "to_id": ticket.assignee_id, "at": ticket.created_at}
    db.session.add(
        TicketMove(ticket_id=ticket.id, verb=OPENED, by_id=actor.id, queue_id=ticket.queue_id, seconds=None, **made)
    )


def put(
    ticket: Ticket,
    to_state: str,
    *,
    verb: str,
    actor: Actor,
    words: str | None = None,
    hands: Hands | None = None,
) -> None:
    """Put a ticket into a state, and into other hands where ``hands`` says so. ``words``: why, or the last remark."""
    now, before = clock.now(), Phase(ticket.phase)
    target = queries.edition(ticket.edition_id).flow.state(to_state)
    seconds = max(0, round((now - ticket.moved_at).total_seconds()))
    said = (words or "").strip()[:LONGEST_WORDS] or None
    move = TicketMove(
        ticket_id=ticket.id,
        verb=verb,
        from_state=ticket.state,
        from_phase=ticket.phase,
        to_state=target.code,
        to_phase=target.phase,
        from_id=ticket.assignee_id,
        at=now,
        by_id=actor.id,
        seconds=seconds,
        words=said,
    )
    with db.session.no_autoflush:  # one step is one revision
        ticket.state, ticket.phase, ticket.moved_at, ticket.updated_at = target.code, target.phase, now, now
        if said:
            ticket.last_remark = said
        if hands is not None:
            _give(ticket, hands)
        move.to_id, move.queue_id = ticket.assignee_id, ticket.queue_id
        _stamp(ticket, before, seconds=seconds)
        db.session.add(move)
    db.session.flush()
    if ticket.exception_reason is not None and target.phase not in UNSOLVED:
        approvals.drop(EXCEPTION, [ticket.id], actor=actor)


def _give(ticket: Ticket, hands: Hands) -> None:
    """Put a ticket into hands; whoever had it takes part from now on."""
    before = ticket.assignee_id
    ticket.assignee_id = hands.assignee_id
    if hands.queue_id is not None:
        queue = queries.queue(hands.queue_id)
        ticket.queue_id, ticket.group_id = hands.queue_id, queue.department_id if queue is not None else None
    if hands.assignee_id is not None:
        ticket.department_id = security.departments_of([hands.assignee_id]).get(hands.assignee_id)
    elif ticket.group_id is not None:
        ticket.department_id = ticket.group_id
    if before is not None and before != hands.assignee_id:
        take_part(ticket, before)


def attach(ticket: Ticket, contents: Sequence[Content], limits: Limits | None, *, actor: Actor) -> None:
    """Hang files that were taken in on a ticket. Raises Invalid for one that may not hang there."""
    if limits is not None:
        for content in contents:
            files.attach(ticket, content, kind="ticket", actor=actor, limits=limits)


def take_part(ticket: Ticket, employee_id: int, *, as_: str = PARTICIPANT) -> None:
    """Let somebody take part in a ticket (or follow it); a follower who takes part is no mere follower any more."""
    theirs = (TicketPerson.ticket_id == ticket.id, TicketPerson.employee_id == employee_id)
    known = db.session.scalar(select(TicketPerson).where(*theirs))
    if known is None:
        is_follower = as_ != PARTICIPANT
        db.session.add(TicketPerson(ticket_id=ticket.id, employee_id=employee_id, is_follower=is_follower))
    elif as_ == PARTICIPANT:
        known.is_follower = False


def _stamp(ticket: Ticket, before: Phase, *, seconds: int) -> None:
    """Write down when a ticket came where, by its phases alone."""
    now, phase = ticket.moved_at, Phase(ticket.phase)
    if before == WAITING:
        ticket.waited_seconds += seconds
    if before == NEW and phase != NEW and ticket.assignee_id is not None and ticket.dispatched_at is None:
        ticket.dispatched_at = now
    if phase == WORKING and ticket.accepted_at is None:
        ticket.accepted_at = now
    if phase == SOLVED:
        ticket.solved_at, ticket.progress = now, WHOLE
    if phase == CLOSED:
        ticket.closed_at = now
    if phase == NEW:
        ticket.dispatched_at = ticket.accepted_at = None
