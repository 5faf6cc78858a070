"""What is said and done about a ticket: notes, steps of work with their parts, the checklist, who takes part."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.base import clock, normal
from app.base.actor import Actor, Level
from app.base.errors import InvalidFields, NotAllowed
from app.base.i18n import _
from app.base.transaction import check_revision, lock, transaction
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket, TicketCheck, TicketNote, TicketPart, TicketPerson, TicketWork
from app.desk.tickets.queries.people import name_of
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.services import steps, telling
from app.desk.tickets.services.handing import WHY_NOT
from app.desk.tickets.services.steps import LONGEST_WORDS
from app.extensions import db
from app.system.files.services import Content, Limits
from app.system.security import queries as security

CENT, MOST_OF_A_PART = Decimal("0.01"), Decimal(1_000_000)
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
    text = normal.text(words)
    if not text:
        raise InvalidFields({"words": _("Please fill this in.")})
    if len(text) > most:
        raise InvalidFields({"words": _("At most %(most)s characters.") % {"most": most}})
    return text


@transaction
def change_note(
    ticket: Ticket, found: TicketNote, values: Mapping[str, Any], *, actor: Actor, revision: int | None
) -> None:
    """Correct what one said oneself; what it was stays in the history, the last remark says it as corrected.

    Raises Conflict, NotAllowed, WrongState, InvalidFields.
    """
    _hold_own(ticket, found, actor=actor, revision=revision)
    words = _said(values.get("words"), most=LONGEST_NOTE)
    _correct_remark(ticket, found.words, words)
    found.words = words


def _hold_own(ticket: Ticket, found: TicketNote | TicketWork, *, actor: Actor, revision: int | None) -> None:
    """Keep others from what somebody wrote on a ticket that is still theirs."""
    steps.hold(ticket, actor=actor, revision=None)
    lock(found)
    check_revision(found, revision=revision)
    _check_own(found.by_id, actor)


def _correct_remark(ticket: Ticket, before: str, words: str) -> None:
    if ticket.last_remark == before[:LONGEST_WORDS]:
        ticket.last_remark, ticket.updated_at = words[:LONGEST_WORDS], clock.now()


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
def change_work(
    ticket: Ticket, found: TicketWork, values: Mapping[str, Any], *, actor: Actor, revision: int | None
) -> None:
    """Correct one's own step of work, until the ticket is at its end. Raises Conflict, NotAllowed, WrongState,
    InvalidFields.
    """
    _hold_own(ticket, found, actor=actor, revision=revision)
    rules.check_open(ticket.phase)
    minutes, parts = _checked(values)
    what = _what(values)
    _correct_remark(ticket, found.what, what)
    found.what, found.minutes = what, minutes
    found.parts = [TicketPart(ticket_id=found.ticket_id, name=name, quantity=quantity) for name, quantity in parts]


def _what(values: Mapping[str, Any]) -> str:
    text = normal.text(values.get("what"))
    if not text:
        raise InvalidFields({"what": _("Please fill this in.")})
    if len(text) > LONGEST_WORK:
        raise InvalidFields({"what": _("At most %(most)s characters.") % {"most": LONGEST_WORK}})
    return text


def _checked(values: Mapping[str, Any]) -> tuple[int | None, list[tuple[str, Decimal]]]:
    minutes = values.get("minutes")
    if minutes is not None and minutes < 0:
        raise InvalidFields({"minutes": _("Not less than 0.")})
    given = [(normal.text(name)[:120], Decimal(quantity)) for name, quantity in values.get("parts") or ()]
    parts = [(name, quantity) for name, quantity in given if name]
    if any(quantity != quantity.quantize(CENT) for _name, quantity in parts if abs(quantity) < MOST_OF_A_PART):
        raise InvalidFields({"parts": _("Write how many of each part with at most two decimals.")})
    if len(parts) > MOST_PARTS or any(not 0 < quantity < MOST_OF_A_PART for _name, quantity in parts):
        raise InvalidFields(
            {"parts": _("Each part has a number above 0; at most %(most)s parts.") % {"most": MOST_PARTS}}
        )
    return minutes, parts


@transaction
def set_progress(ticket: Ticket, progress: int, *, actor: Actor, revision: int | None = None) -> None:
    """Say how far a ticket without a checklist is, in percent. Raises InvalidFields, WrongState."""
    steps.hold(ticket, actor=actor, revision=revision)
    rules.check_open(ticket.phase)
    check_by_hand(ticket)
    if not 0 <= progress <= rules.WHOLE:
        raise InvalidFields({"progress": _("Between 0 and 100.")})
    ticket.progress, ticket.updated_at = progress, clock.now()


def check_by_hand(ticket: Ticket) -> None:
    """Raise InvalidFields where a checklist says how far a ticket is."""
    if queries.checks_of(ticket.id):
        raise InvalidFields({"progress": _("The checklist decides the progress: tick what is done.")})


@transaction
def list_checks(ticket: Ticket, points: Sequence[str], *, actor: Actor, known: Sequence[str] | None = None) -> None:
    """Make these the points of the checklist; those that were there keep their ticks. Raises InvalidFields, WrongState.

    ``known``: the points that whoever writes had before them; what others have added since stays. None: all of them.
    """
    steps.hold(ticket, actor=actor, revision=None)
    rules.check_open(ticket.phase)
    there = {one.words: one for one in queries.checks_of(ticket.id)}
    seen = set(there) if known is None else {normal.text(one) for one in known}
    texts = list(dict.fromkeys(one for each in points if (one := normal.text(each))))
    _check_lengths(texts)
    wanted = list(dict.fromkeys([*texts, *(one for one in there if one not in seen)]))
    if len(wanted) > MOST_CHECKS:
        raise InvalidFields({"points": _("At most %(most)s points.") % {"most": MOST_CHECKS}})
    for words, one in there.items():
        if words not in wanted:
            db.session.delete(one)
    for place, words in enumerate(wanted, start=1):
        if words in there:
            there[words].place = place
        else:
            db.session.add(TicketCheck(ticket_id=ticket.id, place=place, words=words))
    db.session.flush()
    _reckon(ticket)


def _check_lengths(points: Sequence[str]) -> None:
    for place, words in enumerate(points, start=1):
        if len(words) > LONGEST_CHECK:
            problem = _("Point %(place)s is too long: at most %(most)s characters.")
            raise InvalidFields({"points": problem % {"place": place, "most": LONGEST_CHECK}})


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
    """Let somebody take part in a ticket, or follow it. Raises NotAllowed; InvalidFields for who sees no tickets."""
    steps.hold(ticket, actor=actor, revision=None)
    theirs = security.actor(employee_id)
    if theirs is None:
        raise InvalidFields({"person": _("Choose somebody who works here.")})
    reach = theirs.reach(queries.REACH)
    if (reach.read if as_ == rules.FOLLOWER else reach.write) == Level.NONE:
        raise InvalidFields({"person": WHY_NOT["no_role"] % {"name": name_of(employee_id)}})
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
