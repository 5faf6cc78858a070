"""How many rows a list finds, counted no further than one above LIMIT.

Counting so far costs PostgreSQL more than everything else a page asks. Where more than FAR rows were found, that there
are more than LIMIT is believed for BELIEVED_SECONDS, by everybody who sees the same rows: until then ten thousand of
them would have to go. Where there are fewer than FAR, each page counts.
"""

import time
from collections.abc import Hashable
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, select

from app.base.narrowing import sight
from app.extensions import db

LIMIT = 10_000
FAR = 2 * LIMIT
BELIEVED_SECONDS = 30.0
MOST_KEPT = 1000

#: Until when what is believed of the rows that a statement finds: whether they are more than FAR.
_believed: dict[Hashable, tuple[float, bool]] = {}


def up_to_limit(rows: Select[Any]) -> int:
    """Return how many rows a statement finds in the scope of whoever asks, LIMIT + 1 for all above."""
    key = _same_rows(rows)
    until, is_far = _believed.get(key, (0.0, False))
    is_fresh = until > time.monotonic()
    if is_fresh and is_far:
        return LIMIT + 1
    found = _count(rows, LIMIT if is_fresh else FAR)
    if found > LIMIT and not is_fresh and key is not None:
        _believe(key, is_far=found > FAR)
    return min(found, LIMIT + 1)


def _count(rows: Select[Any], most: int) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.limit(most + 1).subquery())) or 0


def _same_rows(rows: Select[Any]) -> Hashable:
    """Return what is equal for statements that find the same rows: their text, their values, who asks, which day."""
    made = rows._generate_cache_key()  # noqa: SLF001 - SQLAlchemy 2.0, sql/cache_key.py: how it knows a statement again
    if made is None:
        return None
    application = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - behind the proxy
    return application, made.key, tuple(repr(one.effective_value) for one in made.bindparams), sight()


def _believe(key: Hashable, *, is_far: bool) -> None:
    if len(_believed) >= MOST_KEPT:
        _believed.clear()
    _believed[key] = (time.monotonic() + BELIEVED_SECONDS, is_far)
