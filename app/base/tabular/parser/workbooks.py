"""Sheets of xlsx and xls files, by calamine."""

import os
from collections.abc import Iterator

import python_calamine as calamine
from allowance import Limits
from archive import Archive, Errors
from refusal import Refused
from spool import Spool

_XLS_GROWTH = 4  # unpacked XML says more with more bytes than the binary of xls


def read_workbook(path: str, kind: str, spool: Spool, limits: Limits) -> None:
    """Spool every visible worksheet. Raises Refused if the file is broken, locked or too dear."""
    archive = Archive(path) if kind == "xlsx" else None
    limits.widen(archive.unpacked_bytes if archive else _XLS_GROWTH * os.stat(path).st_size)  # noqa: PTH116
    try:
        with calamine.CalamineWorkbook.from_path(path) as workbook:
            for position in _tables(workbook):
                sheet = workbook.get_sheet_by_index(position)
                if sheet.width > limits.max_columns:
                    raise Refused("too_many_columns", columns=sheet.width)
                spool.begin(workbook.sheet_names[position])
                _spool_rows(sheet, spool, archive.errors(position) if archive else {})
    except calamine.PasswordError:
        raise Refused("password") from None
    except (calamine.CalamineError, ValueError, OverflowError):
        raise Refused("broken") from None


def _tables(workbook: calamine.CalamineWorkbook) -> Iterator[int]:
    """Yield the positions of the worksheets that can be seen; of all worksheets if none can."""
    worksheets = [
        (position, sheet)
        for position, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    seen = [position for position, sheet in worksheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    yield from seen or [position for position, _sheet in worksheets]


def _spool_rows(sheet: calamine.CalamineSheet, spool: Spool, errors: Errors) -> None:
    """Spool the rows from sheet row 1 on; calamine leaves out empty columns on the left, and the values of errors."""
    if sheet.start is None and not errors:
        return
    left: list[object] = [None] * (sheet.start[1] if sheet.start else 0)
    places = _by_row(errors)
    for number, values in enumerate(sheet.iter_rows(), start=1):
        row: list[object] = [*left, *values]
        for column, shown in places.get(number, ()):
            row += [None] * (column + 1 - len(row))
            row[column] = {"e": shown}
        spool.add(number, row)


def _by_row(errors: Errors) -> dict[int, list[tuple[int, str]]]:
    """Turn {"C7": "#N/A"} into {7: [(2, "#N/A")]}."""
    rows: dict[int, list[tuple[int, str]]] = {}
    for reference, shown in errors.items():
        letters = reference.rstrip("0123456789")
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        rows.setdefault(int(reference[len(letters) :]), []).append((column - 1, shown))
    return rows
