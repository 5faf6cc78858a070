"""Personal tokens: the keys with which programs act as their owner over REST."""

import secrets
from datetime import timedelta

from sqlalchemy import update

from app.base import clock, logbook
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.transaction import transaction
from app.extensions import db
from app.system.sign_in import queries
from app.system.sign_in.models import PersonalToken

TOKEN_PREFIX = "zk_"  # noqa: S105 - how our tokens begin, no secret
LONGEST_TOKEN_DAYS = 366
LONGEST_NAME = 60


@transaction
def issue_token(actor: Actor, *, name: str, days: int) -> str:
    """Make a personal token for ``days`` days; return it, for the only time."""
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise Invalid(_("A token may be valid for 1 to %(count)s days."), count=LONGEST_TOKEN_DAYS)
    if not name.strip():
        raise Invalid(_("Give the token a name that says what uses it."))
    secret, now = TOKEN_PREFIX + secrets.token_urlsafe(32), clock.now()
    row = PersonalToken(user_id=actor.id, name=name.strip()[:LONGEST_NAME], hint=secret[:8])
    row.secret_hash, row.created_at, row.expires_at = queries.digest(secret), now, now + timedelta(days=days)
    db.session.add(row)
    logbook.note(Kind.TOKEN_ISSUED, title=row.name, detail={"days": days}, actor=actor)
    return secret


@transaction
def revoke_token(token: PersonalToken, *, actor: Actor) -> None:
    """Make a token worthless from the next request on."""
    token.revoked_at = token.revoked_at or clock.now()
    logbook.note(Kind.TOKEN_REVOKED, title=token.name, actor=actor)


@transaction
def revoke_tokens(user_id: int) -> None:
    """Make all tokens of a person worthless."""
    table = PersonalToken.__table__
    mine = (table.c.user_id == user_id, table.c.revoked_at.is_(None))
    db.session.execute(update(table).where(*mine).values(revoked_at=clock.now()))


@transaction
def see_token(token_id: int) -> None:
    """Note that a token was used now."""
    table = PersonalToken.__table__
    db.session.execute(update(table).where(table.c.id == token_id).values(used_at=clock.now()))
