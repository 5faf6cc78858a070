"""Going on, waiting, solving, revisiting, closing, reopening, cancelling. Source: TKT-2, DECISIONS on ticket end."""

from collections.abc import Mapping
from typing import Any

from app.base import clock, settings
from app.base.actor import Actor
from app.base.transaction import transaction
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.phases import (
    ADVANCE,
    CANCEL,
    CLOSE,
    NEW,
    REOPEN,
    RESUME,
    REVIEWED,
    REVISIT,
    SOLVE,
    WAIT,
    Phase,
    Verb,
)
from app.desk.tickets.services import answering, steps, telling
from app.desk.tickets.services.steps import Hands

REOPEN_DAYS = "ticket_reopen_days"  # the setting


def _go(ticket: Ticket, verb: Verb, values: Mapping[str, Any], *, actor: Actor, to: str | None = None) -> None:
    """Walk the arrow of a verb, with what it asks for. ``values``: what the form said; ``words``: the remark."""
    arrow = steps.arrow_of(ticket, verb, actor=actor, to=to)
    steps.check_filled(ticket, arrow, values)
    hands = Hands(actor.id) if _is_picked_up(ticket, verb) else None
    steps.fill(ticket, values)
    steps.put(ticket, arrow.target, verb=verb, words=values.get("words"), hands=hands, actor=actor)


def _is_picked_up(ticket: Ticket, verb: Verb) -> bool:
    """Tell whether whoever solves a ticket is the one who had it: it was answered before anybody was asked."""
    return verb == SOLVE and ticket.assignee_id is None


@transaction
def advance(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Go on to the state ``to``, in work as before. Raises Conflict, WrongState, InvalidFields."""
    steps.hold(ticket, actor=actor, revision=revision)
    _go(ticket, ADVANCE, values, to=values.get("to"), actor=actor)


@transaction
def wait(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Wait for the customer: for what stands in ``words``. Raises Conflict, WrongState."""
    steps.hold(ticket, actor=actor, revision=revision)
    _go(ticket, WAIT, values, to=values.get("to"), actor=actor)


@transaction
def resume(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Go on after the customer has answered: in the state ``to``, else, or within the phase ``to``, where it stood.

    Raises Conflict, WrongState.
    """
    steps.hold(ticket, actor=actor, revision=revision)
    flow, to = queries.edition(ticket.edition_id).flow, values.get("to") or None
    targets = [arrow.target for verb, arrow in flow.leaving(ticket.state) if verb == RESUME]
    meant = [one for one in targets if to in (None, one)] or [one for one in targets if flow.state(one).phase == to]
    before = next((one.from_state for one in reversed(queries.moves_of(ticket.id)) if one.verb == WAIT), None)
    _go(ticket, RESUME, values, to=before if before in meant else next(iter(meant), to), actor=actor)


@transaction
def solve(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Solve a ticket with ``solution``; whoever took it in is told. Raises Conflict, WrongState, InvalidFields."""
    steps.hold(ticket, actor=actor, revision=revision)
    _go(ticket, SOLVE, values, to=values.get("to"), actor=actor)
    telling.solved(ticket, actor=actor)


@transaction
def revisit(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Note that the customer was asked how it was. Raises Conflict, WrongState."""
    steps.hold(ticket, actor=actor, revision=revision)
    _go(ticket, REVISIT, values, to=values.get("to"), actor=actor)


@transaction
def close(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Close a solved ticket. Raises Conflict, WrongState."""
    steps.hold(ticket, actor=actor, revision=revision)
    before = Phase(ticket.phase)
    flow = queries.edition(ticket.edition_id).flow
    has_revisit = any(one.phase == REVIEWED for one in flow.states)
    ticket.end = rules.end_of(before, has_revisit=has_revisit)
    _go(ticket, CLOSE, values, to=values.get("to"), actor=actor)
    answering.follow([ticket.id], actor=actor)


@transaction
def reopen(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Go on with a solved or closed ticket, for the reason in ``words``; whoever had it has it again, if they can.

    Raises Conflict; WrongState for one that was closed too long ago.
    """
    steps.hold(ticket, actor=actor, revision=revision)
    days = settings.value(REOPEN_DAYS)
    rules.check_reopenable(ticket.phase, closed_at=ticket.closed_at, now=clock.now(), days=days)
    arrow = steps.arrow_of(ticket, REOPEN, to=values.get("to"), actor=actor)
    rules.check_reason(values.get("words"))
    steps.check_filled(ticket, arrow, values)
    steps.fill(ticket, values)
    is_gone = bool(ticket.assignee_id and queries.workers([ticket.assignee_id]))
    flow = queries.edition(ticket.edition_id).flow
    target = flow.first.code if is_gone or ticket.assignee_id is None else arrow.target
    hands = Hands() if flow.state(target).phase == NEW else None
    with_end = {"closed_at": None, "solved_at": None, "end": None, "reopened": ticket.reopened + 1, "progress": 0}
    with_end |= {"answered_by_id": None}  # what was said to be answered by another is not: it is a request of its own
    for name, value in with_end.items():
        setattr(ticket, name, value)
    steps.put(ticket, target, verb=REOPEN, words=values["words"], hands=hands, actor=actor)
    answering.follow([ticket.id], actor=actor)
    telling.reopened(ticket, words=values["words"], actor=actor)


@transaction
def cancel(ticket: Ticket, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Cancel a ticket on which nothing is to be done any more, for the reason in ``words``. Raises as ``close``."""
    steps.hold(ticket, actor=actor, revision=revision)
    steps.arrow_of(ticket, CANCEL, to=values.get("to"), actor=actor)
    rules.check_reason(values.get("words"))
    _go(ticket, CANCEL, values, to=values.get("to"), actor=actor)
    answering.follow([ticket.id], actor=actor)
