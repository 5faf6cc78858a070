"""Telling people, reading, and clearing away."""

from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.base import clock, inbox
from app.base.actor import Actor
from app.base.i18n import Spoken
from app.base.inbox import Telling, tell
from app.base.scope import unscoped
from app.base.sentences import stored
from app.base.transaction import transaction
from app.extensions import db
from app.system.notifications.models import Message
from app.system.notifications.rules import READ_KEPT

TABLE = Message.__table__

__all__ = ["keep", "read", "read_all", "sweep", "tell"]


@transaction
def keep(telling: Telling) -> None:
    """Put a message into each recipient's inbox, within the caller's transaction: both happen, or neither.

    Raises KeyError for a kind that no domain has registered: a programming error.
    """
    inbox.kinds[telling.kind]
    silent = frozenset(inbox.hushed(telling))
    rows = [_row(telling, recipient, is_silent=recipient in silent) for recipient in telling.recipients]
    if rows:
        insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.session.get_bind().dialect.name]
        kept = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.recipient_id, TABLE.c.id)
        inbox.carried(telling, {recipient: key for recipient, key in db.session.execute(kept, rows)})  # noqa: C416 - dict() is not typed here


def _row(telling: Telling, recipient: int, *, is_silent: bool) -> dict[str, Any]:
    place, now = telling.link or inbox.Place(""), clock.now()
    return {
        "recipient_id": recipient,
        "sender_id": telling.actor.id,
        "kind": telling.kind,
        "params": {name: stored(said) if isinstance(said, Spoken) else said for name, said in telling.params.items()},
        "endpoint": place.endpoint or None,
        "record_id": place.key,
        "key": telling.key or None,
        "created_at": now,
        "read_at": now if is_silent else None,  # it stands in the list, and rings no bell
    }


@transaction
def read(message: Message, *, actor: Actor) -> None:
    """Mark a message read; when it was first read stays."""
    unread = (TABLE.c.id == message.id, TABLE.c.read_at.is_(None))
    db.session.execute(update(TABLE).where(*unread).values(read_at=clock.now()))


@transaction
def read_all(*, actor: Actor) -> None:
    """Mark all of one's own messages read."""
    mine = (TABLE.c.recipient_id == actor.id, TABLE.c.read_at.is_(None))
    db.session.execute(update(TABLE).where(*mine).values(read_at=clock.now()))


@transaction
def sweep() -> int:
    """Remove what was read long ago; return how many."""
    with unscoped("whoever they belong to"):
        gone = db.session.execute(delete(TABLE).where(TABLE.c.read_at < clock.now() - READ_KEPT))
    return gone.rowcount  # type: ignore[attr-defined, no-any-return]
