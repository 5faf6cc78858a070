"""What may stand in a cell, for every writer alike. The choices are explained in docs/decisions/csv.md and xlsx.md."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

LONGEST = 32_767  # characters in one cell of Excel, counted in UTF-16 units
CUT_MARK = "…［cut］"
EXACT_DIGITS = 15  # Excel keeps no more of a number
FIRST_DAY = date(1900, 1, 1)
FORMATS = {
    "amount": "#,##0.00",
    "code": "@",
    "date": "yyyy-mm-dd",
    "integer": "0",
    "moment": "yyyy-mm-dd hh:mm",
    "number": "General",
    "text": "General",
}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2 Characters
_SHEET_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_SHEET_NAME = 31


@dataclass(frozen=True)
class Column:
    """`heading` as it is shown; `kind` is a key of FORMATS; `width` in characters."""

    heading: object
    kind: str = "text"
    width: int = 16


@dataclass
class Written:
    """What a writer wrote: rows without headings, sheets, and the cells that were too long and so were cut."""

    rows: int = 0
    sheets: int = 0
    cut_cells: int = 0


def printable(text: str) -> str:
    """Return the text without the characters no file format can hold; line ends as line feeds."""
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def fitting(text: str) -> str:
    """Return the text, cut and marked if Excel would call a file with so long a cell damaged."""
    if len(text) <= LONGEST // 2 or len(text.encode("utf-16-le")) <= 2 * LONGEST:
        return text
    kept = text.encode("utf-16-le")[: 2 * (LONGEST - len(CUT_MARK))].decode("utf-16-le", "ignore")
    return kept + CUT_MARK


def plain(value: object) -> object:
    """Return a value a sheet can hold: text, float, int, bool, date, naive datetime or None."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, date):
        return _day(value)
    return str(value)


def sheet_name(wanted: str, number: int) -> str:
    """Return a name Excel accepts for the sheet of this number (from 1); the second one of a table gets " (2)"."""
    mark = f" ({number})" if number > 1 else ""
    clean = _SHEET_FORBIDDEN.sub(" ", printable(wanted)).strip(" '")
    return (clean[: _LONGEST_SHEET_NAME - len(mark)].strip(" '") or "Sheet1") + mark


def _number(value: float | Decimal) -> object:
    """Return a number that Excel will not change; what has more than 15 digits or is not finite becomes text."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, Decimal) and not value.is_finite():
        return str(value)
    digits = Decimal(value).normalize().as_tuple().digits
    if len(digits) > EXACT_DIGITS:
        return str(value)
    return value if isinstance(value, int) else float(value)


def _day(value: date) -> object:
    """Return a day or moment Excel can count (from 1900 on, without a zone), else its text."""
    moment = value.replace(tzinfo=None) if isinstance(value, datetime) else value
    day = moment.date() if isinstance(moment, datetime) else moment
    return moment if day >= FIRST_DAY else moment.isoformat(" ") if isinstance(moment, datetime) else moment.isoformat()
