"""Finding records: the index proposes, the scope narrows, the real text proves, the best come first.

If the index proposes only a few records, or the reader sees only a few at all, all of them are read and ranked at
once. Else rank by rank, the newest first; and where every token stands in more than FREQUENT entries, the newest ones
are simply read one after the other: going through the index would cost more than finding a page full of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, select, tuple_, union

from app.base.actor import Actor
from app.base.scope import condition, is_everything, unscoped
from app.extensions import db
from app.system.search.queries import index
from app.system.search.queries.kinds import Kind, kinds
from app.system.search.rules import Asked, Rank, Some, ask
from app.system.search.rules.asking import Match
from app.system.search.rules.tokens import Expression

FREQUENT = 20_000  # entries: a token in more of them is not looked up first
FEW = 200  # proposals that are read and ranked at once
FIRST, LARGEST = 40, 4000  # proposals that are read at a time, at first and at most
WINDOWS = (200, 800, 2000)  # of the newest records, read one after the other
OWN = 2000  # records in scope that are read without asking the index
MOST_NUMBERED = 500  # records at which one number stands


@dataclass(frozen=True)
class Hit:
    """A record in scope that answers. ``place``: for going on behind it."""

    kind: Kind
    id: int
    match: Match

    @property
    def place(self) -> str:
        return f"{self.match.rank:d}.{self.id}"


def find(kind: str, words: str, *, actor: Actor, limit: int, after: str = "") -> Sequence[Hit]:
    """Return the best hits among the records that whoever acts may see; ``actor`` decides about masked texts.

    ``after``: the place of the hit behind which to go on.
    """
    search = Finder(kinds[kind], words, actor)
    return list(islice(search.hits(after), limit))


class Finder:
    """One question about one kind."""

    def __init__(self, kind: Kind, words: str, actor: Actor) -> None:
        self.kind, self.words, self.actor = kind, words, actor
        self.asked: Asked = ask(kind.mark, kind.parts, words, actor=actor)
        self.table = kind.model.__table__
        self.key, self.newest = kind.model.id, getattr(kind.model, kind.newest)

    def hits(self, after: str) -> Iterator[Hit]:
        """Yield the hits, the best first, behind the place ``after``."""
        first, edge = self._place(after)
        ranks = [rank for rank in self._ranks if rank >= first]
        if (few := self._few(ranks)) is not None:
            yield from (hit for hit, row in few if hit.match.rank > first or edge is None or _is_behind(row, edge))
            return
        for rank in ranks:
            yield from self._ranked(rank, edge if rank == first else None)

    @cached_property
    def _numbered(self) -> frozenset[int]:
        """The records in scope at which the whole number stands that was typed."""
        chosen = self.kind.numbers(self.words)
        return frozenset() if chosen is None else frozenset(db.session.scalars(chosen.limit(MOST_NUMBERED)))

    @cached_property
    def _ranks(self) -> list[Rank]:
        return sorted({*self.asked.ranks, *([Rank.EXACT] if self._numbered else [])})

    def _place(self, after: str) -> tuple[Rank, tuple[Any, int] | None]:
        """Return the rank to go on with, and (when it was last changed, id) of the record to go on behind."""
        rank, _dot, key = after.partition(".")
        if not (rank.isascii() and rank.isdigit() and key.isascii() and key.isdigit() and len(after) < LONGEST_PLACE):
            return Rank.EXACT, None
        found = db.session.execute(select(self.newest, self.key).where(self.key == int(key))).first()
        known = Rank(int(rank)) if int(rank) in list(Rank) else Rank.EXACT
        return known, (found[0], found[1]) if found else None

    # ── all at once ──

    def _few(self, ranks: Sequence[Rank]) -> list[tuple[Hit, Row[int, Any]]] | None:
        """Return every hit of these ranks, ranked, if only a few records come into question; else None."""
        rows = self._own() if self._is_frequent(self._anything) else self._some()
        if rows is None:
            return None
        hits = [(hit, row) for hit, row in self._proved(rows) if hit.match.rank in ranks]
        return sorted(hits, key=lambda one: one[0].match.rank)

    @cached_property
    def _anything(self) -> Expression | None:
        """What the index holds for an answer of any rank."""
        found = [found for rank in self.asked.ranks if (found := self.asked.expression(rank)) is not None]
        return Some(tuple(found)) if found else None

    def _is_frequent(self, expression: Expression | None) -> bool:
        return expression is not None and index.estimated(expression, self._counts) > FREQUENT

    @cached_property
    def _counts(self) -> dict[str, int]:
        return index.counts(self._anything) if self._anything is not None else {}

    # ── rank by rank ──

    def _ranked(self, rank: Rank, edge: tuple[Any, int] | None) -> Iterator[Hit]:
        for rows in self._batches(self.asked.expression(rank), edge, is_exact=rank is Rank.EXACT):
            yield from (hit for hit, _row in self._proved(rows, upto=rank) if hit.match.rank is rank)

    def _batches(
        self, expression: Expression | None, edge: tuple[Any, int] | None, *, is_exact: bool
    ) -> Iterator[Sequence[Row[int, Any]]]:
        """Yield records in scope, the newest first, among them all that satisfy the expression."""
        if self._is_frequent(expression):
            for size in WINDOWS:
                rows, edge = self._window(edge, size)
                yield rows
                if edge is None:
                    return
        yield from self._all_proposed(expression, edge, is_exact=is_exact)

    def _all_proposed(
        self, expression: Expression | None, edge: tuple[Any, int] | None, *, is_exact: bool
    ) -> Iterator[Sequence[Row[int, Any]]]:
        size = FIRST
        while True:
            rows = self._proposed(expression, edge, size, is_exact=is_exact)
            yield rows
            if len(rows) < size:
                return
            edge, size = _edge(rows[-1]), min(size * 4, LARGEST)

    # ── statements ──

    def _behind(self, edge: tuple[Any, int] | None) -> list[ColumnElement[bool]]:
        return [] if edge is None else [tuple_(self.newest, self.key) < tuple_(*edge)]

    def _newest_first(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        return self.newest.desc(), self.key.desc()

    def _proposed(
        self, expression: Expression | None, edge: tuple[Any, int] | None, size: int, *, is_exact: bool = True
    ) -> Sequence[Row[int, Any]]:
        """Return the newest records in scope that the index proposes, the index asked first."""
        sources = [index.entries(expression)] if expression is not None else []
        if is_exact and self._numbered:
            sources.append(select(self.table.c.id).where(self.table.c.id.in_(sorted(self._numbered))))
        if not sources:
            return []
        behind = select(self.key, self.newest).where(*self._behind(edge))
        chosen = index.narrowed(behind, self.key, union(*sources) if len(sources) > 1 else sources[0])
        return db.session.execute(chosen.order_by(*self._newest_first()).limit(size)).all()

    def _window(
        self, edge: tuple[Any, int] | None, size: int
    ) -> tuple[Sequence[Row[int, Any]], tuple[Any, int] | None]:
        """Return those in scope among the next newest records, and where these end; None if there are no more."""
        key, newest = self.table.c.id, self.table.c[self.kind.newest]
        behind = [] if edge is None else [tuple_(newest, key) < tuple_(*edge)]
        chosen = select(key, newest).where(*behind).order_by(newest.desc(), key.desc()).limit(size)
        with unscoped("only ids and dates, of which those in scope are chosen next"):
            rows = db.session.execute(chosen).all()
        seen = set(db.session.scalars(select(self.key).where(self.key.in_([row[0] for row in rows]))))
        return [row for row in rows if row[0] in seen], _edge(rows[-1]) if len(rows) == size else None

    def _own(self) -> Sequence[Row[int, Any]] | None:
        """Return all records in scope, the newest first; None if they are many."""
        if is_everything(condition(self.kind.model, self.actor)):
            return None
        rows = db.session.execute(select(self.key, self.newest).limit(OWN + 1)).all()
        return None if len(rows) > OWN else sorted(rows, key=_edge, reverse=True)

    def _some(self) -> Sequence[Row[int, Any]] | None:
        """Return all records in scope that the index proposes, the newest first; None if they are many."""
        rows = self._proposed(self._anything, None, FEW + 1)
        return None if len(rows) > FEW else rows

    def _proved(
        self, rows: Sequence[Row[int, Any]], *, upto: Rank = Rank.SCATTERED
    ) -> Iterator[tuple[Hit, Row[int, Any]]]:
        """Yield those of the records, in their order, whose texts answer, no worse than ``upto``."""
        ids = [row[0] for row in rows]
        texts = self.kind.texts(ids) if rows else {}
        hidden = self.kind.hides(ids, self.actor) if rows and self.kind.hides is not None else {}
        for row in rows:
            shut = hidden.get(row[0], ())
            match = self._match(row[0], [one for one in texts.get(row[0], []) if one[0] not in shut], upto)
            if match is not None:
                yield Hit(self.kind, row[0], match), row

    def _match(self, key: int, texts: list[tuple[str, str]], upto: Rank) -> Match | None:
        if key in self._numbered:
            return Match(Rank.EXACT, self.kind.digits, "")
        return self.asked.match(texts, upto=upto)


LONGEST_PLACE = 14


def _edge(row: Row[int, Any]) -> tuple[Any, int]:
    key, newest = row
    return newest, key


def _is_behind(row: Row[int, Any], edge: tuple[Any, int]) -> bool:
    return _edge(row) < edge
