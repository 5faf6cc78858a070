"""Numbers without gaps: the counter is a row, raised in the transaction that uses the number. Source: DECISIONS.

Whoever takes a number holds its series until the commit; a rollback gives the number back. So take it last, when
nothing else can be refused: others wait meanwhile.
"""

from typing import Any

from flask_appbuilder import Model
from sqlalchemy import String, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.base.scope import PUBLIC
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
