"""Tables in plain text: which encoding, which separator, which rows."""

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path

from refusal import Refused
from spool import Spool

_CHUNK = 1024 * 1024
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 65_536, 50
_LONGEST_CELL = 1_000_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")  # see docs/decisions/csv.md


def read_csv(path: str, spool: Spool) -> None:
    """Spool the records. Raises Refused if the bytes are no text, or a quotation never ends."""
    encoding = _encoding(path)
    csv.field_size_limit(_LONGEST_CELL)
    with Path(path).open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE_CHARACTERS)
        if len(_CONTROL.findall(sample)) > len(sample) // 500:
            raise Refused("not_a_table")
        file.seek(0)
        spool.begin("")
        records = csv.reader(file, delimiter=_delimiter(sample))
        try:
            for number, record in enumerate(records, start=1):
                spool.add(number, [_cell(value) for value in record])
        except csv.Error:
            raise Refused("broken_line", line=records.line_num) from None


def _cell(value: str) -> str | None:
    """Return the cell's text without the apostrophe that keeps spreadsheets from calculating it."""
    return (value[1:] if _GUARDED.match(value) else value) or None


def _encoding(path: str) -> str:
    """Return the first encoding that the whole file fits. Raises Refused if none does."""
    with Path(path).open("rb") as file:
        start = file.read(_CHUNK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\0" in start:
        candidates = ["utf-16-le", "utf-16-be"]
        candidates.sort(key=lambda name: start.count("\n".encode(name)), reverse=True)
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _fits(path, encoding):
            return encoding
    raise Refused("not_a_table")


def _fits(path: str, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with Path(path).open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(sample: str) -> str:
    """Return the separator that cuts most of the first rows into the same number of cells, and into most cells.

    One that cuts every row alike, the headings among them, comes before one that does so only with most.
    """
    found = {delimiter: _widths(sample, delimiter) for delimiter in ",;\t|"}
    even = [delimiter for delimiter, widths in found.items() if len(widths) == 1 and max(widths) > 1]
    return max(even or found, key=lambda delimiter: _evenness(found[delimiter]))


def _widths(sample: str, delimiter: str) -> Counter[int]:
    """Return how many of the first rows have how many cells; nothing if they cannot be cut so."""
    try:
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        return Counter(len(row) for _position, row in zip(range(_SAMPLE_ROWS), records, strict=False))
    except csv.Error:
        return Counter()


def _evenness(widths: Counter[int]) -> int:
    return max(((width - 1) * rows for width, rows in widths.items()), default=0)
