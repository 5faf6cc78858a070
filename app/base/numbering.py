"""Numbers without gaps: the counter is a row, raised in the transaction that uses the number. Source: DECISIONS.

Whoever takes a number holds its series until the commit; a rollback gives the number back. So take it last, when
nothing else can be refused: others wait meanwhile.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import String, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.base.scope import PUBLIC, unscoped, with_deleted
from app.extensions import db


class Series(Model):
    """A series of numbers, such as the fees of a month, and the last that was taken."""

    __tablename__ = "base_series"
    __scope__ = PUBLIC

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int]


def take(series: str, count: int = 1) -> range:
    """Return the next ``count`` numbers of a series, counted from 1. Part of the caller's transaction."""
    table = Series.__table__
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.session.get_bind().dialect.name]
    first = insert(table).values(name=series, last=count)
    raised = first.on_conflict_do_update(index_elements=["name"], set_={"last": table.c.last + count})
    last: int = db.session.execute(raised.returning(table.c.last)).scalar_one()
    return range(last - count + 1, last + 1)


def at_least(series: str, number: int) -> None:
    """Let a series go on behind a number that came from elsewhere. Part of the caller's transaction."""
    table = Series.__table__
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.session.get_bind().dialect.name]
    first = insert(table).values(name=series, last=number)
    higher = case((table.c.last > number, table.c.last), else_=number)
    db.session.execute(first.on_conflict_do_update(index_elements=["name"], set_={"last": higher}))


def taken(column: Any, numbers: Iterable[str]) -> set[str]:
    """Return which of some numbers records have in a column, in whatever scope, those in the recycle bin too."""
    wanted = sorted(set(numbers))
    with unscoped("a number is given once"), with_deleted():
        return set(db.session.scalars(select(column).where(column.in_(wanted)))) if wanted else set()


def fill(
    rows: Sequence[dict[str, Any]],
    *,
    ours: re.Pattern[str],
    prefix: str,
    key_of: Callable[[dict[str, Any]], str],
    written: Callable[[str, int], str],
) -> None:
    """Let series go on behind the numbers that rows bring along, and give numbers to the rows that have none.

    ``ours``: the key and the count in a number of the house, such as a month and 41; a series is called ``prefix`` and
    its key. ``key_of``: that of a row without a number; ``written``: a number. Part of the caller's transaction.
    """
    highest: dict[str, int] = defaultdict(int)
    bare: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if not row["number"]:
            bare[key_of(row)].append(row)
        elif met := ours.fullmatch(row["number"]):
            highest[met[1]] = max(highest[met[1]], int(met[2]))
    for key, number in sorted(highest.items()):
        at_least(f"{prefix}{key}", number)
    for key, some in sorted(bare.items()):
        for row, number in zip(some, take(f"{prefix}{key}", len(some)), strict=True):
            row["number"] = written(key, number)
