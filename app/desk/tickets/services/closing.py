"""What closes by itself: solved tickets that nobody came back to. In sets. Source: DECISIONS on ticket end."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.base.actor import Actor
from app.base.transaction import transaction
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.flows import editions, with_revisit
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.phases import CLOSE, REVIEWED, SOLVED, Phase
from app.desk.tickets.services import answering, stepping
from app.desk.tickets.services.stepping import Way
from app.extensions import db

BATCH = 500


@transaction
def close_overdue(*, before: datetime, actor: Actor) -> int:
    """Close up to BATCH tickets that have stood solved, or revisited, since ``before``; return how many.

    Locked before they are looked at: what somebody reopened meanwhile stays open, and no two close the same. The
    requests that they answer are closed with them.
    """
    closed = stepping.walk([_closing(row) for row in _held(before)], verb=CLOSE, actor=actor)
    answering.follow(closed, actor=actor)
    return len(closed)


def _ways() -> list[tuple[int, str]]:
    """Return (edition, state) out of which a flow closes tickets: others are left for people."""
    return [
        (key, state.code)
        for key, one in editions().items()
        for state in one.flow.states
        if state.phase in (SOLVED, REVIEWED) and any(verb == CLOSE for verb, _arrow in one.flow.leaving(state.code))
    ]


def _held(before: datetime) -> Sequence[Any]:
    states = defaultdict(list)
    for key, code in _ways():
        states[code].append(key)
    found: list[Any] = []
    for code, keys in sorted(states.items()):
        due = (
            Ticket.state == code,
            Ticket.edition_id.in_(keys),
            Ticket.phase.in_([SOLVED, REVIEWED]),
            Ticket.moved_at <= before,
            Ticket.deleted_at.is_(None),
        )
        wanted = select(*stepping.ASKED).where(*due).order_by(Ticket.id).limit(BATCH - len(found))
        if len(found) < BATCH:
            found += db.session.execute(wanted.with_for_update(of=Ticket)).all()
    return found


def _closing(row: Any) -> Way:
    flow = editions()[row.edition_id].flow
    end = rules.end_of(Phase(row.phase), has_revisit=row.edition_id in with_revisit())
    return Way(row, flow.state(flow.arrow(row.state, CLOSE).target), end=end)
