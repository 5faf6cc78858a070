"""Deleting for good: the rows, all that hangs on them and their history; the log keeps that it was done."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.base import choices, logbook, recycle
from app.base.actor import Actor
from app.base.bulk import Applied, Given
from app.base.fields import Moment
from app.base.history import explain, purge_versioned
from app.base.i18n import _
from app.base.logbook import Kind as Noted
from app.base.recycle import Kind, Why
from app.base.scope import unscoped
from app.base.sentences import joined
from app.base.transaction import transaction
from app.extensions import db
from app.system.recycle import queries, rules
from app.system.recycle.models import BinEntry

MOMENT = Moment()


@transaction
def forget(kind: str, record_ids: Sequence[int]) -> None:
    """Remove all that the bin ever knew of records that go for good together with what they hang on."""
    table = BinEntry.__table__
    known = select(table.c.id).where(table.c.kind == kind, table.c.record_id.in_(record_ids))
    with unscoped("the records are gone, whoever had deleted them"):
        purge_versioned(BinEntry, db.session.scalars(known).all())


def why_not(entry: BinEntry) -> object:
    """Return what forbids that a record goes for good, None if nothing does."""
    return recycle.forbidden(entry.kind, [entry.record_id]).get(entry.record_id)


@transaction
def purge(entry: BinEntry, *, typed: str, actor: Actor) -> None:
    """Delete a record for good, if its name was typed.

    Raises WrongState if it is not in the bin any more, Invalid for what forbids it, InvalidFields for another name.
    """
    rules.check_typed_name(typed, entry.name)
    key, found = entry.id, queries.in_bin([entry.id], lock=True)
    rules.check_in_bin(is_there=bool(found))
    rules.check_allowed(why_not(entry))
    explain(_("Permanently deleted"))
    gone = _purged(recycle.kinds[entry.kind], found[entry.kind], actor)
    rules.check_in_bin(is_there=bool(gone))
    db.session.expire_all()
    purge_versioned(BinEntry, [key])


def purge_many(ids: Sequence[int], _given: Given, actor: Actor) -> Applied:
    """Delete the records of entries for good; leave in the bin what a domain forbids, with its sentence."""
    refused, gone = dict[int, object](), list[int]()
    for code, entries in sorted(queries.in_bin(ids, lock=True).items()):
        told = recycle.forbidden(code, sorted(entries))
        refused |= {entries[record]: sentence for record, sentence in told.items()}
        free = {record: entry for record, entry in entries.items() if record not in told}
        gone += _purged(recycle.kinds[code], free, actor)
    purge_versioned(BinEntry, gone)
    return Applied(sorted(gone), refused)


def _purged(kind: Kind, entries: Mapping[int, int], actor: Actor) -> list[int]:
    """Delete those of the records for good that are deleted still; return their entries."""
    records = _still_deleted(kind, sorted(entries))
    if records:
        gone = [entries[record] for record in records]
        _note(kind, records, queries.told(gone), actor)
        kind.purge(records, actor)
        return gone
    return []


def _still_deleted(kind: Kind, records: Sequence[int]) -> list[int]:
    """Return the records that are deleted, and let nobody restore them until the end of the transaction."""
    table = kind.model.__table__  # type: ignore[attr-defined]
    gone = select(table.c.id).where(table.c.id.in_(records), table.c.deleted_at.is_not(None)).order_by(table.c.id)
    with unscoped("the caller has chosen them within a scope"):
        return list(db.session.scalars(gone.with_for_update()))


def _note(kind: Kind, records: Sequence[int], rows: Sequence[Any], actor: Actor) -> None:
    """Leave in the log which records went, by id and name, and who had deleted each, when and why."""
    people = choices.labels("employee", {row.binned_by_id for row in rows})
    lines = [_line(row, people) for row in rows]
    about: dict[str, Any] = {"subject_kind": kind.model.__tablename__}  # type: ignore[attr-defined]
    if len(records) == 1:
        about |= {"subject_id": records[0], "title": rows[0].name}
    detail = {"rows": len(records), "purged": lines}
    logbook.note(Noted.PURGED, **about, detail=detail, records=records, actor=actor)


def _line(row: Any, people: Mapping[int, str]) -> object:
    who, why = people.get(row.binned_by_id, _("System")), Why(row.reason, row.words or "")
    return joined(f"#{row.record_id} {row.name}", who, MOMENT.text(row.binned_at), why)
