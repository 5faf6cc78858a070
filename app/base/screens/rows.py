"""The table of a list as HTML. On a phone the same rows are cards: the style sheet does that, nothing is sent twice."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from app.base.i18n import _
from app.base.screens.buttons import NOTHING, row_buttons
from app.base.screens.markup import NOTHING as EMPTY_CELL
from app.base.screens.markup import chip, icon, level
from app.base.screens.shapes import Shape, joined

EMPTY = ("", "—", "-", EMPTY_CELL)
NO = "is-nothing"
MOST_ON_CARD = 5  # columns beside the name that a card shows before somebody asks for more

TABLE = Shape(
    '<table class="zk-table is-cards"><thead><tr>{}{}<th class="acts"><span class="visually-hidden">{}</span></th></tr>'
    "</thead><tbody>\n{}</tbody></table>"
)
TICK_ALL = Shape(
    '<th class="tick"><label><input class="form-check-input" type="checkbox" data-select-page aria-label="{}">'
    '<span aria-hidden="true">{}</span></label></th>'
)
HEAD = Shape('<th scope="col"{}{}>{}</th>')
SORT = Shape('<a href="{}" id="zk-sort-{}" hx-boost="true">{}{}</a>')
ROW = Shape('<tr{}{}>{}{}<td class="acts">{}{}</td></tr>\n')
MORE = Shape('<button type="button" class="zk-more" data-more aria-label="{}">{}</button>')
TICK = Shape(
    '<td class="tick"><input class="form-check-input" type="checkbox" form="zk-bulk" name="ids" value="{}" '
    'aria-label="{}"></td>'
)
CELL = Shape('<td{} data-label="{}"><div>')
CELL_END = Markup("</div></td>")
NAME_CELL = Shape('<td class="pin edge {}"><span class="zk-row">{}{}{}</span></td>')
NAME_LINK = Shape('<a class="zk-name" href="{}">{}</a>')
NAME = Shape('<span class="zk-name">{}</span>')
CLASS, SORTED, HREF = Shape(' class="{}"'), Shape(' aria-sort="{}"'), Shape(' data-href="{}"')
OVERDUE = Markup(' class="is-overdue"')

Row = Mapping[str, Any]


class Cells(NamedTuple):
    """What is the same for all cells of a column: how they begin with something in them, and with nothing."""

    is_name: bool
    look: str
    filled: Markup
    empty: Markup


def table(page: Mapping[str, Any], *, selectable: bool = False) -> Markup:
    """Return the table of ``page.columns`` and ``page.rows``; ``selectable``: with a box to tick before each row."""
    columns = page["columns"]
    words = str(_("Select all rows of this page"))
    tick = TICK_ALL(words, words) if selectable else NOTHING
    rows = joined(_rows(page["rows"], columns, selectable=selectable))
    return TABLE(tick, joined(map(_head, columns)), _("Actions"), rows)


def _head(column: Row) -> Markup:
    words, look, sorted_ = column["label"], _look(column), column.get("sorted")
    if column.get("pin"):
        look = f"{look} pin edge".strip()
    if column.get("sort_url"):
        arrow = icon("arrow-down" if sorted_ == "descending" else "arrow-up") if sorted_ else NOTHING
        words = SORT(column["sort_url"], column.get("name", ""), words, arrow)
    return HEAD(CLASS(look) if look else "", SORTED(sorted_) if sorted_ else "", words)


def _look(column: Row) -> str:
    return "num" if column.get("align") == "right" else ""


def _rows(rows: Sequence[Row], columns: Sequence[Row], *, selectable: bool) -> Iterable[Markup]:
    select, acts, rest = str(_("Select %(name)s")), str(_("More actions: %(name)s")), str(_("More about %(name)s"))
    kinds, more = [_cells(column, place) for place, column in enumerate(columns)], str(_("More"))
    for row in rows:
        if "drawn" in row:
            yield row["drawn"]
            continue
        name = {"name": row["label"]}
        tick = TICK(row["id"], select % name) if selectable else NOTHING
        late = MORE(rest % name, more) if len(columns) > MOST_ON_CARD + 1 else NOTHING
        href = HREF(row["url"]) if row.get("url") else NOTHING
        buttons = row_buttons(row, acts % name)
        drawn = ROW(OVERDUE if row.get("overdue") else NOTHING, href, tick, _filled(row, kinds), late, buttons)
        if "keep" in row:
            row["keep"](drawn)
        yield drawn


def _cells(column: Row, place: int) -> Cells:
    look = f"{_look(column)} {'is-late' if place > MOST_ON_CARD else ''}".strip()
    filled, empty = (CELL(CLASS(one) if one else NOTHING, column["label"]) for one in (look, f"{look} {NO}".strip()))
    return Cells(bool(column.get("pin")), look, filled, empty)


def _filled(row: Row, kinds: Sequence[Cells]) -> Markup:
    """Return the cells of a row: most of a list's pieces, so they are laid side by side without a shape for each."""
    pieces: list[Markup] = []
    for cell, kind in zip(row["cells"], kinds, strict=True):
        if kind.is_name:
            pieces.append(_name(row, cell, kind.look))
        else:
            shown = cell if type(cell) is Markup else escape(cell)
            pieces += kind.empty if cell in EMPTY else kind.filled, shown, CELL_END
    return joined(pieces)


def _name(row: Row, cell: Any, look: str) -> Markup:
    url = row.get("url") if "<a " not in str(cell) else None
    small = level(**row["level"]) if row.get("level") else NOTHING
    marks = joined(chip(*one) for one in row["chips"]) if row.get("chips") else NOTHING
    return NAME_CELL(look, small, NAME_LINK(url, cell) if url else NAME(cell), marks)
