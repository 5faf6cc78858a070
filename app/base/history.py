"""Every edit is kept: Continuum with the acting person, the channel and the request, written in batches.

Stock Continuum writes a version with one SELECT, INSERT and UPDATE per row (5 to 9 ms each); here a flush costs
two or three statements per class. ``change_set()`` is the transaction row that the current changes belong to.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_appbuilder import Model
from sqlalchemy.orm import Session
from sqlalchemy_continuum import make_versioned, version_class, versioning_manager
from sqlalchemy_continuum.operation import Operation
from sqlalchemy_continuum.unit_of_work import UnitOfWork
from sqlalchemy_continuum.utils import versioned_column_properties

from app.base import choices
from app.base.among import among
from app.base.change_sets import ActorPlugin, ChangeSetFactory
from app.base.i18n import _
from app.base.sealed import with_blind
from app.base.sentences import lasting
from app.extensions import db

INSERT, UPDATE, DELETE = Operation.INSERT, Operation.UPDATE, Operation.DELETE
CHUNK = 5000
FEW = 3  # below this, upstream's way costs no more


class BatchUnitOfWork(UnitOfWork):
    """One UPDATE and one executemany INSERT per class and flush instead of three statements per row."""

    def create_version_objects(self, session: Session) -> None:
        pending: dict[type, list[Operation]] = {}
        for operation in list(self.operations.objects.values()):
            if not operation.processed:
                pending.setdefault(type(operation.target), []).append(operation)
        for cls, operations in pending.items():
            if len(operations) < FEW or len(sa.inspect(cls).primary_key) > 1:
                for operation in operations:
                    self.process_operation(operation)
            else:
                self._write(session, cls, operations)
        self.version_session.flush()

    def update_version_validity(self, parent: Any, version_obj: Any) -> None:
        """Close the former version of a row. Upstream makes a statement anew, and asks for the former, each time."""
        keys = {f"the_{one.name}": getattr(version_obj, one.key) for one in sa.inspect(type(parent)).primary_key}
        ends = _closing(type(version_obj).__table__)
        self.version_session.connection().execute(ends, keys | {"ended_by": self.current_transaction.id})

    def _write(self, session: Session, cls: type[Any], operations: list[Operation]) -> None:
        table, key = version_class(cls).__table__, sa.inspect(cls).primary_key[0]
        rows = [self._row(cls, operation) for operation in operations]
        connection, number = session.connection(), self.current_transaction.id
        for start in range(0, len(rows), CHUNK):
            ids = [row[key.name] for row in rows[start : start + CHUNK]]
            replace(connection, table, table.c[key.name].in_(ids), number)
        connection.execute(sa.insert(table), rows)
        for operation in operations:
            operation.processed = True

    def _row(self, cls: type[Any], operation: Operation) -> dict[str, Any]:
        values = {one.columns[0].name: getattr(operation.target, one.key) for one in versioned_column_properties(cls)}
        return values | {"transaction_id": self.current_transaction.id, "operation_type": operation.type}


@cache
def _closing(table: sa.Table) -> sa.Update:
    """Return what ends the validity of a row's former version, at ``ended_by``. The row's keys: ``the_<key>``."""
    row = (one == sa.bindparam(f"the_{one.name}") for one in table.primary_key if one.name != "transaction_id")
    former = (table.c.end_transaction_id.is_(None), table.c.transaction_id != sa.bindparam("ended_by"))
    return sa.update(table).where(*row, *former).values(end_transaction_id=sa.bindparam("ended_by"))


def replace(connection: sa.Connection, table: sa.Table, rows: sa.ColumnElement[bool], number: int) -> None:
    """Make room in a version table for new versions of ``rows`` in change set ``number``.

    Closes the validity of the former versions and removes what this very change set wrote before.
    """
    connection.execute(sa.delete(table).where(rows, table.c.transaction_id == number))
    former = sa.and_(rows, table.c.end_transaction_id.is_(None), table.c.transaction_id != number)
    connection.execute(sa.update(table).where(former).values(end_transaction_id=number))


@sa.event.listens_for(sa.Table, "after_parent_attach")
def _never_reuse_an_id(table: sa.Table, _metadata: sa.MetaData) -> None:
    """SQLite hands the id of a deleted last row out again, unless told not to: two histories would become one."""
    if not table.name.endswith("_version") and _has_integer_key(table):  # of a migration the columns come later
        table.dialect_options["sqlite"]["autoincrement"] = True


def _has_integer_key(table: sa.Table) -> bool:
    keys = list(table.primary_key.columns)
    return len(keys) == 1 and isinstance(keys[0].type, sa.Integer) and not keys[0].foreign_keys


@dataclass(frozen=True)
class Child:
    """Rows whose changes belong to the history of the row they hang on. ``column`` leads to the parent.

    With ``via`` (model, own column, column to the parent) it leads there through another child, such as a contact's
    phones. ``title`` names a row in the reader's words. ``only`` (column, value): other rows hang on other kinds.
    """

    label: object
    model: type[Any]
    column: str
    fields: tuple[str, ...]
    title: Callable[[Any], str]
    via: tuple[type, str, str] | None = None
    only: tuple[str, str] | None = None


def children_of(model: type[Any]) -> tuple[Child, ...]:
    """Return the kinds of child rows that a model's history shows (its ``__history__``)."""
    return tuple(getattr(model, "__history__", ()))


def begin_versioning() -> None:
    """Switch history on. Must run before the first model is imported."""
    make_versioned(user_cls=None, plugins=[ActorPlugin()], options={"create_composite_index": False})
    versioning_manager.transaction_cls = ChangeSetFactory()
    versioning_manager.uow_class = BatchUnitOfWork
    versioning_manager.declarative_base = Model


def change_set() -> Any:
    """Return the change set of the current transaction, begun if nothing was changed yet."""
    session = db.session()
    uow = versioning_manager.unit_of_work(session)
    return uow.current_transaction or uow.create_transaction(session)


def explain(note: object) -> None:
    """Write on the current change set why it was made (at most 300 characters)."""
    change_set().note = lasting(note, longest=300)


def versions_of(cls: type[Any]) -> type[Any]:
    """Return the version class of a versioned model."""
    return version_class(cls)


#: Hears of rows written in sets: (operation, ids, columns that were set or None for all); of a delete before it.
Hearer = Callable[[int, list[int], frozenset[str] | None], None]
_hearers: dict[type[Any], list[Hearer]] = {}


def on_bulk(cls: type[Any], hear: Hearer) -> None:
    """Call ``hear`` for every set of rows of a model that the functions below write."""
    if hear not in _hearers.setdefault(cls, []):
        _hearers[cls].append(hear)


def _heard(cls: type[Any], operation: int, ids: list[int], columns: frozenset[str] | None = None) -> None:
    for hear in _hearers.get(cls, ()):
        hear(operation, ids, columns)


def insert_versioned(cls: type[Any], rows: Iterable[dict[str, Any]]) -> list[int]:
    """Insert many rows with one history entry each, in sets; return their ids in order.

    ``rows`` are dicts by column name, all with the same keys, without the id; defaults of the mapping do not
    apply except the revision, which begins at 1.
    """
    table, versions = cls.__table__, version_class(cls).__table__
    number, connection = change_set().id, db.session.connection()
    db.session.flush()
    batch = [with_blind(table, row) | ({"revision": 1} if "revision" in table.c else {}) for row in rows]
    ids = _reserved_ids(connection, table, versions, len(batch))
    for start in range(0, len(batch), CHUNK):
        part = ids[start : start + CHUNK]
        numbered = [row | {"id": key} for key, row in zip(part, batch[start : start + CHUNK], strict=True)]
        connection.execute(sa.insert(table), numbered)
        _copy(connection, table, versions, table.c.id.in_(part), number, INSERT)
    _heard(cls, INSERT, ids)
    return ids


#: From ids to rows with these ids, at most one each, whose other columns are what the rows of a model become.
Beside = Callable[[list[int]], sa.FromClause]


def update_versioned(
    cls: Any,
    ids: Iterable[int],
    values: Mapping[str, Any],
    *,
    also: Mapping[str, Any] | None = None,
    beside: Beside | None = None,
    are_held: bool = False,
) -> list[int]:
    """Set columns of many rows in sets, with one history entry each; return the ids of the rows that changed.

    ``values``: by column name, a value or an SQL expression on the row; ``beside``: what differs from row to row.
    Rows that hold these values already are left alone, and so are those beside which there is none; ``also`` is set on
    those that change, such as who changed them. The revision, where there is one, is raised. Scope and rights are the
    caller's. ``are_held``: the transaction holds the rows already; else they are locked first, in the order of ids.
    """
    table, versions = cls.__table__, version_class(cls).__table__
    number, connection, wanted = change_set().id, db.session.connection(), sorted(set(ids))
    db.session.flush()
    raised = {"revision": table.c.revision + 1} if "revision" in table.c else {}
    changed, told = list[int](), {*values, *(also or {})}
    for start in range(0, len(wanted), CHUNK):
        these, fresh = _meant(table, values, beside, wanted[start : start + CHUNK])
        if not are_held:
            part = sorted(connection.scalars(sa.select(table.c.id).where(*these).with_for_update(of=table)))
            these, fresh = _meant(table, values, beside, part)
        written = sa.update(table).where(*these).values({**raised, **fresh, **(also or {})})
        part = sorted(connection.scalars(written.returning(table.c.id)))
        replace(connection, versions, among(versions.c.id, part), number)
        _copy(connection, table, versions, among(table.c.id, part), number, UPDATE)
        changed += part
        told |= fresh.keys()
    db.session.expire_all()
    _heard(cls, UPDATE, changed, frozenset(told))
    return changed


def _meant(
    table: sa.Table, values: Mapping[str, Any], beside: Beside | None, ids: list[int]
) -> tuple[list[sa.ColumnElement[bool]], Mapping[str, Any]]:
    """Return the conditions of the rows with these ids that hold anything else by now, and what they are to hold.

    With rows beside them the ids are named there alone: named twice, PostgreSQL compares each with all the others.
    """
    these, fresh = [among(table.c.id, ids)], {**values}
    if beside is not None and ids:
        rows = beside(ids)
        these = [table.c.id.between(ids[0], ids[-1]), rows.c.id == table.c.id]
        fresh |= {one.key: one for one in rows.c if one.key != "id"}
    differs = [table.c[name].is_distinct_from(value) for name, value in fresh.items()]
    return [*these, sa.or_(sa.false(), *differs)], fresh


def delete_versioned(cls: Any, ids: Iterable[Any]) -> None:
    """Delete many rows in sets; the history of each ends with what it was last. Children must be gone before."""
    table, versions, key = cls.__table__, version_class(cls).__table__, cls.__mapper__.primary_key[0].name
    number, connection, wanted = change_set().id, db.session.connection(), sorted(set(ids))
    db.session.flush()
    _heard(cls, DELETE, wanted)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        replace(connection, versions, versions.c[key].in_(part), number)
        _copy(connection, table, versions, table.c[key].in_(part), number, DELETE)
        connection.execute(sa.delete(table).where(table.c[key].in_(part)))


def purge_versioned(cls: Any, values: Iterable[Any], *, column: str = "id") -> None:
    """Delete rows for good, history included: those whose ``column`` has, or once had, one of the values."""
    key, versions, wanted = cls.__mapper__.primary_key[0], version_class(cls).__table__, sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        rows = sa.select(key).where(cls.__table__.c[column].in_(part))
        delete_versioned(cls, db.session.connection().scalars(rows))
        db.session.connection().execute(sa.delete(versions).where(versions.c[column].in_(part)))


def _reserved_ids(connection: sa.Connection, table: sa.Table, versions: sa.Table, count: int) -> list[int]:
    """Return ids that nobody else gets, never one that a deleted row had: its history is still there."""
    if connection.dialect.name == "sqlite":  # BEGIN IMMEDIATE: nobody else writes
        used = [connection.scalar(sa.select(sa.func.max(where.c.id))) or 0 for where in (table, versions)]
        return list(range(max(used) + 1, max(used) + 1 + count))
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    numbers = sa.select(sa.func.nextval(sequence)).select_from(sa.func.generate_series(1, count).alias())
    return list(connection.scalars(numbers))


def _copy(
    connection: sa.Connection,
    table: sa.Table,
    versions: sa.Table,
    rows: sa.ColumnElement[bool],
    number: int,
    operation: int,
) -> None:
    columns = [column.name for column in table.columns if column.name in versions.c]
    chosen = sa.select(*[table.c[name] for name in columns], sa.literal(number), sa.literal(operation)).where(rows)
    connection.execute(sa.insert(versions).from_select([*columns, "transaction_id", "operation_type"], chosen))


def change_set_class() -> type[Any]:
    """Return the class of change sets. It exists only once the mappers are configured."""
    return versioning_manager.transaction_cls


def name_of(change: Any) -> str:
    """Return who made a change set, as a person reads it."""
    if change.user_id is None:
        return str(_("System"))
    return choices.labels("employee", [change.user_id]).get(change.user_id, f"#{change.user_id}")
