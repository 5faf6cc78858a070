"""Building the index anew, and looking whether it is true, while people work."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import FromClause, select

from app.base.scope import unscoped
from app.base.transaction import transaction
from app.extensions import db
from app.system.search.queries.index import ENTRIES
from app.system.search.queries.kinds import Kind, kinds
from app.system.search.services.frequencies import count_tokens
from app.system.search.services.keeping import keep, lock, tokens_of

CHUNK = 500


def rebuild(only: Collection[str] | None = None) -> int:
    """Write every entry anew, some hundred at a time, each time in a short transaction of its own.

    Return how many records there are. Whoever edits meanwhile waits a moment at most. ``only``: codes of kinds.
    """
    meant = [kind for kind in kinds.values() if only is None or kind.code in only]
    found = sum(len(ids) for kind in meant for ids in _chunks(kind) if _kept(kind, ids))
    count_tokens()
    return found


@transaction
def _kept(kind: Kind, ids: Sequence[int]) -> bool:
    keep(kind, ids)
    return True


def unknown() -> Sequence[str]:
    """Return the codes of the kinds that have records and not one entry: all at first, a new one after an upgrade."""
    with unscoped("the index knows every record"):
        return [code for code, kind in kinds.items() if _has(kind.model.__table__) and not _has(ENTRIES, kind=code)]


def _has(table: FromClause, **meant: str) -> bool:
    return db.session.scalar(select(table.c.id).filter_by(**meant).limit(1)) is not None


def check() -> Counter[str]:
    """Count the entries that are missing, stale or left over, and write these anew."""
    found: Counter[str] = Counter(missing=0, stale=0, orphaned=0)
    for kind in kinds.values():
        for ids in _chunks(kind):
            if suspects := dict(_flaws(kind, ids)):
                found.update(_mended(kind, suspects))
    db.session.rollback()  # of the last chunk, which was only read
    return found


@transaction
def _mended(kind: Kind, suspects: Mapping[int, str]) -> Sequence[str]:
    """Look again, now that nobody is in the middle of an edit, write what is still wrong, and return the flaws."""
    keys = sorted(suspects)
    lock(kind, keys)
    wrong = [key for key, _flaw in _flaws(kind, keys)]
    keep(kind, wrong)
    return [suspects[key] for key in wrong]


def _flaws(kind: Kind, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield (id, what is wrong with its entry)."""
    with unscoped("the index knows every record"):
        right = tokens_of(kind, ids)
        rows = select(ENTRIES.c.record_id, ENTRIES.c.words)
        there: dict[int, frozenset[str]] = dict(
            db.session.execute(rows.where(ENTRIES.c.kind == kind.code, ENTRIES.c.record_id.in_(ids))).all()
        )
    for key in ids:
        if key not in there and key in right:
            yield key, "missing"
        elif there.get(key) != right.get(key):
            yield key, "stale" if key in right else "orphaned"


def _chunks(kind: Kind) -> Iterator[Sequence[int]]:
    """Yield the ids of all records, and of entries of records that are gone, from the smallest up."""
    key, last = kind.model.__table__.c.id, 0
    while True:
        with unscoped("the index knows every record"):
            ids = list(db.session.scalars(select(key).where(key > last).order_by(key).limit(CHUNK)))
            here = select(ENTRIES.c.record_id).where(ENTRIES.c.kind == kind.code, ENTRIES.c.record_id > last)
            here = here.where(ENTRIES.c.record_id <= ids[-1]) if len(ids) == CHUNK else here
            left = list(db.session.scalars(here.order_by(ENTRIES.c.record_id)))
        db.session.rollback()  # the lock of SQLite is not held between two chunks
        if ids or left:
            yield sorted({*ids, *left})
        if len(ids) < CHUNK:
            return
        last = ids[-1]
