"""The bin follows its records: an entry for each that is deleted, none for one that lives."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from app.base import clock, recycle
from app.base.actor import Actor
from app.base.history import insert_versioned, update_versioned
from app.base.recycle import LONGEST_WORDS, Kind, Why
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.extensions import db
from app.system.recycle import queries
from app.system.recycle.models import BinEntry

CHUNK = 2000


@transaction
def put(kind: str, record_ids: Iterable[int], *, why: Why, actor: Actor) -> None:
    """Note that records were deleted, within the caller's transaction that deletes them."""
    known, ids = recycle.kinds[kind], sorted(set(record_ids))
    for start in range(0, len(ids), CHUNK):
        rows = [_row(known, row, why, actor) for row in _names(known, ids[start : start + CHUNK])]
        if rows:
            insert_versioned(BinEntry, rows)


def _names(kind: Kind, part: Sequence[int]) -> Sequence[Any]:
    table = kind.model.__table__  # type: ignore[attr-defined]
    named = select(table.c.id, kind.named(table).label("name")).where(table.c.id.in_(part))
    with unscoped("the caller has chosen them within a scope"):
        return db.session.execute(named.order_by(table.c.id)).all()


def _row(kind: Kind, row: Any, why: Why, actor: Actor) -> dict[str, Any]:
    return {
        "kind": kind.code,
        "record_id": row.id,
        "name": row.name[:200],
        "reason": why.reason,
        "words": why.words[:LONGEST_WORDS] or None,
        "binned_by_id": actor.id,
        "binned_at": clock.now(),
        "deleted_at": None,
    }


@transaction
def take_out(kind: str, record_ids: Iterable[int]) -> None:
    """Note that records live again, within the caller's transaction that restores them."""
    leave(queries.entries_of(kind, record_ids))


def leave(entries: Sequence[int]) -> None:
    """Let entries leave the bin."""
    if entries:
        update_versioned(BinEntry, entries, {"deleted_at": clock.now()})


@transaction
def follow(kind: str, record_ids: Iterable[int]) -> None:
    """Take those of the records out of the bin that live again, whatever brought them back."""
    table = recycle.kinds[kind].model.__table__  # type: ignore[attr-defined]
    alive = select(table.c.id).where(table.c.id.in_(list(record_ids)), table.c.deleted_at.is_(None))
    with unscoped("the bin follows its records, whosever they are"):
        take_out(kind, db.session.scalars(alive).all())
