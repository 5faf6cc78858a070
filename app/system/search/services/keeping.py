"""Writing entries: the tokens of a record are made from its texts as they stand in this transaction."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.base.chinese import search_form
from app.base.scope import unscoped
from app.extensions import db
from app.system.search import rules
from app.system.search.models import Entry
from app.system.search.queries.index import ENTRIES, is_postgres
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
            _write(kind, part)


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


def _write(kind: Kind, ids: Sequence[int]) -> None:
    known = tokens_of(kind, ids)
    if gone := [key for key in ids if key not in known]:
        db.session.execute(delete(ENTRIES).where(*_of(kind, gone)))
    if known:
        rows = [{"kind": kind.code, "record_id": key, "words": words} for key, words in known.items()]
        db.session.execute(_upsert(), rows)


def _upsert() -> Any:
    made = (postgresql if is_postgres() else sqlite).insert(Entry.__table__)
    differs = ENTRIES.c.words.is_distinct_from(made.excluded.words)
    keys = [ENTRIES.c.kind, ENTRIES.c.record_id]
    return made.on_conflict_do_update(index_elements=keys, set_={"words": made.excluded.words}, where=differs)


def tokens_of(kind: Kind, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Return the tokens that the records should have now, by id; deleted records are left out."""
    return {key: _tokens(kind, texts) for key, texts in kind.texts(ids).items()}


def _tokens(kind: Kind, texts: Iterable[tuple[str, str]]) -> frozenset[str]:
    found: set[str] = set()
    for mark, text in texts:
        whole = search_form(text)
        for part in kind.parts:
            if part.source == mark:
                found.update(rules.cut(kind.mark, part, part.manner.form(text), whole))
    return frozenset(map(rules.safe, found))
