"""Rows named by their keys: one bound value, instead of one for each key.

Two thousand keys as two thousand parameters cost more to write, send and parse than to look up.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Integer, and_, any_, column, func, literal, select
from sqlalchemy.types import UserDefinedType

from app.extensions import db


class _Keys(UserDefinedType[str]):
    """An array of numbers in PostgreSQL's own writing: the driver would take each key in its hands."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, item: str) -> None:
        self.item = item

    def get_col_spec(self, **_more: Any) -> str:
        return f"{self.item}[]"


def among(key: Any, keys: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of some keys.

    Between which two they lie is said too: PostgreSQL takes a list of thousands for rows all over the table, and
    would rather read a hundred thousand rows than look so many up.
    """
    if _is_postgresql():
        one_of = key == any_(_array(key.type, keys))
        return and_(key.between(min(keys), max(keys)), one_of) if keys else one_of
    listed = func.json_each(json.dumps(list(keys))).table_valued("value")
    return key.in_(select(listed.c.value))  # type: ignore[no-any-return]


def listed(**columns: Sequence[int | None]) -> FromClause:
    """Return rows of whole numbers, column by column, to be joined to a table."""
    if _is_postgresql():
        arrays = [_array(Integer(), values) for values in columns.values()]
        named = [column(name, Integer) for name in columns]
        return func.unnest(*arrays).table_valued(*named).render_derived()
    rows = func.json_each(json.dumps(list(zip(*columns.values(), strict=True)))).table_valued("value")
    cells = [
        func.json_extract(rows.c.value, f"$[{place}]", type_=Integer).label(name) for place, name in enumerate(columns)
    ]
    return select(*cells).subquery()


def _is_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _array(kind: Any, values: Sequence[int | None]) -> Any:
    written = json.dumps(list(values))  # but for its brackets PostgreSQL writes it likewise, null included
    return literal("{" + written[1:-1] + "}", _Keys("BIGINT" if isinstance(kind, BigInteger) else "INTEGER"))
