"""Reading an inbox: always one's own."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, bindparam, func, select

from app.base.actor import Actor
from app.base.scope import unscoped
from app.extensions import db
from app.system.notifications.models import Message
from app.system.notifications.rules import MOST_COUNTED
from app.system.security.queries import Employee


def unread(actor: Actor) -> int:
    """Return how many messages a person has not read, counted up to MOST_COUNTED: one indexed statement."""
    with unscoped("the statement names whose messages are counted"):
        return db.session.scalar(_count_unread(), {"person": actor.id}) or 0


@cache
def _count_unread() -> Select[int]:
    """Return the statement of every page, made once and of tables: by class it costs a page 1.2 ms more."""
    table = Message.__table__
    mine = select(table.c.id).where(table.c.recipient_id == bindparam("person"), table.c.read_at.is_(None))
    return select(func.count()).select_from(mine.limit(MOST_COUNTED).subquery())


def messages(actor: Actor, *, limit: int, only_unread: bool = False, before: int = 0) -> Sequence[Message]:
    """Return a person's messages, newest first, behind the one with the id ``before``."""
    wanted = select(Message).where(Message.recipient_id == actor.id).order_by(Message.id.desc()).limit(limit)
    wanted = wanted.where(Message.read_at.is_(None)) if only_unread else wanted
    return list(db.session.scalars(wanted.where(Message.id < before) if before else wanted))


def unread_first(actor: Actor, *, limit: int) -> Sequence[tuple[Message, str | None]]:
    """Return a person's messages, those not read yet first, each newest first, with the name of who sent it."""
    mine = select(Message, Employee.name).outerjoin(Employee, Employee.id == Message.sender_id)
    mine = mine.where(Message.recipient_id == actor.id)
    found = db.session.execute(mine.order_by(Message.read_at.is_not(None), Message.id.desc()).limit(limit))
    return [(message, sender) for message, sender in found]


def message(key: int) -> Message | None:
    """Return one's own message by id; None for anybody else's."""
    return db.session.scalar(select(Message).where(Message.id == key))
