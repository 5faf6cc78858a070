"""Change sets, versions and differences of one record with all that hangs on it, and of all records of a kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select, true, union

from app.base import choices
from app.base.fields import Field, fields_of
from app.base.history import DELETE, Child, change_set_class, children_of, versions_of
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.sentences import Told
from app.extensions import db

RecordKey = tuple[type[Any], int]  # of a row: its model and id


@dataclass(frozen=True)
class Set:
    """One change set as the timeline shows it."""

    number: int  # of the transaction
    place: int  # 1 for the first version of the record
    at: datetime  # UTC
    who: str
    channel: str
    address: str | None
    note: Told | None
    what: tuple[object, ...]  # labels of the fields and children that changed


@dataclass(frozen=True)
class Line:
    """One field that differs between two points in time. ``part``: "" for the record itself, else the child row."""

    key: RecordKey
    part: str
    spec: Field
    old: Any
    new: Any
    was_there: bool = True
    is_there: bool = True


@dataclass
class Snapshot:
    """A record and its children as they stood after one change set: values by row and field name."""

    rows: dict[RecordKey, dict[str, Any]] = field(default_factory=dict)
    titles: dict[RecordKey, str] = field(default_factory=dict)
    specs: dict[RecordKey, Mapping[str, Field]] = field(default_factory=dict)


def sets(model: type[Any], key: int, *, limit: int = 500) -> Sequence[Set]:
    """Return the change sets that touched a record in scope or its children, newest first."""
    parts = _parts(model, key)
    numbers = sorted(parts)
    change = change_set_class()
    wanted = numbers[-limit:]
    rows = {row.id: row for row in db.session.scalars(select(change).where(change.id.in_(wanted)))}
    names = choices.labels("employee", {row.user_id for row in rows.values()})
    places = {number: place for place, number in enumerate(numbers, start=1)}
    own = _own_changes(model, key, wanted)
    found = []
    for number in reversed(wanted):
        what = {str(label): label for label in (*own.get(number, ()), *parts[number])}
        found.append(_set(rows[number], places[number], names, tuple(what.values())))
    return found


def _set(row: Any, place: int, names: Mapping[int, str], what: tuple[object, ...]) -> Set:
    who = names.get(row.user_id, f"#{row.user_id}") if row.user_id else str(_("System"))
    return Set(row.id, place, row.issued_at, who, row.channel or "", row.remote_addr, row.note, what)


def _parts(model: type[Any], key: int) -> Mapping[int, Sequence[object]]:
    """Return the change sets that touched the record, each with the labels of the children it touched.

    One statement, not narrowed: the record is in scope, and its children follow it.
    """
    kinds = children_of(model)
    own = versions_of(model).__table__
    selects = [select(own.c.transaction_id, literal(-1)).where(own.c.id == key)]
    for place, child in enumerate(kinds):
        table = versions_of(child.model).__table__
        selects.append(select(table.c.transaction_id, literal(place)).where(_of(child, key)))
    found: dict[int, list[object]] = defaultdict(list)
    with unscoped("the record is in scope, its children follow it"):
        rows = db.session.execute(union(*selects)).all()
    for number, place in rows:
        found[number] += [kinds[place].label] if place >= 0 else []
    return found


def _of(child: Child, key: int) -> ColumnElement[bool]:
    """Return the condition on a child's versions that they belong, or once belonged, to the parent ``key``."""
    versions = versions_of(child.model)
    if child.via is None:
        return and_(getattr(versions, child.column) == key, of_kind(child, versions.__table__))
    model, own, to_parent = child.via
    between = versions_of(model)
    ever = select(getattr(between, own)).where(getattr(between, to_parent) == key)
    return getattr(versions, child.column).in_(ever)


def of_kind(child: Child, versions: Any) -> ColumnElement[bool]:
    """Return the condition that a child's versions hang on records of the kind meant."""
    return versions.c[child.only[0]] == child.only[1] if child.only else true()


def snapshot(model: type[Any], key: int, number: int) -> Snapshot:
    """Return a record with its children as they stood after change set ``number``."""
    shot = Snapshot()
    versions = versions_of(model)
    for row in _valid(versions, versions.id == key, number):
        _take(shot, model, row, title="", names=tuple(fields_of(model)))
    for child in children_of(model):
        linked = _linked(child, key, number)
        for row in _valid(versions_of(child.model), _of(child, key), number):
            if linked is None or getattr(row, child.column) in linked:
                _take(shot, child.model, row, title=f"{child.label} {child.title(row)}", names=child.fields)
    return shot


def _linked(child: Child, key: int, number: int) -> set[int] | None:
    """Return the rows in between that led to the parent at that time; None for a direct child."""
    if child.via is None:
        return None
    model, own, to_parent = child.via
    between = versions_of(model)
    return {getattr(row, own) for row in _valid(between, getattr(between, to_parent) == key, number)}


def _valid(versions: Any, of: ColumnElement[bool], number: int) -> Iterable[Any]:
    then = and_(
        versions.transaction_id <= number,
        or_(versions.end_transaction_id.is_(None), versions.end_transaction_id > number),
        versions.operation_type != DELETE,
    )
    return db.session.scalars(select(versions).where(of, then).order_by(versions.id))


def _take(shot: Snapshot, model: type[Any], row: Any, *, title: str, names: tuple[str, ...]) -> None:
    key, known = (model, row.id), fields_of(model)
    specs = {name: known[name] for name in names if name in known and hasattr(row, known[name].column or "-")}
    shot.rows[key] = {name: getattr(row, spec.column) for name, spec in specs.items()}
    shot.titles[key], shot.specs[key] = title, specs


def differences(old: Snapshot, new: Snapshot, *, without: frozenset[str] = frozenset()) -> Sequence[Line]:
    """Return every field that differs, the record's own first, then child by child."""
    lines = []
    for key in dict.fromkeys([*old.rows, *new.rows]):
        before, after = old.rows.get(key), new.rows.get(key)
        specs = new.specs.get(key) or old.specs[key]
        for name, spec in specs.items():
            values = (before or {}).get(name), (after or {}).get(name)
            if values[0] != values[1] and name not in without:
                title = new.titles.get(key) or old.titles.get(key, "")
                lines.append(Line(key, title, spec, *values, was_there=before is not None, is_there=after is not None))
    return lines


#: Fields that every saving changes: no news.
SILENT = frozenset({"updated_at", "updated_by", "created_at", "created_by"})


def _own_changes(model: type[Any], key: int, numbers: list[int]) -> Mapping[int, Sequence[object]]:
    """Return, per change set, the labels of the record's own fields that changed."""
    versions = versions_of(model)
    both = or_(versions.transaction_id.in_(numbers), versions.end_transaction_id.in_(numbers))
    rows = list(db.session.scalars(select(versions).where(versions.id == key, both)))
    former = {row.end_transaction_id: row for row in rows}
    return {
        row.transaction_id: list(changed_fields(model, former.get(row.transaction_id), row).values()) for row in rows
    }


def changed_fields(model: type[Any], before: Any, after: Any) -> dict[str, object]:
    """Return the fields, name → label, in which a version differs from the one before it (None: the first)."""
    if before is None:
        return {"": _("Created")}
    if hasattr(after, "deleted_at") and after.deleted_at != before.deleted_at:
        return {"": _("Deleted") if after.deleted_at else _("Restored")}
    return {
        name: spec.label
        for name, spec in fields_of(model).items()
        if name not in SILENT and hasattr(after, spec.column or "-") and _differs(before, after, spec)
    }


def _differs(before: Any, after: Any, spec: Field) -> bool:
    return bool(getattr(before, spec.column) != getattr(after, spec.column))


def last_version(model: type[Any], key: int) -> Any:
    """Return the last version of a row, deleted or not. Raises NoResultFound if there never was such a row."""
    versions = versions_of(model)
    found = select(versions).where(versions.id == key).order_by(versions.transaction_id.desc()).limit(1)
    return db.session.scalars(found).one()
