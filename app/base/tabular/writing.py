"""Tables written to files in constant memory: xlsx for reports and templates, csv for other programs.

`write_xlsx` uses xlsxwriter; `plain.write_plain` writes the same sheet several times faster for large exports.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, Any

import xlsxwriter

from app.base.tabular.cells import FORMATS, Column, Written, fitting, plain, printable, sheet_name

ROWS_PER_SHEET = 1_000_000
Row = Sequence[object]
_GUARDED = re.compile(r"'*[=+\-@\t\r]")  # see docs/decisions/csv.md; undone by parser/commas.py


class Styles(dict[str, Any]):
    """The look of each kind of cell in a workbook, and of the "heading"."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        super().__init__({kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()})
        self["heading"] = book.add_format({"bold": True, "bg_color": "#E8EEF7", "bottom": 1, "valign": "vcenter"})


def write_xlsx(
    target: str | IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    name: str = "Sheet1",
    rows_per_sheet: int = ROWS_PER_SHEET,
) -> Written:
    """Write a table to a path or binary stream: headings styled, frozen and with filters, a new sheet when one is full.

    Dates and numbers are real ones; a text stays text, whatever it begins with.
    """
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_urls": False}) as book:
        styles = Styles(book)
        written = Written()
        for part in sheets_of(rows, rows_per_sheet):
            written.sheets += 1
            sheet = book.add_worksheet(sheet_name(name, written.sheets))
            _Sheet(sheet, columns, styles, written).write(part)
    return written


def write_csv(stream: IO[bytes], columns: Sequence[Column], rows: Iterable[Row]) -> Written:
    """Write UTF-8 with the mark that Excel looks for, RFC 4180; a text like =1+1 gets an apostrophe before it."""
    written = Written(sheets=1)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_csv_cell(str(column.heading)) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        written.rows += 1
    text.detach()  # flushes, and leaves the stream to whoever opened it
    return written


def sheets_of(rows: Iterable[Row], rows_per_sheet: int) -> Iterator[Iterator[Row]]:
    """Yield the rows of one sheet after the other, at least one (perhaps empty) sheet. Each must be walked in turn."""
    rest = iter(rows)
    yield islice(rest, rows_per_sheet)
    for first in rest:
        yield islice(chain([first], rest), rows_per_sheet)


def write_headings(sheet: Any, columns: Sequence[Column], styles: Styles) -> None:
    """Write the first row, freeze it, and set the columns' widths and formats."""
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width, styles[column.kind])
    for position, column in enumerate(columns):
        sheet.write_string(0, position, fitting(printable(str(column.heading))), styles["heading"])


class _Sheet:
    """One sheet being filled; what it writes is counted in `written`."""

    def __init__(self, sheet: Any, columns: Sequence[Column], styles: Styles, written: Written) -> None:
        self._sheet, self._columns, self._styles, self._written = sheet, columns, styles, written
        self._looks = [styles[column.kind] for column in columns]

    def write(self, rows: Iterator[Row]) -> None:
        write_headings(self._sheet, self._columns, self._styles)
        number = 0
        for number, row in enumerate(rows, start=1):
            for position, value in enumerate(row):
                if value is not None and value != "":
                    self._write_cell(number, position, plain(value))
        self._written.rows += number
        self._sheet.autofilter(0, 0, number, len(self._columns) - 1)

    def _write_cell(self, row: int, position: int, value: Any) -> None:
        if isinstance(value, str):
            text = printable(value)
            shown = fitting(text)
            self._written.cut_cells += shown is not text
            self._sheet.write_string(row, position, shown, self._looks[position])
        elif isinstance(value, bool):
            self._sheet.write_boolean(row, position, value)
        elif isinstance(value, date):
            self._sheet.write_datetime(
                row, position, value, self._styles["moment" if isinstance(value, datetime) else "date"]
            )
        else:
            self._sheet.write_number(row, position, value, self._looks[position])


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)
    text = printable(value)
    return f"'{text}" if _GUARDED.match(text) else text
