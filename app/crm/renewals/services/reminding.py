"""Reminding owners, the heads of their departments and service persons of what ends: each stage of each end once.

First it is noted what is to be told, some thousand lines at a time; then one transaction takes all that was noted and
not told, and tells it. So a run that dies is finished by the next, and of two at once one tells each reminder.
Source: FEE-3, DECISIONS "Fee reminders".
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, literal, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.base import inbox
from app.base.actor import Actor
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.renewals import queries
from app.crm.renewals.models import Line, Reminder
from app.extensions import db
from app.system.security import queries as security

TABLE, LINES = Reminder.__table__, Line.__table__
CHUNK = 20_000  # ids of lines in one transaction
INSERT: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
MINE, SERVED, OURS = "mine", "served", "ours"


def remind(*, day: date, offsets: Sequence[int], actor: Actor) -> int:
    """Tell everybody whom it concerns what ends soon, or has ended; return of how many lines.

    ``offsets``: days before an end, below zero after it. After days without a run the most urgent stage alone is told.
    """
    if offsets:
        for first, last in _ranges():
            _note(first, last, day, offsets)
    return _tell(uuid.uuid4().hex, day, actor)


def _ranges() -> Iterator[tuple[int, int]]:
    with unscoped("reminders concern every line"):
        most = db.session.scalar(select(func.max(LINES.c.id))) or 0
    return ((first, first + CHUNK - 1) for first in range(1, most + 1, CHUNK))


@transaction
def _note(first: int, last: int, day: date, offsets: Sequence[int]) -> None:
    """Note what is to be told of lines with these ids; what was noted before stays as it is."""
    rows = queries.due(day, offsets, among=(first, last)).add_columns(literal(day), null())
    names = [*queries.Due._fields, "told_on", "batch"]
    new = INSERT[db.session.get_bind().dialect.name](TABLE).from_select(names, rows)
    db.session.connection().execute(new.on_conflict_do_nothing())


@transaction
def _tell(batch: str, day: date, actor: Actor) -> int:
    """Tell all that was noted and not told yet, each person once."""
    if not _take(batch, day):
        return 0
    found = queries.told_in(batch)
    heads = {house: security.head_of(house) for house in {row.department_id for row in found} if house}
    told: dict[int, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for row in found:
        for person, part in _whom(row, heads.get(row.department_id)):
            told[person][part][row.stage] += row.count
    for person, parts in sorted(told.items()):
        _send(person, parts, batch, day, actor)
    return sum(row.count for row in found)


def _take(batch: str, day: date) -> bool:
    """Take, for this run alone, what nobody has told; False if there is nothing."""
    mine = update(TABLE).where(TABLE.c.batch.is_(None)).values(batch=batch, told_on=day)
    return bool(db.session.connection().execute(mine).rowcount)


def _whom(row: Any, head: int | None) -> Iterator[tuple[int, str]]:
    """Yield whom a reminder is told, and as what it is theirs: each person once."""
    meant = ((row.owner_id, MINE), (row.service_person_id, SERVED), (head, OURS))
    seen: set[int] = set()
    for person, part in meant:
        if person is not None and person not in seen:
            seen.add(person)
            yield person, part


def _send(person: int, parts: Any, batch: str, day: date, actor: Actor) -> None:
    counted = {part: [[stage, counts[stage]] for stage in sorted(counts)] for part, counts in parts.items()}
    count = sum(number for lines in counted.values() for _stage, number in lines)
    place = inbox.Place("RenewalView.reminded", int(f"{day:%Y%m%d}"))
    params = {"count": count, MINE: [], SERVED: [], OURS: []} | counted
    inbox.tell([person], "fees_due", params=params, link=place, key=f"fees_due:{batch}", actor=actor)
