"""Hanging files on records, renaming, removing and restoring them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor, current_actor
from app.base.errors import Invalid
from app.base.fields import fields_of, seen
from app.base.history import Child, children_of, purge_versioned
from app.base.i18n import _
from app.base.scope import unscoped, with_deleted
from app.base.transaction import check_revision, lock, transaction
from app.extensions import db
from app.system.files import queries, rules
from app.system.files.models import HOLDERS, File, Holder
from app.system.files.rules import Limits
from app.system.files.services.contents import Content


def register(holder: Holder) -> None:
    """Let a kind of record have files: they follow its scope, and show in its history."""
    HOLDERS[holder.kind] = holder
    if not any(child.model is File for child in children_of(holder.model)):
        shown = ("name", "deleted_at")
        child = Child(_("File"), File, "record_id", shown, _title, only=("kind", holder.kind))
        holder.model.__history__ = (*children_of(holder.model), child)


def _title(row: Any) -> str:
    return str(seen(fields_of(File)["name"], row.name, actor=current_actor()))


@transaction
def attach(record: Any, content: Content, *, kind: str, actor: Actor, limits: Limits) -> File:
    """Hang a content that was taken in on a record.

    Raises Invalid above the limit of files per record, or if the record has this very content already.
    """
    lock(record)  # two at once would both find room
    rules.check_room(queries.count(kind, record.id), limits)
    if other := queries.same(kind, record.id, content.sha256):
        raise Invalid(_("“%(name)s” is here already, as “%(other)s”."), name=content.name, other=other.name)
    file = File(kind=kind, record_id=record.id, uploaded_by_id=actor.id, **content.columns)
    db.session.add(file)
    db.session.flush()
    return file


@transaction
def rename(file: File, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Call a file otherwise; its ending stays what the content is. Raises Conflict; Invalid for a removed file."""
    check_revision(file, revision=revision)
    if file.deleted_at is not None:
        raise Invalid(_("This file is removed. Restore it first."))
    file.name = rules.fitting_name(values["name"], file.mime)


@transaction
def remove(file: File, *, actor: Actor) -> None:
    """Take a file off its record. It can be restored. Raises Invalid if it was removed before."""
    if file.deleted_at is not None:
        raise Invalid(_("This file is removed already."))
    file.deleted_at = clock.now()


@transaction
def restore(file: File, *, actor: Actor) -> None:
    """Bring a removed file back. Raises Invalid if it is not removed."""
    if file.deleted_at is None:
        raise Invalid(_("This file is not removed."))
    file.deleted_at = None


@transaction
def erase(kind: str, record_ids: Iterable[int]) -> None:
    """Remove the files of records that are permanently deleted, with their history; at night their contents go."""
    table = File.__table__
    wanted = select(table.c.id).where(table.c.kind == kind, table.c.record_id.in_(list(record_ids)))
    with unscoped("the records are gone, whoever saw them"):
        purge_versioned(File, db.session.scalars(wanted).all())


def _take_back(_record: Any, line: Any, then: Any) -> None:
    """Make a file what it was in a snapshot of its record's history: its name, there or removed."""
    with unscoped("the record is in scope, its files follow it"), with_deleted():
        file = db.session.get(File, line.key[1])
    if file is None:
        return
    if not line.is_there:
        file.deleted_at = file.deleted_at or clock.now()
    elif line.spec.column in ("name", "deleted_at"):
        setattr(file, line.spec.column, line.new)


#: For the history of a holder: what takes the lines of files back.
TAKER = (File, _take_back)
