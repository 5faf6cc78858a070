"""The blind index: beside a sealed column stands a keyed hash, by which the whole value is found, and nothing else."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, event, inspect
from sqlalchemy.orm import Mapper

from app.base.sealed.column import Unreadable
from app.base.sealed.ring import ring


def blind_of(column: str) -> dict[str, str]:
    """Return the ``info`` of a mapped column that is the blind index of the sealed ``column`` beside it."""
    return {"blind_of": column}


@cache
def blinds_in(table: Table) -> Mapping[str, str]:
    """Return the sealed columns of a table that have a blind index, with its column's name."""
    return {column.info["blind_of"]: column.name for column in table.columns if "blind_of" in column.info}


def is_value(table: Any, column: str, value: str) -> ColumnElement[bool]:
    """Return the condition that a sealed column of ``table`` (or of an alias of it) holds this whole value."""
    source = getattr(table, "element", table)
    index = table.c[blinds_in(source)[column]]
    return index.in_(ring().blinds(value, place=source.c[column].type.place))  # type: ignore[no-any-return]


def with_blind(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row to be written past the mapper, with its blind indexes."""
    known = blinds_in(table).items()
    return dict(row) | {index: _index(table, name, row[name]) for name, index in known if name in row}


def _index(table: Table, name: str, value: Any) -> str | None:
    if value is None or isinstance(value, Unreadable):
        return None
    return ring().blind(str(value), place=table.c[name].type.place)  # type: ignore[attr-defined]


def _follow(_mapper: Mapper[Any], _connection: Any, record: Any) -> None:
    """Bring the index in step with a value that was set; seal the value once for the row and its history."""
    table = record.__table__
    for name, index in blinds_in(table).items():
        if inspect(record).attrs[name].history.has_changes():
            value = getattr(record, name)
            setattr(record, index, _index(table, name, value))
            setattr(record, name, table.c[name].type.sealed(value))


@event.listens_for(Mapper, "mapper_configured")
def _watch(mapper: Mapper[Any], cls: type[Any]) -> None:
    if isinstance(mapper.local_table, Table) and blinds_in(mapper.local_table):
        event.listen(cls, "before_insert", _follow)
        event.listen(cls, "before_update", _follow)
