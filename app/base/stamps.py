"""Version stamps: a number per thing that is cached in every process, raised in the transaction that changes it.

A process that reads a higher number than it knows throws its cache away, so a change counts at the next
request in every process, without a message bus.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any

from flask import current_app, g, has_app_context
from flask_appbuilder import Model
from sqlalchemy import BigInteger, Select, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.base.scope import PUBLIC
from app.extensions import db


class Stamp(Model):
    """The number of one cached thing."""

    __tablename__ = "base_stamp"
    __scope__ = PUBLIC

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


def numbers() -> Mapping[str, int]:
    """Return every stamp's number, read once per request or job."""
    try:
        known: Mapping[str, int] = g.stamps
    except (AttributeError, RuntimeError):  # not read yet, or nobody asks
        return _read()
    return known


def _read() -> Mapping[str, int]:
    found: dict[str, int] = dict(db.session.execute(_all()).all())
    if has_app_context():
        g.stamps = found
    return found


@cache
def _all() -> Select[str, int]:
    return select(Stamp.__table__.c.name, Stamp.__table__.c.number)


def number(name: str) -> int:
    """Return one stamp's number; 0 if nothing was ever changed."""
    return numbers().get(name, 0)


def raise_stamp(name: str) -> None:
    """Say, within the current transaction, that what stands under ``name`` has changed."""
    table = Stamp.__table__
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.session.get_bind().dialect.name]
    first = insert(table).values(name=name, number=1)  # two may raise it for the first time at the same moment
    db.session.execute(first.on_conflict_do_update(index_elements=["name"], set_={"number": table.c.number + 1}))
    forget()


def forget() -> None:
    """Read the stamps anew at the next question."""
    if has_app_context():
        g.pop("stamps", None)
        g.pop("dictionaries", None)  # what choices.py looked up


class Cached:
    """Values computed from the database, kept in this process for as long as one stamp stands still."""

    def __init__(self, stamp: str, compute: Callable[..., Any]) -> None:
        self.stamp, self.compute = stamp, compute
        self.kept: tuple[tuple[Any, int], dict[Hashable, Any]] = ((None, -1), {})

    def __call__(self, *key: Hashable) -> Any:
        """Return the value for ``key``, computed at most once per number of the stamp (and application)."""
        state = (current_app._get_current_object(), number(self.stamp))  # type: ignore[attr-defined]  # noqa: SLF001 - the application behind the proxy
        if self.kept[0] != state:
            self.kept = (state, {})
        values = self.kept[1]
        if key not in values:
            values[key] = self.compute(*key)
        return values[key]
