"""Named reads of ratings, rating links and of what is to be revisited."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, func, or_, select, union_all

from app.base.actor import Actor, Level
from app.base.scope import condition, unscoped
from app.crm.customers.queries import Customer
from app.desk.reviews.models import Rating, RatingLink, RevisitAttempt
from app.desk.reviews.rules import PENDING, VOID
from app.desk.tickets import queries as tickets
from app.desk.tickets.queries import REACH, Ticket
from app.extensions import db

MOST_COUNTED = 999
RATED = (Rating.person_id, Rating.agent_id)


def digest(secret: str) -> str:
    """Return what the table keeps of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def rating_by_id(key: int) -> Rating | None:
    """Return a rating in scope."""
    return db.session.scalar(select(Rating).where(Rating.id == key))


def ratings_of(ticket_id: int) -> Sequence[Rating]:
    """Return the ratings of a ticket in scope, the newest first."""
    return list(db.session.scalars(select(Rating).where(Rating.ticket_id == ticket_id).order_by(Rating.id.desc())))


def any_of(ticket_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a ticket has ratings, whoever may see them."""
    return exists().where(Rating.__table__.c.ticket_id == ticket_id)


def living(ticket: Ticket) -> Rating | None:
    """Return the rating of a ticket's present solving, void ones aside."""
    found = select(Rating).where(Rating.ticket_id == ticket.id, Rating.solving == ticket.reopened, Rating.state != VOID)
    return db.session.scalar(found)


def attempts(ticket: Ticket) -> Sequence[RevisitAttempt]:
    """Return when nobody was reached since a ticket was solved, the newest first."""
    found = select(RevisitAttempt).where(
        RevisitAttempt.ticket_id == ticket.id, RevisitAttempt.solving == ticket.reopened
    )
    return list(db.session.scalars(found.order_by(RevisitAttempt.id.desc())))


def link_of(secret: str) -> RatingLink | None:
    """Return the link of a token, whoever asks."""
    with unscoped("the token is the key"):
        return db.session.scalar(select(RatingLink).where(RatingLink.secret_hash == digest(secret)))


def to_revisit(actor: Actor) -> Sequence[ColumnElement[bool]]:
    """Return what a ticket that the actor is to revisit meets, besides being in scope."""
    met: list[ColumnElement[bool]] = [Ticket.phase == "solved", Ticket.edition_id.in_(tickets.with_revisit())]
    met.append(condition(Ticket, actor, write=True))  # not what they only follow: they could not write it down
    if actor.reach(REACH).write <= Level.OWN:
        owned = select(Customer.__table__.c.id).where(Customer.__table__.c.owner_id == actor.id)
        met.append(or_(Ticket.created_by_id == actor.id, Ticket.customer_id.in_(owned)))
    return met


def count_to_revisit(actor: Actor) -> int:
    """Return how many tickets the actor is to revisit, up to MOST_COUNTED + 1."""
    found = select(Ticket.id).where(*to_revisit(actor)).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def next_to_revisit(actor: Actor, *, now: datetime, after: int) -> Ticket | None:
    """Return the ticket solved longest ago that waits to be revisited and is not put off, other than ``after``.

    Of several attempts the last says when to try again.
    """
    tried = (RevisitAttempt.solving == Ticket.reopened, RevisitAttempt.ticket_id == Ticket.id)
    last = select(RevisitAttempt.again_at).where(*tried).order_by(RevisitAttempt.id.desc()).limit(1)
    again_at = last.correlate(Ticket).scalar_subquery()
    is_due = or_(again_at.is_(None), again_at <= now)
    found = select(Ticket).where(*to_revisit(actor), Ticket.id != after, is_due)
    return db.session.scalar(found.order_by(Ticket.solved_at, Ticket.id).limit(1))


def per_person(limit: int) -> Sequence[tuple[int, int, Decimal]]:
    """Return (person, ratings, mean score) of the ratings in scope that count, the most rated first."""
    counts = Rating.state.not_in([PENDING, VOID])
    each = [select(one.label("who"), Rating.score).where(counts, one.is_not(None)) for one in RATED]
    rated = union_all(*each).subquery()
    found = select(rated.c.who, func.count(), func.avg(rated.c.score)).group_by(rated.c.who)
    rows = db.session.execute(found.order_by(func.count().desc(), rated.c.who).limit(limit))
    return [(key, count, Decimal(str(mean))) for key, count, mean in rows if key is not None and mean is not None]


def attempted(ids: Sequence[int]) -> Mapping[int, int]:
    """Return how often the customers of these tickets were not reached, in all."""
    found = select(RevisitAttempt.ticket_id, func.count(RevisitAttempt.id)).where(RevisitAttempt.ticket_id.in_(ids))
    return {key: count for key, count in db.session.execute(found.group_by(RevisitAttempt.ticket_id))}  # noqa: C416
