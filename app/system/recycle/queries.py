"""Named reads of the recycle bin."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.base import recycle
from app.base.actor import Actor
from app.base.history import versions_of
from app.base.recycle import Kind
from app.base.scope import condition, unscoped, with_deleted
from app.extensions import db
from app.system.recycle.models import BinEntry
from app.system.security import queries as security

TABLE = BinEntry.__table__
IN_BIN = TABLE.c.deleted_at.is_(None)


def readable(actor: Actor) -> list[str]:
    """Return the kinds whose list the actor may open: their records alone show in the bin."""
    return [kind.code for kind in recycle.kinds.values() if _may(kind, "can_list", actor)]


def may_restore(kind: Kind, actor: Actor) -> bool:
    """Tell whether the actor may bring records of a kind back: whoever may delete them."""
    return _may(kind, "can_delete", actor)


def _may(kind: Kind, permission: str, actor: Actor) -> bool:
    return actor.is_system or (permission, kind.screen) in security.rights(actor.role_ids)


def entry_of(kind: str, record_id: int) -> BinEntry | None:
    """Return the entry of a record that is in the bin, if it is in scope."""
    found = select(BinEntry).where(BinEntry.kind == kind, BinEntry.record_id == record_id)
    return db.session.scalar(found)


def record_of(entry: BinEntry) -> Any:
    """Return the record of an entry in scope."""
    model = recycle.kinds[entry.kind].model
    with with_deleted():
        return db.session.scalar(select(model).where(model.id == entry.record_id))


def writable(ids: Iterable[int], actor: Actor) -> set[int]:
    """Return those of some entries in scope whose records the actor could change when they lived."""
    mine = select(BinEntry.id).where(BinEntry.id.in_(list(ids)), condition(BinEntry, actor, write=True))
    return set(db.session.scalars(mine))


def entries_of(kind: str, record_ids: Iterable[int]) -> Sequence[int]:
    """Return the entries of records that stand in the bin, whoever deleted them."""
    found = select(TABLE.c.id).where(TABLE.c.kind == kind, TABLE.c.record_id.in_(list(record_ids)), IN_BIN)
    with unscoped("the bin follows its records, whosever they are"):
        return list(db.session.scalars(found.order_by(TABLE.c.id)))


def in_bin(ids: Sequence[int], *, lock: bool = False) -> Mapping[str, Mapping[int, int]]:
    """Return record → entry by kind, of those entries that are in the bin still.

    ``lock``: until the end of the transaction nobody else restores or purges them.
    """
    found = select(TABLE.c.kind, TABLE.c.record_id, TABLE.c.id).where(TABLE.c.id.in_(ids), IN_BIN).order_by(TABLE.c.id)
    with unscoped("the caller has chosen them within a scope"):
        rows = db.session.execute(found.with_for_update() if lock else found).all()
    return {code: {row.record_id: row.id for row in rows if row.kind == code} for code in {row.kind for row in rows}}


def edited_since(ids: Sequence[int]) -> Sequence[int]:
    """Return those entries, restored in one change set with their record, whose record was changed since."""
    found = []
    with unscoped("whoever restored them takes it back"):
        for code, kind in sorted(recycle.kinds.items()):
            ours, theirs = versions_of(BinEntry).__table__, versions_of(kind.model).__table__
            same = (theirs.c.id == ours.c.record_id) & (theirs.c.transaction_id == ours.c.transaction_id)
            newest = (ours.c.end_transaction_id.is_(None), theirs.c.end_transaction_id.is_(None))
            both = select(ours.c.id).join(theirs, same).where(ours.c.id.in_(ids), ours.c.kind == code, *newest)
            wanted = select(TABLE.c.id).where(TABLE.c.id.in_(ids), TABLE.c.kind == code, TABLE.c.id.not_in(both))
            found += list(db.session.scalars(wanted))
    return found


def told(ids: Sequence[int]) -> Sequence[Any]:
    """Return what the log keeps of entries whose records go for good: record, name, by whom, when and why deleted."""
    columns = (TABLE.c.record_id, TABLE.c.name, TABLE.c.binned_by_id, TABLE.c.binned_at, TABLE.c.reason, TABLE.c.words)
    with unscoped("the caller has chosen them within a scope"):
        return db.session.execute(select(*columns).where(TABLE.c.id.in_(ids)).order_by(TABLE.c.record_id)).all()
