"""Writing entries: the tokens of a record are made from its texts as they stand in this transaction."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql

from app.base.scope import unscoped
from app.extensions import db
from app.system.search import rules
from app.system.search.queries.index import ENTRIES, FTS, is_postgres
from app.system.search.queries.kinds import Kind

CHUNK = 1000


def keep(kind: Kind, ids: Iterable[int], *, fresh: Collection[int] = ()) -> None:
    """Write the entries of these records anew. Part of the caller's transaction.

    Records that are deleted, or gone, lose theirs. ``fresh``: records made in this very transaction.
    """
    wanted = sorted(set(ids) | set(fresh))
    with unscoped("the index knows every record"):
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            lock(kind, [key for key in part if key not in fresh])
            _write(kind, part, fresh)


def lock(kind: Kind, ids: Sequence[int]) -> None:
    """Let nobody else read the texts of these records for the index until this transaction ends.

    Two who write at once, or one and the rebuilding, would else each miss what the other has not yet committed, and
    the last would leave an old text. Needs rows to lock: records without an entry get an empty one. Nobody else sees
    a fresh record, and on SQLite only one writes.
    """
    if not ids or not is_postgres():
        return
    with unscoped("the index knows every record"):
        here = select(ENTRIES.c.record_id).where(*_of(kind, ids)).order_by(ENTRIES.c.record_id).with_for_update()
        if missing := sorted(set(ids) - set(db.session.scalars(here))):
            rows = [{"kind": kind.code, "record_id": key, "words": ()} for key in missing]
            db.session.execute(postgresql.insert(ENTRIES).on_conflict_do_nothing(), rows)
            db.session.execute(here).all()


def _of(kind: Kind, ids: Collection[int]) -> tuple[Any, Any]:
    return ENTRIES.c.kind == kind.code, ENTRIES.c.record_id.in_(ids)


def _write(kind: Kind, ids: Sequence[int], fresh: Collection[int]) -> None:
    """Replace what differs. An entry whose tokens are right already is left alone."""
    there, known = _there(kind, [key for key in ids if key not in fresh]), tokens_of(kind, ids)
    wrong = [key for key in ids if there.get(key) != known.get(key)]
    if gone := [key for key in wrong if key in there]:
        db.session.execute(delete(ENTRIES).where(*_of(kind, gone)))
    if new := [key for key in wrong if key in known]:
        rows = [{"kind": kind.code, "record_id": key, "words": known[key]} for key in new]
        db.session.execute(insert(ENTRIES), rows)
        if not is_postgres():
            _tell_sqlite(kind, new)


def _there(kind: Kind, ids: Collection[int]) -> dict[int, frozenset[str]]:
    here = select(ENTRIES.c.record_id, ENTRIES.c.words).where(*_of(kind, ids))
    return dict(db.session.execute(here).all()) if ids else {}


def _tell_sqlite(kind: Kind, ids: Collection[int]) -> None:
    """Put new entries into SQLite's own index. When an entry goes, a trigger takes it out."""
    chosen = select(ENTRIES.c.id, ENTRIES.c.words).where(*_of(kind, ids))
    db.session.execute(insert(FTS).from_select(["rowid", "words"], chosen))


def tokens_of(kind: Kind, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return the tokens that the records should have now, by id; deleted records are left out."""
    cutters: dict[str, list[Callable[[str], list[str]]]] = {part.source: [] for part in kind.parts}
    for part in kind.parts:
        cutters[part.source].append(rules.cutter(kind.mark, part))
    return {
        key: frozenset(token for mark, text in texts for cut in cutters[mark] for token in cut(text))
        for key, texts in kind.texts(ids).items()
    }
