"""What closes by itself: solved tickets that nobody came back to. In sets. Source: DECISIONS on ticket end."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select

from app.base import clock
from app.base.actor import Actor
from app.base.history import update_versioned
from app.base.transaction import transaction
from app.desk.tickets.models import Ticket, TicketMove
from app.desk.tickets.queries.flows import Walked, editions, with_revisit
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.phases import CLOSE, REVIEWED, SOLVED, Phase
from app.extensions import db

BATCH = 500


@transaction
def close_overdue(*, before: datetime, actor: Actor) -> int:
    """Close up to BATCH tickets that have stood solved, or revisited, since ``before``; return how many.

    Locked before they are looked at: what somebody reopened meanwhile stays open, and no two close the same.
    """
    held = _held(before)
    groups: dict[tuple[int, str], list[Ticket]] = defaultdict(list)
    for one in held:
        groups[one.edition_id, one.state].append(one)
    closed = 0
    for (edition_id, state), tickets in sorted(groups.items()):
        closed += _close(editions()[edition_id], state, tickets, actor=actor)
    return closed


def _ways() -> list[tuple[int, str]]:
    """Return (edition, state) out of which a flow closes tickets: others are left for people."""
    return [
        (key, state.code)
        for key, one in editions().items()
        for state in one.flow.states
        if state.phase in (SOLVED, REVIEWED) and any(verb == CLOSE for verb, _arrow in one.flow.leaving(state.code))
    ]


def _held(before: datetime) -> Sequence[Ticket]:
    states = defaultdict(list)
    for key, code in _ways():
        states[code].append(key)
    found: list[Ticket] = []
    for code, keys in sorted(states.items()):
        due = (
            Ticket.state == code,
            Ticket.edition_id.in_(keys),
            Ticket.phase.in_([SOLVED, REVIEWED]),
            Ticket.moved_at <= before,
            Ticket.deleted_at.is_(None),
        )
        wanted = select(Ticket).where(*due).order_by(Ticket.id).limit(BATCH - len(found)).with_for_update(of=Ticket)
        if len(found) < BATCH:
            found += db.session.scalars(wanted.execution_options(populate_existing=True))
    return found


def _close(edition: Walked, state: str, tickets: Sequence[Ticket], *, actor: Actor) -> int:
    now, phase = clock.now(), Phase(edition.flow.state(state).phase)
    target = edition.flow.state(edition.flow.arrow(state, CLOSE).target)
    end = rules.end_of(phase, has_revisit=edition.id in with_revisit())
    shared = {"verb": CLOSE, "from_state": state, "from_phase": phase, "to_state": target.code, "at": now}
    moves = [
        shared
        | {
            "to_phase": target.phase,
            "ticket_id": one.id,
            "from_id": one.assignee_id,
            "to_id": one.assignee_id,
            "queue_id": one.queue_id,
            "by_id": actor.id,
            "seconds": max(0, round((now - one.moved_at).total_seconds())),
        }
        for one in tickets
    ]
    values = {"state": target.code, "phase": target.phase, "end": end, "closed_at": now}
    ids = [one.id for one in tickets]
    also = {"moved_at": now, "updated_at": now}
    update_versioned(Ticket, ids, values, also=also, are_held=True)
    db.session.execute(insert(TicketMove), moves)
    return len(ids)
