"""Asking the index: an expression of tokens becomes a statement, and its frequency is estimated."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, any_, cast, column, func, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from app.base.scope import unscoped
from app.extensions import db
from app.system.search.models import IndexEntry, TokenFrequency
from app.system.search.rules import Every, Term
from app.system.search.rules.tokens import Expression

ENTRIES, COUNTS = IndexEntry.__table__, TokenFrequency.__table__
#: SQLite's index: a virtual table, made by the migration.
FTS = table("search_words", column("rowid"), column("words"))


def is_postgres() -> bool:
    return db.session.connection().dialect.name == "postgresql"


def entries(expression: Expression) -> Select[int]:
    """Select the ids of the records whose tokens satisfy the expression. The tokens say of what kind they are."""
    found = select(ENTRIES.c.record_id)
    if is_postgres():
        return found.where(ENTRIES.c.words.op("@@")(cast(_tsquery(expression), TSQUERY)))
    joined = found.join(FTS, FTS.c.rowid == ENTRIES.c.id)
    return joined.where(literal_column("search_words").op("MATCH")(_fts(expression)))


def narrowed(statement: Select[Any], key: ColumnElement[int], chosen: Select[int] | CompoundSelect[int]) -> Select[Any]:
    """Return the statement for the rows whose key is chosen, the choice made first.

    Left to itself PostgreSQL's planner thinks that an OR of tokens finds thousands, and walks the key instead of
    looking up the three rows there are; an array it takes for ten.
    """
    if is_postgres():
        return statement.where(key == any_(func.array(chosen.scalar_subquery())))
    found = chosen.cte("found").prefix_with("MATERIALIZED")
    return statement.join(found, found.c[0] == key)


def _tsquery(expression: Expression) -> str:
    if isinstance(expression, Term):
        return f"'{expression.token}'{':*' if expression.is_prefix else ''}"
    joint = " & " if isinstance(expression, Every) else " | "
    return "(" + joint.join(_tsquery(term) for term in expression.terms) + ")"


def _fts(expression: Expression) -> str:
    if isinstance(expression, Term):
        return f'"{expression.token}"{"*" if expression.is_prefix else ""}'
    joint = " AND " if isinstance(expression, Every) else " OR "
    return "(" + joint.join(_fts(term) for term in expression.terms) + ")"


def counts(expression: Expression) -> dict[str, int]:
    """Return about how many entries hold each token of the expression; rare ones are left out."""
    names = sorted({_counted(term) for term in _terms(expression)})
    with unscoped("how often a token occurs tells nothing of any record"):
        rows = db.session.execute(select(COUNTS.c.token, COUNTS.c.count).where(COUNTS.c.token.in_(names)))
        return dict(rows.all())


def estimated(expression: Expression, known: Mapping[str, int]) -> int:
    """Return about how many entries satisfy the expression, at most; a token that is rare counts nothing."""
    if isinstance(expression, Term):
        return known.get(_counted(expression), 0)
    each = [estimated(term, known) for term in expression.terms]
    return min(each) if isinstance(expression, Every) else sum(each)


def _counted(term: Term) -> str:
    return term.token + ("*" if term.is_prefix else "")


def _terms(expression: Expression) -> Iterator[Term]:
    if isinstance(expression, Term):
        yield expression
    else:
        for term in expression.terms:
            yield from _terms(term)
