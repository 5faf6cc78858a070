"""Named reads of files. All but ``kept`` stay within the scope of whoever acts."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.base import choices
from app.base.actor import NOBODY, current_actor
from app.base.scope import unscoped, with_deleted
from app.extensions import db
from app.system.files.models import HOLDERS, OF_HOLDER, File, Holder

__all__ = ["HOLDERS", "by_id", "count", "holder_names", "kept", "of", "record_of", "same", "total_bytes"]


def by_id(key: int) -> File | None:
    """Return a file in scope."""
    return db.session.scalar(select(File).where(File.id == key))


def of(kind: str, record_id: int) -> tuple[Sequence[File], Sequence[File]]:
    """Return the files of a record in scope, and those that were removed from it; the newest first."""
    theirs = (File.kind == kind, File.record_id == record_id, OF_HOLDER.seen_at(kind, current_actor() or NOBODY))
    found = select(File).where(*theirs).options(joinedload(File.uploaded_by))
    narrowed = "narrowed by the kind of the record alone: all kinds together cost a page more than anything else of it"
    with unscoped(narrowed), with_deleted():
        rows = list(db.session.scalars(found.order_by(File.uploaded_at.desc(), File.id.desc())))
    return [one for one in rows if one.deleted_at is None], [one for one in rows if one.deleted_at is not None]


def any_at(kind: str, record_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a record has files, removed ones too, whoever may see them."""
    table = File.__table__
    return exists().where(table.c.kind == kind, table.c.record_id == record_id)


def count(kind: str, record_id: int) -> int:
    """Return how many files a record in scope has."""
    found = select(func.count(File.id)).where(File.kind == kind, File.record_id == record_id)
    return db.session.scalar(found) or 0


def same(kind: str, record_id: int, sha256: str) -> File | None:
    """Return the file of a record that has this content."""
    found = select(File).where(File.kind == kind, File.record_id == record_id, File.sha256 == sha256)
    return db.session.scalars(found.limit(1)).first()


def record_of(kind: str, record_id: int) -> Any:
    """Return the record that files hang on, if it is in scope and not deleted; None otherwise."""
    holder: Holder | None = HOLDERS.get(kind)
    if holder is None:
        return None
    model = holder.model
    return db.session.scalar(select(model).where(model.id == record_id))


def holder_names(files: Iterable[File]) -> dict[tuple[str, int], str]:
    """Return the names of the records that files hang on, by kind and id; a deleted or foreign one is missing."""
    by_kind: dict[str, set[int]] = {}
    for file in files:
        by_kind.setdefault(file.kind, set()).add(file.record_id)
    return {(kind, key): name for kind, ids in by_kind.items() for key, name in choices.labels(kind, ids).items()}


def total_bytes(where: Sequence[Any]) -> int:
    """Return how many bytes the files in scope have that match some conditions."""
    return int(db.session.scalar(select(func.sum(File.size_bytes)).where(*where)) or 0)


def kept(contents: Collection[str]) -> set[str]:
    """Return which of these contents (SHA-256) a file names, of whatever record, removed or not."""
    table, some = File.__table__, list(contents)
    columns = (table.c.sha256, table.c.thumbnail_sha256, table.c.preview_sha256)
    naming = select(*columns).where(or_(*[column.in_(some) for column in columns]))
    with unscoped("a content is kept by any file"):
        return {one for row in db.session.execute(naming) for one in row if one}
