"""Bringing records back, one or thousands, and taking that back."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.base import recycle
from app.base.actor import Actor, current_actor
from app.base.bulk import Applied, Given
from app.base.errors import Invalid
from app.base.history import change_set, explain
from app.base.i18n import _
from app.base.recycle import Kind
from app.base.scope import unscoped
from app.base.sentences import lasting
from app.base.transaction import transaction
from app.extensions import db
from app.system.recycle import queries, rules
from app.system.recycle.models import BinEntry
from app.system.recycle.services.binning import leave

NOT_YOURS = _("You may not delete such records, nor restore them.")
TAKEN = _("Somebody has just saved a record that takes its place. Look again.")
EDITED = _("Edited since.")


@transaction
def restore(entry: BinEntry, *, actor: Actor, ways: Collection[str] = ()) -> None:
    """Bring a record back, with all that hangs on it. ``ways``: round what hinders it (base.recycle.Kind.ways).

    Raises WrongState if it is not in the bin any more, Invalid for what hinders it.
    """
    kind, found = recycle.kinds[entry.kind], queries.in_bin([entry.id], lock=True)
    rules.check_in_bin(is_there=bool(found))
    explain(_("Restored from the recycle bin"))
    _one(kind, entry.record_id, ways, actor)
    leave([entry.id])


@transaction
def restore_record(kind: str, record_id: int, *, actor: Actor) -> None:
    """Bring a record back that somebody has found by another way than the bin. Raises as ``restore``."""
    entry = queries.entry_of(kind, record_id)
    rules.check_in_bin(is_there=entry is not None)
    if entry is not None:
        restore(entry, actor=actor)


def _one(kind: Kind, record_id: int, ways: Collection[str], actor: Actor) -> None:
    hindered = kind.hinder([record_id], ways).get(record_id)
    rules.check_allowed(hindered.sentence if hindered else None)
    try:
        kind.restore([record_id], ways, actor)
        db.session.flush()
    except IntegrityError as error:  # another record was saved since it was asked
        raise Invalid(TAKEN) from error


def restore_many(ids: Sequence[int], _given: Given, actor: Actor) -> Applied:
    """Bring the records of entries back; leave in the bin what is hindered, with the sentence that says why."""
    found, refused = queries.in_bin(ids, lock=True), dict[int, object]()
    for code, entries in sorted(found.items()):
        told = _restored(recycle.kinds[code], sorted(entries), actor)
        refused |= {entries[record]: sentence for record, sentence in told.items()}
    done = sorted(entry for entries in found.values() for entry in entries.values() if entry not in refused)
    leave(done)
    return Applied(done, refused)


def _restored(kind: Kind, records: Sequence[int], actor: Actor) -> Mapping[int, object]:
    """Restore what may be; return the others with the reason."""
    if not queries.may_restore(kind, actor):
        return dict.fromkeys(records, lasting(NOT_YOURS))
    refused = {record: one.sentence for record, one in kind.hinder(records, ()).items()}
    free = [record for record in records if record not in refused]
    if free and not _tried(kind, free, actor):
        refused |= {record: TAKEN for record in free if not _tried(kind, [record], actor)}
    return refused


def _tried(kind: Kind, records: Sequence[int], actor: Actor) -> bool:
    """Restore records, all or none; tell whether the database took it. It refuses what another saved since we asked."""
    change_set()  # made inside the savepoint, it would go with it
    try:
        with db.session.begin_nested():
            kind.restore(records, (), actor)
    except IntegrityError:
        return False
    return True


def remove_again(ids: Sequence[int]) -> None:
    """Take records out of the lists whose entries stand in the bin again: their restoring was taken back."""
    actor = current_actor()
    assert actor is not None  # noqa: S101 - somebody takes it back
    for code, entries in sorted(queries.in_bin(ids).items()):
        kind = recycle.kinds[code]
        table = kind.model.__table__  # type: ignore[attr-defined]
        alive = select(table.c.id).where(table.c.id.in_(sorted(entries)), table.c.deleted_at.is_(None))
        with unscoped("whoever restored them takes it back"):
            records = list(db.session.scalars(alive.order_by(table.c.id)))
        if records:
            kind.remove(records, actor)


def keep_edited(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the entries whose restoring cannot be taken back: somebody has worked on the record since."""
    return dict.fromkeys(queries.edited_since(ids), lasting(EDITED))
