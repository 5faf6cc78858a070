"""All changes of all records of a kind, newest first: read window by window of change sets, never as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, func, literal, or_, select, tuple_, union

from app.base import clock
from app.base.actor import current_actor
from app.base.fields import Field, fields_of
from app.base.history import Child, change_set_class, children_of, versions_of
from app.base.i18n import _
from app.base.scope import condition, is_everything, with_deleted
from app.base.sentences import Told
from app.extensions import db
from app.system.audit.queries.record import changed_fields, of_kind
from app.system.security.queries import Employee

WINDOW = 500  # change sets looked at in one statement
FIRST_WINDOW = 20  # most pages need no more: one change set may be a change of thousands of records
MOST_WINDOWS = 40
OWN = -1  # the place of the record itself among its children


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to; empty values mean everything. Days are of the business's zone."""

    words: str = ""  # in the record's name
    field: str = ""  # a field's name, or "child:<place>"
    user_id: int | None = None
    channel: str = ""
    first: date | None = None
    last: date | None = None
    record_id: int | None = None


@dataclass(frozen=True)
class Entry:
    """One record changed in one change set."""

    record: Any
    number: int
    at: datetime  # UTC
    who: str
    channel: str
    address: str | None
    note: Told | None
    what: Sequence[tuple[object, Any, Any, Field | None]]  # label, old and new value; no field: only the label


class Found(NamedTuple):
    """One record in one change set, before its fields are compared."""

    record: Any
    change: Any
    who: str | None
    places: set[int]  # of what changed: OWN, or a child's


def feed(model: type[Any], asked: Asked, *, limit: int, before: tuple[int, int] | None = None) -> Sequence[Entry]:
    """Return up to ``limit`` entries in scope, newest first, behind the entry ``before`` (change set, record)."""
    found: list[Found] = []
    with with_deleted():
        for first, last in _windows(asked, before):
            found += _in_window(model, asked, (first, last), limit - len(found), before)
            if len(found) >= limit:
                break
        return _entries(model, found)


def _windows(asked: Asked, before: tuple[int, int] | None) -> Iterator[tuple[int, int]]:
    """Yield (first, last) numbers of change sets that may hold something, newest first."""
    change = change_set_class().__table__
    edge = before[0] if before else None
    for turn in range(MOST_WINDOWS):
        size = WINDOW if turn else FIRST_WINDOW
        newer = [change.c.id <= edge] if edge is not None else []
        ids = select(change.c.id).where(*_change_terms(change, asked), *newer)
        numbers = list(db.session.scalars(ids.order_by(change.c.id.desc()).limit(size)))
        if not numbers:
            return
        yield numbers[-1], numbers[0]
        if len(numbers) < size:
            return
        edge = numbers[-1] - 1


def _change_terms(change: Any, asked: Asked) -> list[ColumnElement[bool]]:
    terms = []
    if asked.user_id:
        terms.append(change.c.user_id == asked.user_id)
    if asked.channel:
        terms.append(change.c.channel == asked.channel)
    if asked.first:
        terms.append(change.c.issued_at >= _midnight(asked.first))
    if asked.last:
        terms.append(change.c.issued_at < _midnight(asked.last + timedelta(days=1)))
    return terms


def _midnight(day: date) -> datetime:
    return clock.stored(datetime.combine(day, time()))


def _in_window(
    model: type[Any], asked: Asked, window: tuple[int, int], limit: int, before: tuple[int, int] | None
) -> list[Found]:
    """Return (record, change set, places of what changed) of one window, newest first."""
    most = limit if before is None and _sees_all(model, asked) else None
    change, legs, key = change_set_class(), _legs(model, asked, window, most=most), model.id  # type: ignore[attr-defined]
    wanted = (
        select(key, change.id, func.min(legs.c.place), func.max(legs.c.place))
        .join(legs, legs.c.record_id == key)
        .join(change, change.id == legs.c.number)
        .where(*_change_terms(change.__table__, asked))
        .group_by(key, change.id)
        .order_by(change.id.desc(), key.desc())
        .limit(limit)
    )
    if before:
        wanted = wanted.where(tuple_(change.id, key) < tuple_(*before))
    if asked.words:
        wanted = wanted.where(model.name.icontains(asked.words, autoescape=True))  # type: ignore[attr-defined]
    return _whole(model, db.session.execute(wanted).all())


def _whole(model: type[Any], rows: Sequence[Any]) -> list[Found]:
    """Return what was found with its records and change sets: only ids are sorted, never whole rows."""
    change, key = change_set_class(), model.id  # type: ignore[attr-defined]
    who = select(Employee.name).where(Employee.id == change.user_id).scalar_subquery()
    if not rows:
        return []
    records = {one.id: one for one in db.session.scalars(select(model).where(key.in_({row[0] for row in rows})))}
    named = select(change, who).where(change.id.in_({row[1] for row in rows}))
    changes = {one.id: (one, name) for one, name in db.session.execute(named)}
    return [Found(records[row[0]], *changes[row[1]], {row[2], row[3]}) for row in rows if row[0] in records]


def _sees_all(model: type[Any], asked: Asked) -> bool:
    """Tell whether nothing is narrowed: then the newest of each table are all that is looked at.

    One change set may be a change of thousands of records. Versions go with a record that goes for good.
    """
    actor = current_actor()
    return asked == Asked() and actor is not None and is_everything(condition(model, actor))


def _legs(model: type[Any], asked: Asked, window: tuple[int, int], *, most: int | None = None) -> Subquery:
    """Select (record, change set, place) of everything that changed in the window, as far as asked for.

    ``most``: how many of each table, the newest.
    """
    legs = []
    if not asked.field.startswith("child:"):
        legs.append(_own_leg(model, asked, *window))
    for place, child in enumerate(children_of(model)):
        if not asked.field or asked.field == f"child:{place}":
            legs.append(_child_leg(child, place, asked, *window))
    return union(*[_newest(leg, most) for leg in legs] if most else legs).subquery()


def _newest(leg: Any, most: int) -> Any:
    record, number, _place = leg.selected_columns
    found = leg.distinct().order_by(number.desc(), record.desc()).limit(most).subquery()
    return select(found)


def _own_leg(model: type[Any], asked: Asked, first: int, last: int) -> Any:
    rows = versions_of(model).__table__
    leg = _leg(rows.c.id, rows, OWN).where(rows.c.transaction_id.between(first, last), *_one(rows.c.id, asked))
    spec = fields_of(model).get(asked.field)
    if spec is None or not spec.column:
        return leg
    former = rows.alias()
    follows = and_(former.c.id == rows.c.id, former.c.end_transaction_id == rows.c.transaction_id)
    return leg.join(former, follows).where(rows.c[spec.column].is_distinct_from(former.c[spec.column]))


def _leg(record: Any, rows: Any, place: int) -> Any:
    number = rows.c.transaction_id.label("number")
    return select(record.label("record_id"), number, literal(place).label("place"))


def _child_leg(child: Child, place: int, asked: Asked, first: int, last: int) -> Any:
    rows = versions_of(child.model).__table__
    within = rows.c.transaction_id.between(first, last)
    if child.via is None:
        parent: Any = rows.c[child.column]
        return _leg(parent, rows, place).where(within, of_kind(child, rows), *_one(parent, asked))
    model, own, to_parent = child.via
    between = versions_of(model).__table__
    joined = between.c[own] == rows.c[child.column]
    leg = _leg(between.c[to_parent], rows, place).join(between, joined)
    return leg.where(within, *_one(between.c[to_parent], asked))


def _one(column: Any, asked: Asked) -> list[ColumnElement[bool]]:
    return [column == asked.record_id] if asked.record_id else []


def _entries(model: type[Any], found: Sequence[Found]) -> list[Entry]:
    own, kinds = _own_changes(model, found), children_of(model)
    entries = []
    for record, change, name, places in found:
        what = list(own.get((record.id, change.id), ()))
        what += [(kinds[place].label, "", "", None) for place in sorted(places) if place >= 0]
        who = name or (f"#{change.user_id}" if change.user_id else str(_("System")))
        more = (change.issued_at, who, change.channel or "", change.remote_addr, change.note)
        entries.append(Entry(record, change.id, *more, what))
    return entries


def _own_changes(model: type[Any], found: Sequence[Found]) -> Mapping[tuple[int, int], Sequence[Any]]:
    """Return, per record and change set, its changed fields with old and new value: one statement for the page."""
    rows = versions_of(model)
    keys = {one.record.id for one in found}
    numbers = {one.change.id for one in found}
    both = or_(rows.transaction_id.in_(numbers), rows.end_transaction_id.in_(numbers))
    versions = list(db.session.scalars(select(rows).where(rows.id.in_(keys), both))) if found else []
    former = {(row.id, row.end_transaction_id): row for row in versions}
    return {
        (row.id, row.transaction_id): list(_values(model, former.get((row.id, row.transaction_id)), row))
        for row in versions
    }


def _values(model: type[Any], before: Any, after: Any) -> Iterator[tuple[object, Any, Any, Field | None]]:
    for name, label in changed_fields(model, before, after).items():
        spec = fields_of(model).get(name)
        if spec is None:
            yield label, "", "", None
        else:
            yield label, getattr(before, spec.column), getattr(after, spec.column), spec
