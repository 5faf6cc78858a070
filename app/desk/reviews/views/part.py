"""What a ticket's page shows of reviews."""

from typing import Any

from flask import url_for

from app.base import choices, wording
from app.base.actor import Actor
from app.desk.reviews import queries, rules
from app.desk.tickets.queries import Ticket


def ratings(ticket: Ticket, actor: Actor) -> list[dict[str, Any]]:  # noqa: ARG001 - the scope hook knows
    """Return the ratings of a ticket for its page: state, score, grades, words, reply, who, when, url."""
    return [
        {
            "state": rules.STATES[one.state][0],
            "tone": rules.STATES[one.state][1],
            "score": wording.number(one.score) if one.score is not None else "",
            "grades": [rules.GRADES[code][0] for code in one.grades],
            "words": one.words or "",
            "reply": one.reply or "",
            "person": choices.labels("employee", [one.person_id]).get(one.person_id, "") if one.person_id else "",
            "rated": wording.instant(one.rated_at) if one.rated_at else "",
            "url": url_for("RatingView.show", pk=one.id),
        }
        for one in queries.ratings_of(ticket.id)
    ]
