"""Putting what was told into the outbox, in the transaction that tells it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app.base import clock
from app.base.inbox import Telling
from app.base.transaction import announce_once, transaction
from app.extensions import db
from app.system.channels import queries
from app.system.channels.facts import LettersWaiting
from app.system.channels.models import Delivery
from app.system.channels.queries import Way
from app.system.channels.rules import holding, words
from app.system.channels.rules.holding import Hold, Wishes
from app.system.channels.rules.lifecycle import ROBOT, State
from app.system.preferences import queries as preferences
from app.system.security import queries as security

ROWS = Delivery.__table__
NAMES = ("notify", "quiet_hours", "digest_at")
CHUNK = 5000


@transaction
def carry(telling: Telling, messages: Mapping[int, int], *, quiet: str) -> None:
    """Write down by which channels a message leaves to whom. ``messages``: recipient → message; ``quiet``: the house's.

    No statement where no channel is switched on.
    """
    ways = [way for way in queries.ways() if way.carries(telling.kind)]
    if not ways:
        return
    wishes = wishes_of(messages, quiet=quiet)
    houses = _houses(ways, messages)
    rows = [
        _row(telling, way, person, message, wishes[person])
        for way in ways
        for person, message in messages.items()
        if _reaches(way, person, houses)
        and wishes[person].wants(way.family, telling.kind, usual=way.usual, is_urgent=telling.is_urgent)
    ]
    for start in range(0, len(rows), CHUNK):
        db.session.connection().execute(insert(ROWS), rows[start : start + CHUNK])
    if rows:
        announce_once(LettersWaiting())


def hushed(telling: Telling) -> Collection[int]:
    """Return who of the recipients has muted messages of this kind in their inbox."""
    wishes = wishes_of(telling.recipients, quiet=holding.NEVER)
    return [person for person, one in wishes.items() if one.mutes(telling.kind)]


def wishes_of(people: Collection[int], *, quiet: str) -> Mapping[int, Wishes]:
    """Return what each of some people has chosen, in one statement. ``quiet``: of whoever has chosen no quiet hours."""
    chosen = preferences.kept_of(people, NAMES)
    return {person: wishes_in(chosen.get(person, {}), quiet=quiet) for person in people}


def wishes_in(kept: Mapping[str, Any], *, quiet: str) -> Wishes:
    """Return a person's wishes out of what is kept of them."""
    return Wishes(frozenset(kept.get("notify", ())), kept.get("quiet_hours", quiet), kept.get("digest_at", ""))


def _houses(ways: Sequence[Way], people: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Return who belongs to the departments that ways are for."""
    wanted = {way.department_id for way in ways if way.department_id is not None}
    if not wanted:
        return {}
    where = security.departments_of(people)
    below = {house: frozenset(security.departments_below(house)) for house in wanted}
    return {house: frozenset(one for one in people if where.get(one) in below[house]) for house in wanted}


def _reaches(way: Way, person: int, houses: Mapping[int, frozenset[int]]) -> bool:
    return way.department_id is None or person in houses[way.department_id]


def _row(telling: Telling, way: Way, person: int, message: int, wishes: Wishes) -> dict[str, Any]:
    now = clock.now()
    here = clock.local(now).replace(tzinfo=None)
    held = holding.hold(here, wishes, family=way.family, is_urgent=telling.is_urgent)
    second = f"{now:%Y%m%d%H%M%S}"
    mail_id = words.mail_id(message=message, person=person, channel=way.id, second=second, domain=way.domain)
    gather = _gather(telling, way, person, held, message)
    return {
        "message_id": message,
        "kind": telling.kind,
        "person_id": person,
        "channel_id": way.id,
        "state": str(State.WAITING),
        "tries": 0,
        "created_at": now,
        "since_at": now,
        "next_try_at": _stored(held.until),
        "is_urgent": telling.is_urgent,
        "mail_id": mail_id,
        "gather": gather,
        "letter": None if gather else mail_id,
    }


def _gather(telling: Telling, way: Way, person: int, held: Hold, message: int) -> str | None:
    """Return with what a message leaves as one: with others of a digest; in a group, with the same to others."""
    if held.is_digest:
        return f"digest:{person}"
    if way.family != ROBOT:
        return None
    return f"{telling.kind}:{telling.key or message}"[:80]


def _stored(here: datetime | None) -> datetime | None:
    return clock.stored(here) if here is not None else None
