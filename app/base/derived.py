"""Columns that are reckoned from other rows: set without a version, for those rows have a history of their own."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy_continuum import version_class

from app.base.among import among
from app.base.history import CHUNK
from app.extensions import db


def set_derived(cls: Any, ids: Iterable[int], values: Mapping[str, Any]) -> None:
    """Set columns that the history leaves out, because they are reckoned from rows with a history of their own.

    No version is written and no revision raised: a form that is open meanwhile is not stale. ``values``: by column
    name, a value or an SQL expression on the row. Rows that hold them already are not written at all: a row written
    is an entry in every index of its table.
    """
    table, versions = cls.__table__, version_class(cls).__table__
    assert not values.keys() & versions.c.keys(), "these columns have a history"  # noqa: S101 - a programming error
    wanted = sorted(set(ids))
    db.session.flush()
    differs = sa.or_(*[table.c[name].is_distinct_from(value) for name, value in values.items()])
    for start in range(0, len(wanted), CHUNK):
        part = among(table.c.id, wanted[start : start + CHUNK])
        db.session.connection().execute(sa.update(table).where(part, differs).values(values))
    db.session.expire_all()
