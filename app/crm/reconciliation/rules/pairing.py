"""Which fee each bank line is proposed for: no fee twice, no guess between equals. Pure.

First one to one; then one payment of several fees of one customer; then several payments of one fee. What has two
nearly equal answers is left to a person, who sees both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from app.crm.reconciliation.rules import likely, names, scoring
from app.crm.reconciliation.rules.scoring import Fee, Line, Score

MOST_TOGETHER = 4  # fees paid in one sum
MOST_PARTS = 3  # payments of one fee
MOST_LOOKED_AT = 12  # open fees of one customer, of which sums are made
MOST_SHOWN = 5  # candidates kept of a line
PARTS_WITHIN_DAYS = 31


class Part(NamedTuple):
    """One fee of a proposal. ``amount``: what of the line goes to it."""

    fee_id: int
    amount: Decimal
    score: Score


class Proposal(NamedTuple):
    """What a line is, in all likelihood."""

    line_id: int
    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        return min(part.score.points for part in self.parts)


class Found(NamedTuple):
    """What became of the lines: proposals, and for lines without one the fees that are possible, the best first."""

    proposals: Mapping[int, Proposal]
    candidates: Mapping[int, Sequence[Part]]


Pairs = dict[tuple[int, int], Score]


def pair(lines: Sequence[Line], fees: Sequence[Fee]) -> Found:
    """Return what each line is proposed for. ``fees``: all that may be meant."""
    scores = _scores(lines, fees)
    proposals = _one_to_one(scores, {line.id: line for line in lines})
    taken = {part.fee_id for one in proposals.values() for part in one.parts}
    free = [fee for fee in fees if fee.id not in taken]
    for step in (_together, _in_parts):
        rest = [line for line in lines if line.id not in proposals]
        more = step(rest, free)
        proposals |= more
        taken = {part.fee_id for one in more.values() for part in one.parts}
        free = [fee for fee in free if fee.id not in taken]
    left = {fee.id for fee in free}
    return Found(proposals, _candidates(lines, scores, proposals, left))


def _scores(lines: Sequence[Line], fees: Iterable[Fee]) -> Pairs:
    known = likely.by_amount(fees, {line.amount for line in lines})
    return {
        (line.id, fee.id): found
        for line in lines
        if line.amount in known
        for fee in known[line.amount].of(line)
        if (found := scoring.score(line, fee)).points >= scoring.CANDIDATE
    }


def _one_to_one(scores: Pairs, lines: Mapping[int, Line]) -> dict[int, Proposal]:
    """Take the pairs that are the best for both, clear of the next best; until none is left.

    A pair that is taken frees others of their doubt, so they are looked at again.
    """
    good = {pair: score.points for pair, score in scores.items() if score.is_good}
    found: dict[int, Proposal] = {}
    while chosen := _clear(good):
        for line_id, fee_id in chosen:
            part = Part(fee_id, lines[line_id].amount, scores[line_id, fee_id])
            found[line_id] = Proposal(line_id, (part,))
        gone_lines, gone_fees = {one for one, _fee in chosen}, {one for _line, one in chosen}
        good = {pair: points for pair, points in good.items() if pair[0] not in gone_lines and pair[1] not in gone_fees}
    return found


def _clear(good: Mapping[tuple[int, int], int]) -> list[tuple[int, int]]:
    of_line, of_fee = _ranked(good, 0), _ranked(good, 1)
    return [
        (line_id, fee_id)
        for (line_id, fee_id), points in good.items()
        if _leads(points, of_line[line_id]) and _leads(points, of_fee[fee_id])
    ]


def _ranked(good: Mapping[tuple[int, int], int], side: int) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for pair, points in good.items():
        found[pair[side]].append(points)
    return {key: sorted(points, reverse=True)[:2] for key, points in found.items()}


def _leads(points: int, best: Sequence[int]) -> bool:
    """Tell whether a pair is the best by far. ``best``: the points of the best two."""
    return points == best[0] and (len(best) == 1 or best[0] - best[1] >= scoring.MARGIN)


# ── one payment of several fees ──


def _together(lines: Sequence[Line], fees: Sequence[Fee]) -> dict[int, Proposal]:
    """Return proposals for lines that pay several fees of one customer; a fee that two of them want goes to none."""
    customers = Customers(fees)
    found = {line.id: proposal for line in lines if (proposal := _sum_of(line, customers)) is not None}
    wanted: dict[int, int] = defaultdict(int)
    for proposal in found.values():
        for part in proposal.parts:
            wanted[part.fee_id] += 1
    return {key: one for key, one in found.items() if all(wanted[part.fee_id] == 1 for part in one.parts)}


class Customers:
    """Open fees by customer, and customers by the names under which they pay."""

    def __init__(self, fees: Iterable[Fee]) -> None:
        self.fees: dict[int, list[Fee]] = defaultdict(list)
        for fee in fees:
            self.fees[fee.customer_id].append(fee)
        self.by_name: dict[str, set[int]] = defaultdict(set)
        self.by_start: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for key, own in self.fees.items():
            for word in self._words(own[0]):
                self.by_name[word].add(key)
                self.by_start[word[: names.SHORTEST_CUT]].add((word, key))

    @staticmethod
    def _words(fee: Fee) -> set[str]:
        return {names.core(name) for name in fee.names} | set(fee.people) | set(fee.learned)

    def of(self, line: Line) -> list[int]:
        """Return the customers that the payer of a line may be: by the whole name, or by one that was cut."""
        if not line.payer or names.is_collector(line.payer):
            return []
        core = names.core(line.payer)
        found = self.by_name.get(core, set()) | self.by_name.get(names.plain(line.payer), set())
        return sorted(found or self._cut(core))

    def _cut(self, core: str) -> set[int]:
        if len(core) < names.SHORTEST_CUT:
            return set()
        return {key for word, key in self.by_start[core[: names.SHORTEST_CUT]] if word.startswith(core)}


def _sum_of(line: Line, customers: Customers) -> Proposal | None:
    known = [_sums(line, customers.fees[key]) for key in customers.of(line)]
    ways = [way for some in known for way in some]
    if len(ways) != 1:
        return None
    parts = tuple(
        Part(fee.id, fee.amount, scoring.score(line, fee, amount_points=scoring.SUMMED, ours=line.amount))
        for fee in ways[0]
    )
    return Proposal(line.id, parts) if all(part.score.is_good for part in parts) else None


def _sums(line: Line, fees: Sequence[Fee]) -> list[tuple[Fee, ...]]:
    """Return the ways in which fees of a customer come to the line's amount: no more than two are looked for."""
    near = [fee for fee in fees if scoring.within(line, fee) and (fee.amount < 0) == (line.amount < 0)]
    near = sorted(near, key=lambda fee: abs((fee.received_on - line.booked_on).days))[:MOST_LOOKED_AT]
    found: list[tuple[Fee, ...]] = []
    for count in range(2, MOST_TOGETHER + 1):
        for some in combinations(near, count):
            if sum(fee.amount for fee in some) == line.amount:
                found.append(some)
                if len(found) > 1:
                    return found
    return found


# ── several payments of one fee ──


def _in_parts(lines: Sequence[Line], fees: Sequence[Fee]) -> dict[int, Proposal]:
    """Return proposals for lines of one payer that together come to one fee, where it is the only way."""
    customers = Customers(fees)
    by_customer: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        known = customers.of(line)
        if len(known) == 1:
            by_customer[known[0]].append(line)
    found: dict[int, Proposal] = {}
    for key, own in by_customer.items():
        ways = _parts(own, customers.fees[key])
        if len(ways) == 1:
            found |= _of_parts(*ways[0])
    return found


def _parts(lines: Sequence[Line], fees: Sequence[Fee]) -> list[tuple[Fee, tuple[Line, ...]]]:
    found: list[tuple[Fee, tuple[Line, ...]]] = []
    for fee in fees[:MOST_LOOKED_AT]:
        near = [line for line in lines if scoring.within(line, fee)][:MOST_LOOKED_AT]
        for count in range(2, MOST_PARTS + 1):
            for some in combinations(near, count):
                days = [line.booked_on for line in some]
                is_near = (max(days) - min(days)).days <= PARTS_WITHIN_DAYS
                if is_near and sum(line.amount for line in some) == fee.amount:
                    found.append((fee, some))
                    if len(found) > 1:
                        return found
    return found


def _of_parts(fee: Fee, lines: Sequence[Line]) -> dict[int, Proposal]:
    """Return the proposals of the parts: the day that counts is that of the nearest payment."""
    near = min(lines, key=lambda line: abs((line.booked_on - fee.received_on).days))
    scores = {
        line.id: scoring.score(
            line._replace(booked_on=near.booked_on), fee, amount_points=scoring.SUMMED, ours=fee.amount
        )
        for line in lines
    }
    if not all(score.is_good for score in scores.values()):
        return {}
    return {line.id: Proposal(line.id, (Part(fee.id, line.amount, scores[line.id]),)) for line in lines}


# ── what a person may choose from ──


def _candidates(
    lines: Iterable[Line], scores: Pairs, proposals: Mapping[int, Proposal], free: set[int]
) -> dict[int, list[Part]]:
    amounts = {line.id: line.amount for line in lines}
    found: dict[int, list[Part]] = defaultdict(list)
    for (line_id, fee_id), score in scores.items():
        if line_id not in proposals and fee_id in free:
            found[line_id].append(Part(fee_id, amounts[line_id], score))
    return {
        key: sorted(parts, key=lambda part: (-part.score.points, part.fee_id))[:MOST_SHOWN]
        for key, parts in found.items()
    }
