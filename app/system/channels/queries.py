"""Named reads of channels, templates and the outbox."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.choices import Found
from app.base.inbox import kinds as told_kinds
from app.base.scope import unscoped
from app.base.stamps import Cached
from app.extensions import db
from app.system.channels.models import Channel, Delivery, Template
from app.system.channels.rules.lifecycle import FAILED, RESENT, SENDING, WAITING, State, family_of

STAMP = "channels"
ROWS = Delivery.__table__


@dataclass(frozen=True)
class Way:
    """A channel that is switched on, as whatever is told asks for it. ``kinds``: empty for all of them."""

    id: int
    kind: str
    usual: str
    kinds: frozenset[str]
    department_id: int | None
    domain: str  # of its mails' Message-IDs

    @property
    def family(self) -> str:
        return family_of(self.kind)

    def carries(self, kind: str) -> bool:
        """Tell whether it carries messages of a kind at all."""
        return not self.kinds or kind in self.kinds


def _ways() -> tuple[Way, ...]:
    with unscoped("which ways there are is no secret: everybody chooses among them"):
        chosen = select(Channel).where(Channel.is_on).options(selectinload(Channel.told_kinds)).order_by(Channel.id)
        return tuple(_way(one) for one in db.session.scalars(chosen))


def _way(one: Channel) -> Way:
    domain = (one.from_address or "").partition("@")[2] or "zhike.invalid"
    kinds = frozenset(row.code for row in one.told_kinds)
    return Way(one.id, one.kind, one.usual, kinds, one.department_id, domain.encode("idna").decode())


#: ``ways()``: the channels that are switched on, without a statement unless one was changed.
ways = Cached(STAMP, _ways)


def _templates() -> Mapping[tuple[str, str, str], tuple[str, str]]:
    table = Template.__table__
    chosen = select(table.c.kind, table.c.family, table.c.language, table.c.subject, table.c.body)
    with unscoped("they are sent to everybody"):
        return {tuple(where): (subject, body or "") for *where, subject, body in db.session.execute(chosen)}  # type: ignore[misc]


#: ``templates()``: (kind, family, language) → (heading, text) of what was written in place of the usual words.
templates = Cached(STAMP, _templates)


def families() -> tuple[str, ...]:
    """Return the families of which a channel is switched on, in their order on pages."""
    found = {one.family for one in ways()}
    return tuple(one for one in ("email", "sms", "robot") if one in found)


def usual_kinds(family: str) -> frozenset[str]:
    """Return the kinds of messages that a family carries to whoever has chosen nothing."""
    some = [one for one in ways() if one.family == family]
    return frozenset(
        code
        for code, kind in told_kinds.items()
        if any(way.carries(code) and (way.usual == "all" or (way.usual == "urgent" and kind.is_urgent)) for way in some)
    )


def by_id(key: int) -> Channel | None:
    """Return a channel."""
    with unscoped("its own rights were asked for"):
        return db.session.scalar(select(Channel).where(Channel.id == key))


def others_on(channel: Channel) -> int:
    """Return how many other channels of the same kind are switched on."""
    same = select(func.count(Channel.id)).where(Channel.kind == channel.kind, Channel.is_on, Channel.id != channel.id)
    return db.session.scalar(same) or 0


def has_deliveries(channel: Channel) -> bool:
    """Tell whether anything was ever to be sent by a channel, as far as it is still kept."""
    return db.session.scalar(select(Delivery.id).where(Delivery.channel_id == channel.id).limit(1)) is not None


# ── the outbox ──


def is_due(now: datetime, channels: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a row is to be sent now: it waits no longer, or its sender was not heard of in time."""
    if not channels:
        return false()
    free = and_(ROWS.c.state.in_([WAITING, FAILED]), or_(ROWS.c.next_try_at.is_(None), ROWS.c.next_try_at <= now))
    return and_(ROWS.c.channel_id.in_(channels), or_(free, and_(ROWS.c.state == SENDING, ROWS.c.lease_until < now)))


def loose(now: datetime, channels: Collection[int], *, limit: int) -> Sequence[Any]:
    """Return due rows that belong to no letter yet, held; those that somebody else holds are left out."""
    chosen = select(ROWS.c.id, ROWS.c.channel_id, ROWS.c.gather, ROWS.c.mail_id).where(
        ROWS.c.letter.is_(None), ROWS.c.state == WAITING, is_due(now, channels)
    )
    return db.session.execute(chosen.order_by(ROWS.c.id).limit(limit).with_for_update(skip_locked=True)).all()


def next_head(now: datetime, channels: Collection[int]) -> Any:
    """Return the head of the next letter to send, held; None if there is none that nobody holds."""
    chosen = select(ROWS.c.id, ROWS.c.letter, ROWS.c.tries).where(
        ROWS.c.letter == ROWS.c.mail_id, is_due(now, channels)
    )
    first = chosen.order_by(ROWS.c.is_urgent.desc(), ROWS.c.id).limit(1)
    return db.session.execute(first.with_for_update(skip_locked=True)).first()


def resendable(ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that rows can be sent again."""
    return and_(ROWS.c.id.in_(ids), ROWS.c.state.in_([str(one) for one in RESENT]))


def states_of(ids: Collection[int]) -> Mapping[int, State]:
    """Return the state of each of some deliveries."""
    with unscoped("the caller knows which"):
        rows = db.session.execute(select(ROWS.c.id, ROWS.c.state).where(ROWS.c.id.in_(ids)))
        return {key: State(state) for key, state in rows}


class ChannelNames:
    """How channels are named and found in searching choices."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        with unscoped("a name alone"):
            return dict(db.session.execute(select(Channel.id, Channel.name).where(Channel.id.in_(list(ids)))).all())

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - the session knows
        found = select(Channel).where(Channel.name.contains(words, autoescape=True)).order_by(Channel.id).limit(limit)
        return [Found(str(row.id), row.name) for row in db.session.scalars(found)]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the session knows
        return db.session.scalar(select(Channel.id).where(Channel.id == key)) is not None
