"""Where sealed values stand, under which keys, and which of them are not under the current one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Column, ColumnElement, Table, Text, and_, func, or_, select, tuple_, type_coerce

from app.base.scope import unscoped
from app.base.sealed import KeyRing, Sealed
from app.base.sealed.blind import blinds_in
from app.base.sealed.ring import FORM, key_of
from app.extensions import db

MOST_KEYS = 20  # of the same installation, ever


@dataclass(frozen=True)
class Place:
    """A sealed column of a table, or of the history of one; ``index``: its blind index, where it has one."""

    table: Table
    column: Column[Any]
    index: Column[Any] | None

    def __str__(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def keys(self) -> Sequence[Column[Any]]:
        return list(self.table.primary_key.columns)

    @property
    def token(self) -> ColumnElement[str]:
        """The column as it is stored."""
        return type_coerce(self.column, Text)

    @property
    def name(self) -> str:
        """For what column the values are sealed: the same for a table and its history."""
        return self.column.type.place  # type: ignore[attr-defined,no-any-return]


def places() -> Iterable[Place]:
    """Yield every sealed column, those of the history among them."""
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                index = blinds_in(table).get(column.name)
                yield Place(table, column, table.c[index] if index else None)


def stale(place: Place, ring: KeyRing) -> ColumnElement[bool]:
    """Return the condition that a value, or its index, is not under the current key."""
    old = and_(place.token.is_not(None), place.token.not_like(f"{ring.head}%"))
    return old if place.index is None else or_(old, and_(place.token.is_not(None), place.index.is_(None)))


def next_stale(place: Place, ring: KeyRing, *, after: Sequence[Any] | None, limit: int) -> Sequence[Any]:
    """Return the next rows to be sealed anew, as (keys …, what is stored)."""
    behind = [] if after is None else [tuple_(*place.keys) > tuple_(*after)]
    chosen = select(*place.keys, place.token).where(stale(place, ring), *behind)
    with unscoped("keys know no persons"):
        return db.session.execute(chosen.order_by(*place.keys).limit(limit)).all()


def count_stale(ring: KeyRing) -> int:
    """Return how many values are not under the current key."""
    with unscoped("only how many"):
        chosen = [select(func.count()).select_from(one.table).where(stale(one, ring)) for one in places()]
        return sum(db.session.scalar(each) or 0 for each in chosen)


def used(place: Place) -> Counter[str]:
    """Return how many values of a column each key has sealed; "" for those that never were."""
    found: Counter[str] = Counter()
    rest: ColumnElement[bool] = place.token.is_not(None)
    with unscoped("only how many"):
        while len(found) < MOST_KEYS and (one := db.session.scalar(select(place.token).where(rest).limit(1))):
            key = key_of(one)
            mine = place.token.like(f"{FORM}|{key}|%") if key else place.token.not_like(f"{FORM}|%")
            found[key] = db.session.scalar(select(func.count()).select_from(place.table).where(mine)) or 0
            rest = and_(rest, ~mine)
    return found
