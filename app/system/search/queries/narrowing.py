"""The filter "contains" of lists, helped by the index: it proposes a few rows, and the condition itself proves them.

Without it a rare word is looked for in every row there is; a frequent one is found at once without.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, any_, func

from app.base.scope import shows_deleted
from app.system.search.queries import index
from app.system.search.queries.finding import FREQUENT
from app.system.search.queries.kinds import Kind
from app.system.search.rules import Part
from app.system.search.rules.tokens import contains


def narrowing(kind: Kind, part: Part) -> Callable[[str], ColumnElement[bool] | None]:
    """Return what says, for a piece of text, which records of the kind can hold it in this part; None for "any".

    Deleted records have no entry: where they are looked for, nothing is said.
    """
    key: Any = kind.model.id

    def narrowed(text: str) -> ColumnElement[bool] | None:
        wanted = part.manner.typed(text)
        if len(wanted) < part.manner.gram or shows_deleted():
            return None
        expression = contains(kind.mark, part, wanted)
        if index.estimated(expression, index.counts(expression)) > FREQUENT:
            return None
        proposed = index.entries(expression)
        return key == any_(func.array(proposed.scalar_subquery())) if index.is_postgres() else key.in_(proposed)

    return narrowed
