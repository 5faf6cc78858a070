"""What a person asks: the words in the form of each part that they may find by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.base.actor import Actor
from app.base.chinese import search_form
from app.system.search.rules import tokens
from app.system.search.rules.parts import Part, Rank
from app.system.search.rules.tokens import Every, Expression, Some

LONGEST, MOST_WORDS = 60, 6


@dataclass(frozen=True)
class Match:
    """Why a record was found."""

    rank: Rank
    part: Part
    text: str  # as it is stored


@dataclass(frozen=True)
class Words:
    """Some words typed together, in the form of every part that is asked."""

    whole: str
    wanted: tuple[tuple[Part, str], ...]

    def best(self, texts: Sequence[tuple[str, str]], *, upto: Rank = Rank.SCATTERED) -> Match | None:
        """Return how a record's texts, as (part, text), answer best; parts that only answer worse are not read."""
        found = [
            Match(rank, part, text)
            for part, wanted in self.wanted
            if part.best <= upto
            for mark, text in texts
            if mark == part.source and (rank := part.rank(text, wanted, whole=self.whole)) is not None
        ]
        return min(found, key=lambda match: match.rank, default=None)

    def alternatives(self, kind: str, rank: Rank) -> Iterator[Expression]:
        """Yield what the index may hold for an answer of this rank."""
        for part, wanted in self.wanted:
            if rank is Rank.EXACT and part.exact:
                yield tokens.equals(kind, part, self.whole)
            if rank is part.begins and part.is_asked(wanted):
                yield tokens.begins(kind, part, wanted)
            if rank is part.contains and part.is_asked(wanted):
                yield tokens.contains(kind, part, wanted)

    def anywhere(self, kind: str) -> Iterator[Expression]:
        """Yield what the index may hold for an answer of any rank."""
        yield from self.alternatives(kind, Rank.EXACT)
        yield from (tokens.contains(kind, part, wanted) for part, wanted in self.wanted if part.is_asked(wanted))


@dataclass(frozen=True)
class Asked:
    """What was typed, as one, and (if it was several) each word for itself."""

    kind: str
    together: Words
    apart: tuple[Words, ...]

    @property
    def ranks(self) -> list[Rank]:
        """The ranks that an answer can have, the best first."""
        return [rank for rank in Rank if self.expression(rank) is not None]

    def expression(self, rank: Rank) -> Expression | None:
        """Return what the index holds for every answer of this rank, and perhaps for others; None for none."""
        if rank is Rank.SCATTERED:
            return self._scattered()
        found = tuple(self.together.alternatives(self.kind, rank))
        return Some(found) if found else None

    def _scattered(self) -> Expression | None:
        each = [tuple(words.anywhere(self.kind)) for words in self.apart]
        return Every(tuple(Some(found) for found in each)) if each and all(each) else None

    def match(self, texts: Sequence[tuple[str, str]], *, upto: Rank = Rank.SCATTERED) -> Match | None:
        """Return why a record with these texts is found; None if it is not. The proof behind the index's proposal."""
        if found := self.together.best(texts, upto=upto):
            return found
        each = [words.best(texts) for words in self.apart] if upto is Rank.SCATTERED else []
        if not each or not all(each):
            return None
        return Match(Rank.SCATTERED, each[0].part, each[0].text)  # type: ignore[union-attr]


def ask(kind: str, parts: Iterable[Part], words: str, *, actor: Actor) -> Asked:
    """Return what the actor asks of a kind with these words. Of masked texts only whole ones are found."""
    seen = [asked for part in parts if (asked := part.for_reader(actor)) is not None]
    text = words[:LONGEST]
    several = text.split()[:MOST_WORDS]
    apart = tuple(_words(seen, word) for word in several) if len(several) > 1 else ()
    return Asked(kind, _words(seen, text), apart)


def _words(parts: Iterable[Part], text: str) -> Words:
    typed = [(part, part.manner.typed(text)) for part in parts]
    whole = search_form(text)
    return Words(whole, tuple((part, wanted) for part, wanted in typed if whole and (wanted or part.exact)))
