"""Rating links: made once, opened by whoever has them, used once. Source: TKT-9, DEFAULTS rating_link_days."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from app.base import clock, logbook
from app.base.actor import SYSTEM, Actor
from app.base.errors import InvalidFields, WrongState
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.scope import unscoped
from app.base.transaction import lock, transaction
from app.desk.reviews import queries, rules
from app.desk.reviews.models import Rating, RatingLink
from app.desk.reviews.services import keeping
from app.desk.tickets import services as tickets
from app.desk.tickets.queries import Ticket, taken_in_by
from app.extensions import db


@transaction
def make_link(ticket: Ticket, *, days: int, actor: Actor) -> str:
    """Make the link by which the customer rates a solved ticket, and return its token, shown this once.

    A link that was given out before opens nothing any more. Raises WrongState if nothing is to be rated (any more).
    """
    tickets.hold(ticket, actor=actor, revision=None)
    if ticket.phase not in rules.RATEABLE:
        raise WrongState(_("A ticket is rated after it is solved."))
    rating = keeping.pending(ticket)
    db.session.execute(delete(RatingLink).where(RatingLink.rating_id == rating.id))
    secret, now = secrets.token_urlsafe(32), clock.now()
    made = RatingLink(rating_id=rating.id, secret_hash=queries.digest(secret), made_at=now, made_by_id=actor.id)
    made.expires_at = now + timedelta(days=days)
    db.session.add(made)
    logbook.note(Kind.TOKEN_ISSUED, title=_("Rating link"), actor=actor)
    return secret


def look(secret: str) -> tuple[Rating, Ticket]:
    """Return what a link is about. Raises WrongState, in one sentence, for whatever opens nothing."""
    link = queries.link_of(secret)
    if link is None:
        raise WrongState(rules.GONE)
    with unscoped("the token is the key"):
        rating = db.session.get_one(Rating, link.rating_id)
        ticket = db.session.get(Ticket, rating.ticket_id)
    if ticket is None:  # it is in the bin
        raise WrongState(rules.GONE)
    _check(link, rating, ticket)
    return rating, ticket


def _check(link: RatingLink, rating: Rating, ticket: Ticket) -> None:
    is_current = rating.state == rules.PENDING and rating.solving == ticket.reopened
    is_current = is_current and ticket.phase in rules.RATEABLE and ticket.deleted_at is None
    rules.check_link(used_at=link.used_at, expires_at=link.expires_at, now=clock.now(), is_current=is_current)


@transaction
def rate_by_link(secret: str, values: Mapping[str, Any], *, actor: Actor = SYSTEM) -> Rating:
    """Keep what the customer says, once. Raises WrongState for a link that opens nothing, InvalidFields."""
    rating, ticket = look(secret)
    rules.check_grades(values, with_stars=True)
    lock(ticket)
    lock(rating)
    link = queries.link_of(secret)
    if link is None:
        raise WrongState(rules.GONE)
    lock(link)
    _check(link, rating, ticket)
    link.used_at = clock.now()
    if ticket.phase == "solved":
        _revisited(ticket)
    agents = rules.agents(taken_in_by=taken_in_by(ticket), asked_by=None, solved_by=ticket.assignee_id)
    given = {**values, "agent": next(iter(agents), None)}
    keeping.write(rating, ticket, given, rater=rules.CUSTOMER, channel=rules.BY_LINK, actor=actor)
    keeping.reopens(rating, ticket)
    return rating


def _revisited(ticket: Ticket) -> None:
    """Note that the customer was asked: they have rated. Where the flow has no such step, the ticket stays."""
    try:
        tickets.revisit(ticket, {}, actor=SYSTEM, revision=None)
    except (WrongState, InvalidFields):
        return
