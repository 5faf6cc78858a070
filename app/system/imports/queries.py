"""Named reads of runs and their rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.extensions import db
from app.system.imports.models import ImportRow, ImportRun
from app.system.imports.rules import CHECKED, UPLOADED, Verdict

COLUMNS = [getattr(ImportRow, column.name) for column in ImportRow.__table__.columns]
RECENT = 20
CHUNK = 2000


def recent(kind: str) -> Sequence[ImportRun]:
    """Return the newest runs in scope."""
    found = select(ImportRun).where(ImportRun.kind == kind).order_by(ImportRun.id.desc())
    return list(db.session.scalars(found.limit(RECENT)))


def forgotten(before: datetime) -> Sequence[ImportRun]:
    """Return the runs that were begun before a moment and never finished."""
    found = select(ImportRun).where(ImportRun.state.in_([UPLOADED, CHECKED]), ImportRun.at < before)
    return list(db.session.scalars(found.limit(100)))


def groups(run: ImportRun) -> Sequence[Any]:
    """Return how many rows share (verdict, reason, choice, may_update): rows of (…, n)."""
    keys = (ImportRow.verdict, ImportRow.reason, ImportRow.choice, ImportRow.may_update)
    counted = select(*keys, func.count().label("n")).where(ImportRow.run_id == run.id)
    return db.session.execute(counted.group_by(*keys)).all()


def problem_rows(run: ImportRun, *, show: str, after: int, limit: int) -> Sequence[ImportRow]:
    """Return rows the importer should look at, in the order of the file, beginning after a row number."""
    wanted = {"errors": [Verdict.REJECT], "duplicates": [Verdict.DUPLICATE]}.get(
        show, [Verdict.REJECT, Verdict.DUPLICATE]
    )
    found = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.verdict.in_(wanted), ImportRow.number > after)
    return list(db.session.scalars(found.order_by(ImportRow.number).limit(limit)))


def numbered(run: ImportRun, numbers: Sequence[int]) -> Sequence[ImportRow]:
    """Return the rows with these numbers."""
    found = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.number.in_(numbers))
    return list(db.session.scalars(found))


def chunks(run: ImportRun, *conditions: Any) -> Iterator[Sequence[Any]]:
    """Yield the staged rows as plain tuples, in the order of the file, a few thousand at a time."""
    after = 0
    while True:
        found = select(*COLUMNS).where(ImportRow.run_id == run.id, ImportRow.number > after, *conditions)
        rows = db.session.execute(found.order_by(ImportRow.number).limit(CHUNK)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].number


def returned(run: ImportRun) -> Iterator[Sequence[Any]]:
    """Yield the rows that were not, or would not be, imported as they are."""
    refused = ImportRow.verdict.in_([Verdict.REJECT, Verdict.DUPLICATE])
    return chunks(run, or_(refused, ImportRow.done.in_(["reject", "skip"])))


def written(run: ImportRun, done: str) -> Iterator[Sequence[Any]]:
    """Yield the rows that made ("create") or changed ("update") a record."""
    return chunks(run, ImportRow.done == done)
