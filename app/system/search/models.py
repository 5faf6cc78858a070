"""The index: one row for each record that can be found, and how often each token occurs."""

from collections.abc import Iterable
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Dialect, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.base.scope import Restricted

#: Nobody reads the index but search itself: what it proposes is then read again in the reader's own scope.
SCOPE = Restricted("search")
LONGEST_TOKEN = 80  # characters


class Tokens(TypeDecorator[frozenset[str]]):
    """A set of tokens: a tsvector on PostgreSQL, words parted by blanks on SQLite, with FTS5 beside."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str:
        """Write the tokens as a literal of the type: rules.safe leaves no sign in them that would need care."""
        given = value or ()
        return " ".join(f"'{token}'" for token in given) if dialect.name == "postgresql" else " ".join(given)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> frozenset[str]:
        return frozenset((value or "").replace("'", "").split())


class IndexEntry(Model):
    """The tokens of one record. Derived, never edited."""

    __tablename__ = "search_entry"
    __scope__ = SCOPE
    __table_args__ = (UniqueConstraint("kind", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # queries.kinds
    record_id: Mapped[int]
    words: Mapped[frozenset[str]] = mapped_column(Tokens)


class TokenFrequency(Model):
    """About how many entries hold a token, or (with * behind it) one that begins so. Rare ones have no row."""

    __tablename__ = "search_frequency"
    __scope__ = SCOPE

    token: Mapped[str] = mapped_column(String(LONGEST_TOKEN), primary_key=True)
    count: Mapped[int]
