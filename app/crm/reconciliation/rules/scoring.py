"""How well a bank line and a fee go together, point by point: the numbers of the explained score. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from app.crm.reconciliation.rules import names

#: Points that can be had: together 100.
AMOUNT, PAYER, DAY = 40, 40, 20
SUMMED = 36  # the amount of several fees together, or a part of one
NAMED = 25  # on top, where the bank's summary names the fee or its invoice; never above 100
WINDOW_DAYS = 45  # a fee and a line further apart are not compared
FAR_DAYS = 20  # from here on the day gives no points
PROPOSED, CANDIDATE = 82, 55  # from so many points on it is proposed; shown
MARGIN = 6  # nearer than this to the next best, several are possible and none is proposed
IDENTITY = 0.8  # the payer must be so alike, or be named: amount and day alone prove nothing
LEARNED, KNOWN_PERSON, IN_SUMMARY = 0.98, 0.9, 0.95
SHORTEST_NUMBER = 6  # of a number that can be recognised in a summary
NEAR_DAYS = 3


class Line(NamedTuple):
    """What is compared of a bank line."""

    id: int
    amount: Decimal
    booked_on: date
    payer: str
    summary: str


class Fee(NamedTuple):
    """What is compared of a fee. ``amount``: what is still open of it. ``names``: as who its customer pays.

    ``people``: known by name there. ``learned``: payers confirmed for it before, as ``names.core``.
    """

    id: int
    amount: Decimal
    received_on: date
    customer_id: int
    numbers: tuple[str, ...]  # the fee's, and its invoice's
    names: tuple[str, ...]
    people: frozenset[str]
    learned: frozenset[str]

    @property
    def seen(self) -> str:
        """What was compared of the fee itself, in short: unchanged, a proposal still holds."""
        about = f"{self.amount:.2f}|{self.received_on}|{self.customer_id}|{self.numbers}|{self.names[1:]}"
        return hashlib.sha256(about.encode()).hexdigest()


class Reason(NamedTuple):
    """One line of the explanation. ``about``: amount, payer, day or summary; ``how``: a key of the words shown."""

    about: str
    ours: str
    banks: str
    how: str
    points: int

    def kept(self) -> dict[str, Any]:
        return self._asdict()


class Score(NamedTuple):
    """How well a line and a fee go together, and why."""

    points: int
    reasons: tuple[Reason, ...]
    is_identified: bool

    @property
    def is_good(self) -> bool:
        return self.is_identified and self.points >= PROPOSED


class Payer(NamedTuple):
    """Who paid, seen from a customer."""

    likeness: float
    how: str
    ours: str


def payer(line: Line, fee: Fee) -> Payer:
    """Return how sure it is that the payer of a line is, or pays for, a fee's customer."""
    known = Payer(0.0, "different", fee.names[0] if fee.names else "")
    if line.payer and not names.is_collector(line.payer):
        if names.core(line.payer) in fee.learned:
            known = Payer(LEARNED, "learned", known.ours)
        elif names.plain(line.payer) in fee.people:
            known = Payer(KNOWN_PERSON, "person", known.ours)
        known = max([known, *[_alike(line.payer, name) for name in fee.names]], key=lambda one: one.likeness)
    if known.likeness < IN_SUMMARY and _names(line.summary, fee.names):
        return Payer(IN_SUMMARY, "in_summary", known.ours)
    return known


def _alike(bank: str, ours: str) -> Payer:
    found = names.likeness(bank, ours)
    how = "same" if found >= names.REWRITTEN else "similar" if found >= IDENTITY else "different"
    return Payer(found, how, ours)


def _names(summary: str, known: Sequence[str]) -> bool:
    text = names.plain(summary)
    return any(len(word) >= names.SHORTEST_CUT and word in text for name in known for word in names.spoken(name))


def score(line: Line, fee: Fee, *, amount_points: int = AMOUNT, ours: Decimal | None = None) -> Score:
    """Return how well a line and a fee go together. ``ours``: the amount beside the bank's, if it is not the fee's."""
    who = payer(line, fee)
    apart = abs((line.booked_on - fee.received_on).days)
    named = next((one for one in fee.numbers if _has_number(line.summary, one)), "")
    reasons = [
        Reason("amount", f"{ours or fee.amount}", f"{line.amount}", _how(amount_points), amount_points),
        Reason("payer", who.ours, line.payer, who.how, round(PAYER * who.likeness) if who.likeness >= 0.5 else 0),  # noqa: PLR2004
        Reason("day", fee.received_on.isoformat(), line.booked_on.isoformat(), _day(apart), _day_points(apart)),
    ]
    if named:
        reasons.append(Reason("summary", named, line.summary[:200], "named", NAMED))
    points = min(100, sum(reason.points for reason in reasons))
    return Score(points, tuple(reasons), bool(named) or who.likeness >= IDENTITY)


def _how(points: int) -> str:
    return "same" if points == AMOUNT else "summed"


def _day(apart: int) -> str:
    return "same" if not apart else "similar" if apart <= NEAR_DAYS else "different"


def _day_points(apart: int) -> int:
    return round(DAY * max(0, FAR_DAYS - apart) / FAR_DAYS)


def _has_number(summary: str, number: str) -> bool:
    wanted = names.plain(number)
    return len(wanted) >= SHORTEST_NUMBER and wanted in names.plain(summary)


def within(line: Line, fee: Fee) -> bool:
    """Tell whether a line and a fee are near enough in time to be compared."""
    return abs((line.booked_on - fee.received_on).days) <= WINDOW_DAYS


def people(known: Collection[str]) -> frozenset[str]:
    """Return names of persons as they are compared."""
    return frozenset(names.plain(name) for name in known if name)
