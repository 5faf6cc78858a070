"""Records of which a text is the same as one that is at hand: for finding what is entered twice."""

from collections.abc import Sequence

from app.base.scope import unscoped
from app.extensions import db
from app.system.search import rules
from app.system.search.queries.index import entries
from app.system.search.queries.kinds import kinds


def twins(code: str, mark: str, text: str, *, limit: int) -> Sequence[int]:
    """Return records of a kind, of whatever scope, whose part ``mark`` may hold the same text: the caller proves it.

    Deleted records have no entry, so they are never among them.
    """
    kind = kinds[code]
    part = next(one for one in kind.parts if one.mark == mark)
    expression = rules.same(kind.mark, part, text)
    if expression is None:
        return []
    with unscoped("the caller proves it, and says what may be told"):
        return list(db.session.scalars(entries(expression).limit(limit)))
