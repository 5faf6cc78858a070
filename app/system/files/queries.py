"""Named reads of files. All but ``kept`` stay within the scope of whoever acts."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from app.base import choices
from app.base.scope import unscoped, with_deleted
from app.extensions import db
from app.system.files.models import HOLDERS, File, Holder

__all__ = ["HOLDERS", "by_id", "count", "holder_names", "kept", "of", "record_of", "same", "total_bytes"]


def by_id(key: int) -> File | None:
    """Return a file in scope."""
    return db.session.scalar(select(File).where(File.id == key))


def of(kind: str, record_id: int, *, removed: bool = False) -> Sequence[File]:
    """Return the files of a record in scope, the newest first; ``removed``: those that were removed."""
    found = select(File).where(File.kind == kind, File.record_id == record_id).options(selectinload(File.uploaded_by))
    found = found.where(File.deleted_at.is_not(None) if removed else File.deleted_at.is_(None))
    with with_deleted():
        return list(db.session.scalars(found.order_by(File.uploaded_at.desc(), File.id.desc())))


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
