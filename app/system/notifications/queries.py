"""Reading an inbox: always one's own. Messages in words: what their reader cannot see any more is not named."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, func, select

from app.base import choices
from app.base.actor import Actor
from app.base.i18n import _
from app.base.inbox import Kind, kinds
from app.base.scope import unscoped
from app.base.sentences import restored
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


UNKNOWN = Kind(_("Message"), "bell", _("Message"))


@dataclass(frozen=True)
class Told:
    """A message in words of the language that is spoken just now, as whoever acts may read it."""

    message: Message
    kind: Kind
    values: Mapping[str, object]  # by which title and text were filled
    title: str
    text: str
    is_named: bool  # whoever acts still sees the record it tells of, if it tells of one


def told(messages: Sequence[Message], people: Mapping[int, str] | None = None) -> list[Told]:
    """Return messages in words; names of records are asked for once per kind, in the scope of whoever acts.

    ``people``: who is known already.
    """
    people = choices.labels("employee", {one.sender_id for one in messages}) if people is None else people
    named = _names(messages)
    return [_told(one, people, named) for one in messages]


def _names(messages: Sequence[Message]) -> Mapping[str, Mapping[int, str]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in messages:
        kind = kinds.get(one.kind, UNKNOWN)
        if kind.names and one.record_id:
            wanted[kind.names].add(one.record_id)
    return {name: choices.labels(name, ids) for name, ids in wanted.items()}


def _told(one: Message, people: Mapping[int, str], named: Mapping[str, Mapping[int, str]]) -> Told:
    kind = kinds.get(one.kind, UNKNOWN)
    name = named.get(kind.names, {}).get(one.record_id or 0)
    values: dict[str, object] = {code: kind.read.get(code, str)(restored(said)) for code, said in one.params.items()}
    values |= {"who": people.get(one.sender_id or 0, str(_("System")))}
    values |= {"what": name or str(_("a record you cannot see now"))} if kind.names else {}
    text = str(kind.text) % values if kind.text else ""
    return Told(one, kind, values, str(kind.title) % values, text, is_named=not kind.names or name is not None)


def by_ids(ids: Collection[int]) -> Sequence[Message]:
    """Return messages by id, in their order: for whatever takes them out, which is nobody's inbox."""
    with unscoped("read for their recipients, each in their scope"):
        return list(db.session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.id)))
