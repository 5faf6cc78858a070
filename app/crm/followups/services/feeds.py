"""The token of a person's calendar feed: made, renewed, revoked. Shown once; the table knows its hash."""

import secrets

from app.base import clock, logbook
from app.base.actor import Actor
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.transaction import transaction
from app.crm.followups import queries
from app.crm.followups.models import Feed
from app.extensions import db


@transaction
def make_feed(*, actor: Actor) -> str:
    """Make the actor's feed, or give it a new token, after which the old one opens nothing; return the token."""
    secret = secrets.token_urlsafe(32)
    assert actor.id is not None  # noqa: S101 - the system keeps no calendar
    feed = queries.feed(actor) or Feed(employee_id=actor.id)
    feed.secret_hash, feed.made_at = queries.digest(secret), clock.now()
    db.session.add(feed)
    logbook.note(Kind.TOKEN_ISSUED, title=_("Calendar feed"), actor=actor)
    return secret


@transaction
def revoke_feed(*, actor: Actor) -> None:
    """Close the actor's feed at once."""
    feed = queries.feed(actor)
    if feed is not None:
        db.session.delete(feed)
        logbook.note(Kind.TOKEN_REVOKED, title=_("Calendar feed"), actor=actor)
