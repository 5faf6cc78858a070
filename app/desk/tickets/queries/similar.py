"""Tickets that were solved already and say the same. Source: TKT-1."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from app.base.actor import Actor
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import CLOSED, REVIEWED, SOLVED
from app.extensions import db
from app.system.search import queries as search

BETWEEN = re.compile(r"[\s,，。.;；!！?？、:：()（）]+")
SHORTEST, LONGEST, MOST_PHRASES, MOST_ASKED = 2, 24, 3, 20
ANSWERED = frozenset({SOLVED, REVIEWED, CLOSED})


def similar(words: str, *, actor: Actor, limit: int) -> Sequence[Ticket]:
    """Return solved tickets in scope that say the first phrases of ``words``; those that say more of them first."""
    phrases = [one[:LONGEST] for one in BETWEEN.split(words) if len(one) >= SHORTEST][:MOST_PHRASES]
    met: dict[int, int] = {}
    for phrase in phrases:
        for hit in search.find("ticket", phrase, actor=actor, limit=MOST_ASKED):
            met[hit.id] = met.get(hit.id, 0) + 1
    wanted = (Ticket.id.in_(sorted(met)), Ticket.phase.in_(sorted(ANSWERED)), Ticket.solution.is_not(None))
    rows = list(db.session.scalars(select(Ticket).where(*wanted))) if met else []
    return sorted(rows, key=lambda one: (-met[one.id], -one.id))[:limit]
