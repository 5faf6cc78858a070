"""A table on paper: as wide as its words need, upright if that is enough, its head on every page."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from app.base.actor import Actor
from app.base.paper.letters import Ruler
from app.base.paper.sheets import BOLD, PAD, Cell, Sheet
from app.base.tabular.cells import Column, printable

WIDEST, NARROWEST = 420, 60  # pixels of a column before the page is filled
LOOKED_AT = 300  # rows by which the widths are chosen
MOST_LINES = 8  # of a cell
RIGHT = frozenset({"amount", "number", "integer"})


def table(
    columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, title: str, notes: Iterable[str], actor: Actor
) -> bytes:
    """Return a table as PDF. ``notes`` stand under the title: the filter in words, how many rows. Raises NoPaper."""
    texts = [[_text(value, column.kind) for value, column in zip(row, columns, strict=True)] for row in rows]
    sheet = Sheet(title, actor)
    natural = _natural(sheet.ruler, columns, texts[:LOOKED_AT])
    sheet.landscape = sum(natural) > sheet.width
    widths = _fitted(natural, sheet.width)
    sheet.headline(notes)
    _fill(sheet, columns, texts, widths)
    return sheet.pdf()


def _fill(sheet: Sheet, columns: Sequence[Column], texts: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    kinds = ["num" if column.kind in RIGHT else "" for column in columns]
    lefts = [sum(widths[:place]) for place in range(len(widths))]
    words = [printable(str(column.heading)) for column in columns]
    head = sheet.row(_cells(sheet.ruler, words, lefts, widths, kinds, share=BOLD), kind="head")
    sheet.blocks.append(head)
    sheet.blocks += [sheet.row(_cells(sheet.ruler, row, lefts, widths, kinds), head=head) for row in texts]


def _cells(
    ruler: Ruler,
    texts: Sequence[str],
    lefts: Sequence[int],
    widths: Sequence[int],
    kinds: Sequence[str],
    *,
    share: float = 1,
) -> list[Cell]:
    return [
        Cell(ruler.lines(text, int((width - 2 * PAD) * share), most=MOST_LINES), left, width - 2 * PAD, kind)
        for text, left, width, kind in zip(texts, lefts, widths, kinds, strict=True)
    ]


def _natural(ruler: Ruler, columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide each column would like to be."""
    found = []
    for place, column in enumerate(columns):
        lines = [line for row in texts for line in row[place].splitlines()]
        widest = max([ruler.width(line) for line in lines] or [0])
        heading = int(ruler.width(str(column.heading)) / BOLD) + 1
        found.append(min(max(widest, heading, NARROWEST), WIDEST) + 2 * PAD)
    return found


def _fitted(natural: Sequence[int], width: int) -> list[int]:
    """Return the widths that fill the page: what is too wide gives way first, what is left is shared out."""
    if sum(natural) <= width:
        return [one * width // sum(natural) for one in natural]
    low, high = 1, max(natural)
    while low < high:  # the highest limit at which all columns fit
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(one, middle) for one in natural) <= width else (low, middle - 1)
    return [min(one, low) for one in natural]


def _text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if kind == "amount":
        return f"{value:,.2f}"
    return printable(str(value))
