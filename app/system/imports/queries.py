"""Named reads of runs and their rows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import defer

from app.base.scope import unscoped
from app.extensions import db
from app.system.imports.models import ImportRow, ImportRun
from app.system.imports.rules import CHECKED, IMPORTING, UNDOING, UPLOADED, Action, Verdict

COLUMNS = [getattr(ImportRow, column.name) for column in ImportRow.__table__.columns]
RECENT = 20
MOST_OPEN = 10  # of one person, on the first page
CHUNK = 2000


def recent(kind: str) -> Sequence[ImportRun]:
    """Return the newest runs in scope."""
    found = select(ImportRun).where(ImportRun.kind == kind).order_by(ImportRun.id.desc())
    return list(db.session.scalars(found.limit(RECENT)))


def unfinished_of(user_id: int) -> Sequence[ImportRun]:
    """Return a person's files that are taken in and not done with, newest first; what holds values is left out."""
    open_ones = [UPLOADED, CHECKED, IMPORTING, UNDOING]
    mine = select(ImportRun).where(ImportRun.user_id == user_id, ImportRun.state.in_(open_ones))
    return list(
        db.session.scalars(mine.options(defer(ImportRun.samples)).order_by(ImportRun.id.desc()).limit(MOST_OPEN))
    )


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


def todo(run: ImportRun, *, limit: int) -> Sequence[Any]:
    """Return the next rows that the import has not come to, as plain tuples in the order of the file."""
    left = select(*COLUMNS).where(ImportRow.run_id == run.id, ImportRow.done.is_(None))
    return db.session.execute(left.order_by(ImportRow.number).limit(limit)).all()


def updated(run: ImportRun, record_ids: Collection[int]) -> set[int]:
    """Return those of the records that an earlier row of this file has changed."""
    done = (ImportRow.run_id == run.id, ImportRow.done == Action.UPDATE)
    return set(db.session.scalars(select(ImportRow.record_id).where(*done, ImportRow.record_id.in_(record_ids))))


def counts(run: ImportRun) -> Mapping[str, int]:
    """Return how many rows were created, updated, skipped, rejected so far."""
    counted = select(ImportRow.done, func.count()).where(ImportRow.run_id == run.id, ImportRow.done.is_not(None))
    return {row[0] or "": row[1] for row in db.session.execute(counted.group_by(ImportRow.done))}


def changed_values(run_id: int) -> Iterator[Mapping[str, Any]]:
    """Yield what the rows of a file said that have changed a record, as they were read."""
    done = (ImportRow.run_id == run_id, ImportRow.done == Action.UPDATE, ImportRow.before.is_not(None))
    found = select(ImportRow.values, ImportRow.before).where(*done).order_by(ImportRow.number)
    return (values for values, before in db.session.execute(found).yield_per(CHUNK) if before)


def to_take_back(run: ImportRun, *, limit: int, after: tuple[str, int, int] | None = None) -> Sequence[Any]:
    """Return the next rows to take back, updated ones first: of one kind, and of one change set.

    ``after``: (done, change set, number) of the last row seen, for those who only look.
    """
    place = (ImportRow.done, ImportRow.change_set_id, ImportRow.number)
    left = select(*COLUMNS).where(
        ImportRow.run_id == run.id, ImportRow.done.in_([Action.CREATE, Action.UPDATE]), ImportRow.undone.is_(None)
    )
    if after is not None:
        done, number, row = after
        further = and_(ImportRow.change_set_id == number, ImportRow.number > row)
        same = and_(ImportRow.done == done, or_(ImportRow.change_set_id > number, further))
        left = left.where(or_(ImportRow.done < done, same))
    found = db.session.execute(left.order_by(place[0].desc(), *place[1:]).limit(limit)).all()
    return [row for row in found if (row.done, row.change_set_id) == (found[0].done, found[0].change_set_id)]


def kept(sha256s: Collection[str]) -> Iterable[str]:
    """Return those contents that a run still needs, whosever it is."""
    with unscoped("a content is kept for everybody's imports"):
        return list(db.session.scalars(select(ImportRun.sha256).where(ImportRun.sha256.in_(sha256s))))
