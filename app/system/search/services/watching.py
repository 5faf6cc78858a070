"""Hearing of changes: whatever writes a watched row, the entries it concerns follow before the commit."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, inspect, select
from sqlalchemy.orm import Mapper, Session

from app.base.history import INSERT, on_bulk
from app.base.scope import unscoped
from app.extensions import db
from app.system.search.queries.kinds import Kind, Watch, kinds
from app.system.search.services.keeping import keep

PENDING = "search"
CHUNK = 5000


@dataclass
class Pending:
    """The records of one kind whose entries are to be written before the commit."""

    ids: set[int] = field(default_factory=set)
    fresh: set[int] = field(default_factory=set)  # made in this transaction
    keys: dict[Watch, set[int]] = field(default_factory=lambda: defaultdict(set))  # that lead to records


def watch(kind: Kind) -> None:
    """Hear of every change of the rows a kind depends on. Safe to repeat: a kind is told apart by its code."""
    for one in kind.watches:
        marked = (kind.code, one.model)
        if marked not in _watched:
            _watched.add(marked)
            event.listen(one.model, "after_insert", partial(_on_row, kind.code, one.model, is_new=True))
            event.listen(one.model, "after_update", partial(_on_row, kind.code, one.model))
            event.listen(one.model, "after_delete", partial(_on_row, kind.code, one.model, is_gone=True))
            on_bulk(one.model, partial(_on_rows, kind.code, one.model))


_watched: set[tuple[str, type[Any]]] = set()


def _watches(code: str, model: type[Any]) -> Iterable[Watch]:
    return (one for one in kinds[code].watches if one.model is model)


def _pending(session: Session, code: str) -> Pending:
    return session.info.setdefault(PENDING, defaultdict(Pending))[code]


def _on_row(
    code: str,
    model: type[Any],
    _mapper: Mapper[Any],
    _connection: Connection,
    row: Any,
    *,
    is_new: bool = False,
    is_gone: bool = False,
) -> None:
    session = Session.object_session(row)
    assert session is not None, "a row that is flushed has a session"  # noqa: S101 - a programming error
    for one in _watches(code, model):
        if is_new or is_gone or _has_changed(row, one):
            is_fresh = is_new and model is kinds[code].model
            _note(_pending(session, code), one, _keys(row, one.key), is_fresh=is_fresh)


def _has_changed(row: Any, one: Watch) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in one.columns | {one.key})


def _keys(row: Any, key: str) -> set[int]:
    """Return where the row leads to, and where it led to before."""
    before = inspect(row).attrs[key].history.deleted or ()
    return {one for one in (getattr(row, key), *before) if one is not None}


def _on_rows(code: str, model: type[Any], operation: int, ids: list[int], columns: frozenset[str] | None) -> None:
    for one in _watches(code, model):
        if columns is None or columns & (one.columns | {one.key}):
            is_fresh = operation == INSERT and model is kinds[code].model
            _note(_pending(db.session(), code), one, _led_to(one, ids), is_fresh=is_fresh)


def _led_to(one: Watch, ids: list[int]) -> Iterable[int]:
    if one.key == "id":
        return ids
    table, found = one.model.__table__, set[int]()
    with unscoped("the index knows every record"):
        for start in range(0, len(ids), CHUNK):
            chosen = select(table.c[one.key]).where(table.c.id.in_(ids[start : start + CHUNK]))
            found.update(db.session.scalars(chosen.distinct()))
    return found


def _note(pending: Pending, one: Watch, keys: Iterable[int], *, is_fresh: bool) -> None:
    if one.via is not None:
        pending.keys[one].update(keys)
    elif is_fresh:
        pending.fresh.update(keys)
    else:
        pending.ids.update(keys)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Write the entries of all that changed in this transaction."""
    if session.new or session.dirty or session.deleted:
        session.flush()
    for code, pending in sorted(session.info.pop(PENDING, {}).items()):
        found = set(pending.ids)
        with unscoped("the index knows every record"):
            for one, keys in pending.keys.items():
                found |= _via(one, keys)
        keep(kinds[code], found, fresh=pending.fresh)


def _via(one: Watch, keys: Collection[int]) -> set[int]:
    ordered, found = sorted(keys), set[int]()
    assert one.via is not None  # noqa: S101 - only such watches keep keys
    for start in range(0, len(ordered), CHUNK):
        found.update(db.session.scalars(one.via(ordered[start : start + CHUNK])))
    return found


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(PENDING, None)
