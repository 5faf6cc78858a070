"""Where in a text, as it is shown, the letters stand that were typed."""

from collections.abc import Iterable, Sequence

from app.base.chinese import search_form
from app.system.search.rules.asking import Match
from app.system.search.rules.parts import INITIALS, Manner, Rank

#: Characters of a text that are shown, and before what was typed.
LONGEST_SHOWN, BEFORE = 120, 30


def spans(text: str, match: Match, words: str) -> list[tuple[int, int]]:
    """Return the stretches (from, to) of ``text`` to be marked, in order, none overlapping."""
    typed = words.split() if match.rank is Rank.SCATTERED else [words]
    pieces = _pieces(text, match.part.manner)
    found = [_span(pieces, match.part.manner.typed(word) or search_form(word)) for word in typed]
    return _apart(sorted(span for span in found if span))


def excerpt(text: str, marked: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the stretch of a long text that is shown: from a little before what is marked first."""
    if len(text) <= LONGEST_SHOWN:
        return 0, len(text)
    first = marked[0][0] if marked else 0
    start = min(max(0, first - BEFORE), len(text) - LONGEST_SHOWN)
    return start, start + LONGEST_SHOWN


def _pieces(text: str, manner: Manner) -> list[str]:
    """Return what each character of the text contributes to its form."""
    if manner is not INITIALS:
        return [search_form(character) for character in text]
    whole, each = manner.form(text), [manner.form(character) for character in text]
    letters = iter(whole if len(whole) == len("".join(each)) else "".join(each))  # as spoken in this text
    return ["".join(next(letters) for _letter in piece) for piece in each]


def _span(pieces: list[str], wanted: str) -> tuple[int, int] | None:
    place = "".join(pieces).find(wanted) if wanted else -1
    if place < 0:
        return None
    owners = [number for number, piece in enumerate(pieces) for _letter in piece]
    return owners[place], owners[place + len(wanted) - 1] + 1


def _apart(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
