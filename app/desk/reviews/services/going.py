"""What becomes of ratings when their tickets go for good."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from app.base.actor import Actor
from app.base.history import purge_versioned
from app.base.scope import unscoped
from app.desk.reviews.models import Rating, RatingLink, RevisitAttempt
from app.extensions import db


def go_with_tickets(ids: Sequence[int], _actor: Actor) -> None:
    """Delete the ratings, links and calls in vain of tickets that go for good."""
    ratings = select(Rating.__table__.c.id).where(Rating.__table__.c.ticket_id.in_(ids))
    links, attempts = RatingLink.__table__, RevisitAttempt.__table__
    with unscoped("they go with their tickets, whoever sees them"):
        db.session.execute(delete(links).where(links.c.rating_id.in_(ratings)))
        db.session.execute(delete(attempts).where(attempts.c.ticket_id.in_(ids)))
        purge_versioned(Rating, ids, column="ticket_id")
