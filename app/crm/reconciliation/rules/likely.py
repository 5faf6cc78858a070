"""Which fees of an amount are worth a look for a line: the nearest by day, and those that share words with it. Pure.

A popular price has a thousand fees a year: scoring each with each line would take half a minute for a statement.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from app.crm.reconciliation.rules import names
from app.crm.reconciliation.rules.scoring import Fee, Line, within

NEAREST = 5  # fees that are looked at for their day alone
SHARED = 0.5  # of the pairs of characters of a name: with fewer, names are not alike


class Likely:
    """The fees of one amount."""

    def __init__(self, fees: Iterable[Fee]) -> None:
        self.fees = sorted(fees, key=lambda fee: (fee.received_on, fee.id))
        self.days = [fee.received_on for fee in self.fees]
        self.by_word: dict[str, list[int]] = defaultdict(list)  # persons, learned payers, numbers
        self.by_pair: dict[str, list[int]] = defaultdict(list)
        self.least: list[int] = []  # shared pairs from which on a fee's name is looked at
        for place, fee in enumerate(self.fees):
            self._note(place, fee)

    def _note(self, place: int, fee: Fee) -> None:
        for word in {*fee.people, *fee.learned, *map(names.plain, fee.numbers)}:
            self.by_word[word].append(place)
        known = [names.pairs(names.core(name)) for name in fee.names]
        for pair in frozenset().union(*known):
            self.by_pair[pair].append(place)
        self.least.append(max(1, int(min(map(len, known), default=1) * SHARED)))

    def of(self, line: Line) -> Iterator[Fee]:
        """Yield the fees worth a look."""
        places = {*self._nearest(line.booked_on), *self._named(line)}
        yield from (self.fees[place] for place in sorted(places) if within(line, self.fees[place]))

    def _nearest(self, day: date) -> list[int]:
        at = bisect_left(self.days, day)
        near = range(max(0, at - NEAREST), min(len(self.days), at + NEAREST))
        return sorted(near, key=lambda place: abs((self.days[place] - day).days))[:NEAREST]

    def _named(self, line: Line) -> set[int]:
        payer = names.core(line.payer)
        found = {place for word in (payer, names.plain(line.payer)) for place in self.by_word.get(word, ())}
        found |= {place for word in names.numbers_in(line.summary) for place in self.by_word.get(word, ())}
        for text in (payer, names.plain(line.summary)):
            shared = Counter(place for pair in names.pairs(text) for place in self.by_pair.get(pair, ()))
            least = max(1, int(len(names.pairs(text)) * SHARED)) if text is payer else len(text)
            found |= {place for place, count in shared.items() if count >= min(self.least[place], least)}
        return found


def by_amount(fees: Iterable[Fee], wanted: set[Decimal]) -> dict[Decimal, Likely]:
    """Return the fees of each amount that is asked for."""
    found: dict[Decimal, list[Fee]] = defaultdict(list)
    for fee in fees:
        if fee.amount in wanted:
            found[fee.amount].append(fee)
    return {amount: Likely(some) for amount, some in found.items()}
