"""Which column of a stranger's table is which field of ours."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile
from typing import Protocol

import opencc

LIKE_ENOUGH = 0.6  # 跟进进度 and 跟进状态 are just so much alike; 财务电话 and 出纳电话 are 0.5, and must not be
_NOT_WORDS = re.compile(r"[\W_]+")
_REMARK = re.compile(r"[(（\[【].*?[)）\]】]")


class Field(Protocol):
    """What a column may be mapped to. `name` is ours, `label` and `synonyms` are what people write above it."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> object: ...
    @property
    def synonyms(self) -> Collection[str]: ...


class Confidence(StrEnum):
    SURE = "sure"
    CHECK = "check"
    NONE = "none"


@dataclass(frozen=True)
class Guess:
    """The field for the column at `position` (0 = A), or None; `likeness` from 0 to 1."""

    position: int
    heading: str
    field: str | None
    confidence: Confidence
    likeness: float = 0.0


def guess(headings: Sequence[object], fields: Iterable[Field]) -> list[Guess]:
    """Return one guess for each heading; no field is given twice, the likest heading gets it."""
    words = {field.name: _words(field) for field in fields}
    folded = [fold(heading) for heading in headings]
    offers = sorted(
        ((likeness(own, words[name]), -position, name) for position, own in enumerate(folded) if own for name in words),
        key=lambda offer: offer[:2],
        reverse=True,
    )
    taken: dict[int, tuple[str, float]] = {}
    for score, negative, name in offers:
        if score >= LIKE_ENOUGH and -negative not in taken and name not in {field for field, _score in taken.values()}:
            taken[-negative] = (name, score)
    return [_guess(position, heading, taken.get(position)) for position, heading in enumerate(headings)]


def known(headings: Sequence[object], fields: Iterable[Field]) -> int:
    """Return how many of the headings are fields' own words: what tells a heading row from a title or from data."""
    words = frozenset().union(*(_words(field) for field in fields))
    return len({fold(heading) for heading in headings if isinstance(heading, str)} & words)


def likeness(folded: str, words: Collection[str]) -> float:
    """Return 1.0 if `folded` is one of the words, else how like the likest of them it is."""
    if folded in words:
        return 1.0
    return max((min(_similarity(folded, word), 0.99) for word in words), default=0.0)


def _similarity(one: str, other: str) -> float:
    """Return the share of common characters; a common beginning counts more, for there stands what is meant (法人…)."""
    ratio = SequenceMatcher(None, one, other).ratio()
    beginning = sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return ratio + min(beginning, 4) * 0.1 * (1 - ratio)


@lru_cache(maxsize=4096)
def _fold(text: str) -> str:
    simple = _converter().convert(unicodedata.normalize("NFKC", text)).casefold()
    return _NOT_WORDS.sub("", _REMARK.sub("", simple)) or _NOT_WORDS.sub("", simple)


def fold(heading: object) -> str:
    """Return what two writings of a heading share: half-width, simplified, small letters, no signs, no (remarks)."""
    return _fold(str(heading)[:200]) if heading is not None else ""


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _words(field: Field) -> frozenset[str]:
    return frozenset(word for word in map(fold, (field.name, field.label, *field.synonyms)) if word)


def _guess(position: int, heading: object, taken: tuple[str, float] | None) -> Guess:
    shown = "" if heading is None else str(heading)
    if taken is None:
        return Guess(position, shown, None, Confidence.NONE)
    name, score = taken
    return Guess(position, shown, name, Confidence.SURE if score == 1 else Confidence.CHECK, score)
