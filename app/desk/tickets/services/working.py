"""What is said and done about a ticket: notes, steps of work with their parts, the checklist, who takes part."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.base.errors import InvalidFields, NotAllowed
from app.base.i18n import _
from app.base.transaction import check_revision, lock, transaction
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket, TicketCheck, TicketNote, TicketPart, TicketPerson, TicketWork
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.services import steps, telling
from app.desk.tickets.services.steps import LONGEST_WORDS
from app.extensions import db
from app.system.files.services import Content, Limits
from app.system.security import queries as security

LONGEST_NOTE, LONGEST_WORK, LONGEST_CHECK, MOST_CHECKS, MOST_PARTS = 4000, 2000, 200, 50, 30


@transaction
def note(
    ticket: Ticket,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    contents: Sequence[Content] = (),
    limits: Limits | None = None,
) -> TicketNote:
    """Say something about a ticket: ``words``, and ``kind`` (rules.NOTE_KINDS). Those who take part are told.

    Whoever may only read a ticket may not. Raises InvalidFields, NotAllowed.
    """
    steps.hold(ticket, actor=actor, revision=None)
    words, kind = _said(values.get("words"), most=LONGEST_NOTE), values.get("kind") or rules.INTERNAL
    if kind not in rules.NOTE_KINDS:
        raise InvalidFields({"kind": _("Choose whom it is for.")})
    made = TicketNote(ticket_id=ticket.id, kind=kind, words=words, by_id=actor.id)
    db.session.add(made)
    ticket.last_remark, ticket.updated_at = words[:LONGEST_WORDS], clock.now()
    db.session.flush()
    steps.attach(ticket, contents, limits, actor=actor)
    telling.noted(ticket, words=words, actor=actor)
    return made


def _said(words: Any, *, most: int) -> str:
    text = str(words or "").strip()
    if not text:
        raise InvalidFields({"words": _("Please fill this in.")})
    if len(text) > most:
        raise InvalidFields({"words": _("At most %(most)s characters.") % {"most": most}})
    return text


@transaction
def change_note(found: TicketNote, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Correct what one said oneself; what it was stays in the history. Raises Conflict, NotAllowed, InvalidFields."""
    lock(found)
    check_revision(found, revision=revision)
    _check_own(found.by_id, actor)
    found.words = _said(values.get("words"), most=LONGEST_NOTE)


def _check_own(by_id: int | None, actor: Actor) -> None:
    if by_id != actor.id and not actor.is_system:
        raise NotAllowed(_("Only whoever wrote this may change it."))


@transaction
def work(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor) -> TicketWork:
    """Record a step of work: ``what``, ``minutes``, ``parts`` [(name, quantity)]. Raises InvalidFields, WrongState."""
    steps.hold(ticket, actor=actor, revision=None)
    rules.check_open(ticket.phase)
    minutes, parts = _checked(values)
    made = TicketWork(ticket_id=ticket.id, what=_what(values), minutes=minutes, by_id=actor.id)
    made.at = values.get("at") or clock.now()
    made.parts = [TicketPart(ticket_id=ticket.id, name=name, quantity=quantity) for name, quantity in parts]
    db.session.add(made)
    ticket.last_remark, ticket.updated_at = made.what[:LONGEST_WORDS], clock.now()
    return made


@transaction
def change_work(found: TicketWork, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Correct one's own step of work. Raises Conflict, NotAllowed, InvalidFields."""
    lock(found)
    check_revision(found, revision=revision)
    _check_own(found.by_id, actor)
    minutes, parts = _checked(values)
    found.what, found.minutes = _what(values), minutes
    found.parts = [TicketPart(ticket_id=found.ticket_id, name=name, quantity=quantity) for name, quantity in parts]


def _what(values: Mapping[str, Any]) -> str:
    text = str(values.get("what") or "").strip()
    if not text:
        raise InvalidFields({"what": _("Please fill this in.")})
    return text[:LONGEST_WORK]


def _checked(values: Mapping[str, Any]) -> tuple[int | None, list[tuple[str, Decimal]]]:
    minutes = values.get("minutes")
    if minutes is not None and minutes < 0:
        raise InvalidFields({"minutes": _("Not less than 0.")})
    parts = [(str(name).strip()[:120], Decimal(quantity)) for name, quantity in values.get("parts") or () if name]
    if len(parts) > MOST_PARTS or any(quantity <= 0 for _name, quantity in parts):
        raise InvalidFields(
            {"parts": _("Each part has a number above 0; at most %(most)s parts.") % {"most": MOST_PARTS}}
        )
    return minutes, parts


@transaction
def set_progress(ticket: Ticket, progress: int, *, actor: Actor, revision: int | None = None) -> None:
    """Say how far a ticket without a checklist is, in percent. Raises InvalidFields, WrongState."""
    steps.hold(ticket, actor=actor, revision=revision)
    rules.check_open(ticket.phase)
    if queries.checks_of(ticket.id):
        raise InvalidFields({"progress": _("The checklist decides the progress: tick what is done.")})
    if not 0 <= progress <= rules.WHOLE:
        raise InvalidFields({"progress": _("Between 0 and 100.")})
    ticket.progress, ticket.updated_at = progress, clock.now()


@transaction
def list_checks(ticket: Ticket, points: Sequence[str], *, actor: Actor) -> None:
    """Make these the points of the checklist; those that were there keep their ticks. Raises InvalidFields."""
    steps.hold(ticket, actor=actor, revision=None)
    rules.check_open(ticket.phase)
    wanted = list(dict.fromkeys(text.strip()[:LONGEST_CHECK] for text in points if text.strip()))
    if len(wanted) > MOST_CHECKS:
        raise InvalidFields({"points": _("At most %(most)s points.") % {"most": MOST_CHECKS}})
    known = {one.words: one for one in queries.checks_of(ticket.id)}
    for words, one in known.items():
        if words not in wanted:
            db.session.delete(one)
    for place, words in enumerate(wanted, start=1):
        if words in known:
            known[words].place = place
        else:
            db.session.add(TicketCheck(ticket_id=ticket.id, place=place, words=words))
    db.session.flush()
    _reckon(ticket)


@transaction
def tick(ticket: Ticket, key: int, *, is_done: bool, actor: Actor) -> None:
    """Tick a point of the checklist, or take the tick away. Raises WrongState, InvalidFields for an unknown one."""
    steps.hold(ticket, actor=actor, revision=None)
    rules.check_open(ticket.phase)
    found = next((one for one in queries.checks_of(ticket.id) if one.id == key), None)
    if found is None:
        raise InvalidFields({"points": _("This point is not on the list any more.")})
    found.done_at, found.done_by_id = (clock.now(), actor.id) if is_done else (None, None)
    db.session.flush()
    _reckon(ticket)


def _reckon(ticket: Ticket) -> None:
    """Let the checklist decide the progress."""
    points = queries.checks_of(ticket.id)
    if points and ticket.phase not in rules.ENDED:
        done = sum(one.done_at is not None for one in points)
        ticket.progress, ticket.updated_at = done * rules.WHOLE // len(points), clock.now()


@transaction
def let_take_part(ticket: Ticket, employee_id: int, *, as_: str, actor: Actor) -> None:
    """Let somebody take part in a ticket, or follow it. Raises NotAllowed."""
    steps.hold(ticket, actor=actor, revision=None)
    if security.actor(employee_id) is None:
        raise InvalidFields({"person": _("Choose somebody who works here.")})
    steps.take_part(ticket, employee_id, as_=as_)
    db.session.flush()
    telling.given_part(ticket, employee_id, actor=actor)


@transaction
def leave(ticket: Ticket, person: TicketPerson, *, actor: Actor) -> None:
    """Let somebody no longer take part: oneself, or whoever the actor may change the ticket for."""
    if person.employee_id != actor.id:
        steps.hold(ticket, actor=actor, revision=None)
    db.session.delete(person)


@transaction
def follow(ticket: Ticket, *, actor: Actor) -> None:
    """Follow a ticket that one sees: its messages come, nothing may be changed by it."""
    lock(ticket)
    rules.check_living(is_deleted=ticket.deleted_at is not None)
    if actor.id is not None:
        steps.take_part(ticket, actor.id, as_=rules.FOLLOWER)
