"""A record on paper: its fields two by two, long texts across, and lists of what hangs on it."""

from collections.abc import Iterable, Sequence
from itertools import islice

from app.base.paper.sheets import PAD, Block, Cell, Sheet

LABEL = 150  # pixels of a label
TALLEST = 24  # lines of a text that are kept together
Pair = tuple[str, str, bool]  # label, text, across the whole page


def pairs(sheet: Sheet, fields: Iterable[Pair]) -> list[Block]:
    """Return the rows of fields: two in a row, those across in rows of their own."""
    found: list[Block] = []
    waiting: list[Pair] = []
    for one in fields:
        if one[2]:
            found += [*_beside(sheet, waiting), *_across(sheet, one)]
            waiting = []
        else:
            waiting.append(one)
            if len(waiting) == 2:  # noqa: PLR2004 - two in a row
                found += _beside(sheet, waiting)
                waiting = []
    return found + _beside(sheet, waiting)


def _beside(sheet: Sheet, few: Sequence[Pair]) -> list[Block]:
    half = sheet.width // 2
    cells = [cell for place, one in enumerate(few) for cell in _pair(sheet, one, left=place * half, width=half)]
    return [sheet.row(cells)] if cells else []


def _pair(sheet: Sheet, one: Pair, *, left: int, width: int) -> list[Cell]:
    rest = width - LABEL - 2 * PAD
    label = Cell(sheet.ruler.lines(one[0], LABEL - 2 * PAD), left, LABEL - 2 * PAD, "label")
    return [label, Cell(sheet.ruler.lines(one[1], rest), left + LABEL, rest)]


def _across(sheet: Sheet, one: Pair) -> list[Block]:
    """Return a long text in pieces, of which each fits a page."""
    label, text = _pair(sheet, one, left=0, width=sheet.width)
    lines = iter(text.lines)
    found: list[Block] = []
    while part := list(islice(lines, TALLEST)):
        cells = [Cell(label.lines if not found else [], 0, label.width, "label"), Cell(part, text.left, text.width)]
        found.append(sheet.row(cells))
    return found


def lines(sheet: Sheet, rows: Iterable[Sequence[str]], *, shares: Sequence[int]) -> list[Block]:
    """Return a list without a head. ``shares``: how wide each column is, in hundredths of the page."""
    widths = [sheet.width * share // 100 for share in shares]
    lefts = [sum(widths[:place]) for place in range(len(widths))]
    return [
        sheet.row(
            [
                Cell(sheet.ruler.lines(text, width - 2 * PAD, most=TALLEST), left, width - 2 * PAD)
                for text, left, width in zip(row, lefts, widths, strict=True)
            ]
        )
        for row in rows
    ]
