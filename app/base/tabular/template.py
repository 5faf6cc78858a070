"""The workbook an importer starts from: headings, allowed values, help at every column."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter

from app.base.i18n import _
from app.base.tabular.cells import Column, printable, sheet_name
from app.base.tabular.plain import column_letters
from app.base.tabular.writing import Styles, write_headings

REQUIRED_MARK = "*"
_LAST_ROW = 1_048_575  # counted from 0: the choices hold for the whole column
_NEEDS_TEXT = frozenset({"code", "phone", "identity"})  # Excel would cut their digits or their leading noughts
_LONGEST_HELP, _LONGEST_TITLE = 255, 32


@dataclass(frozen=True)
class TemplateField:
    """One column of the template; also a `headings.Field`. `kind` is phone, identity, or one of cells.FORMATS."""

    name: str
    label: object
    synonyms: Collection[str] = ()
    kind: str = "text"
    is_required: bool = False
    help: object = ""
    choices: Sequence[object] = ()

    @property
    def heading(self) -> str:
        """Return the label, with a mark if the column must be filled."""
        return f"{self.label}{REQUIRED_MARK if self.is_required else ''}"


def write_template(target: str | IO[bytes], fields: Sequence[TemplateField], *, name: str) -> None:
    """Write the empty sheet `name` and, if fields have choices, a second one with the allowed values."""
    with xlsxwriter.Workbook(target) as book:
        styles = Styles(book)
        sheet = book.add_worksheet(sheet_name(name, 1))
        write_headings(sheet, [_column(field) for field in fields], styles)
        chosen = [field for field in fields if field.choices]
        values_name = sheet_name(str(_("Allowed values")), 1)
        if chosen:
            _write_choices(book.add_worksheet(values_name), chosen, styles)
        for position, field in enumerate(fields):
            _explain(sheet, position, field)
        for source, field in enumerate(chosen):
            _offer(sheet, fields.index(field), f"'{values_name}'!{_range(source, len(field.choices))}")


def _column(field: TemplateField) -> Column:
    kind = "code" if field.kind in _NEEDS_TEXT else field.kind
    return Column(field.heading, kind, width=max(12, 2 * len(field.heading) + 4))


def _write_choices(sheet: Any, fields: Sequence[TemplateField], styles: Styles) -> None:
    write_headings(sheet, [Column(field.label, "code", width=20) for field in fields], styles)
    for position, field in enumerate(fields):
        for row, choice in enumerate(field.choices, start=1):
            sheet.write_string(row, position, printable(str(choice)), styles["code"])


def _explain(sheet: Any, position: int, field: TemplateField) -> None:
    """Put the help where it is read: as the heading's comment."""
    if words := printable(str(field.help)):
        sheet.write_comment(0, position, words)


def _offer(sheet: Any, position: int, source: str) -> None:
    sheet.data_validation(1, position, _LAST_ROW, position, {
        "validate": "list",
        "source": f"={source}",
        "error_title": str(_("Not an allowed value"))[:_LONGEST_TITLE],
        "error_message": str(_("Please choose one of the values of the list."))[:_LONGEST_HELP],
    })  # fmt: skip


def _range(position: int, rows: int) -> str:
    letters = column_letters(position)
    return f"${letters}$2:${letters}${rows + 1}"
