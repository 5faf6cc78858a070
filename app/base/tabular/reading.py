"""Open a table that someone sent: safely, whatever it is, and find where its rows begin.

The file itself is opened by `parser`, a child process with limits of its own; here are only rows.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.tabular import headings as words

MAX_ROWS, MAX_COLUMNS = 1_000_000, 500
_LOOKED_AT = 30  # rows among which the headings must stand
_PARSER = Path(__file__).parent / "parser"
_BASE_SECONDS, _SECONDS_PER_BYTE = (
    60,
    30 / 1024**2,
)  # of patience on a busy machine; the child's processor time is the real limit
_OUT_OF_MEMORY = {-signal.SIGABRT, -signal.SIGSEGV}
_OUT_OF_TIME = {-signal.SIGXCPU, -signal.SIGKILL}

SENTENCES = {
    "bomb": _("This file unpacks to far more than a table needs, so it was not opened: save the table as a new file."),
    "broken": _("This file is damaged: open it in Excel, save it as .xlsx under a new name, and send that."),
    "broken_line": _("Line %(line)s of this file cannot be read: a quotation mark there is probably never closed."),
    "empty": _("This file is empty: please choose the one with the table."),
    "no_rows": _("There are no rows below the headings: please fill in the table first."),
    "not_a_table": _("This is not a table: please send an .xlsx, .xls or .csv file."),
    "other_kind": _("This is a %(kind)s file, not a table: please send an .xlsx, .xls or .csv file."),
    "password": _("This file is protected by a password: save it without one and send it again."),
    "too_large": _("This file is too large to be read: please split it into several files."),
    "too_long": _("This file takes too long to read: please copy the table into a new workbook and send that."),
    "too_many_columns": _(
        "This table has %(columns)s columns, at most %(max_columns)s can be read: delete what is right of it."
    ),
    "too_many_rows": _("This table has more than %(max_rows)s rows: please split it into several files."),
    "too_much_memory": _(
        "A cell far away from the table makes this file too large: copy the table into a new workbook."
    ),
    "web_page": _("This is a web page that only bears the name of a workbook: open it in Excel and save it as .xlsx."),
}

Value = str | int | float | bool | date | datetime | time | timedelta | None


class CellError(str):
    """What stands in a cell whose formula failed, e.g. #N/A: no value, and to be shown to the user as wrong."""

    __slots__ = ()


_READERS: dict[str, Callable[[Any], Any]] = {
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
    "t": time.fromisoformat,
    "s": lambda seconds: timedelta(seconds=seconds),
    "e": CellError,
}


@dataclass
class Sheet:
    """One sheet of the file. `filled_rows` counts the rows that are not blank, `offset` is its place in the spool."""

    name: str
    offset: int
    filled_rows: int


class Table:
    """A table in a file. `heading_row` and the numbers of `rows()` are those a person sees in Excel (from 1).

    `sheets` are those with content, `sheet` the chosen one, `headings` its column titles as they are written.
    Rows can be walked any number of times until `close()`; closing removes the temporary copy.
    """

    def __init__(self, spool: Any, kind: str, sheets: list[Sheet], *, max_rows: int) -> None:
        self._spool, self.kind, self.sheets, self._max_rows = spool, kind, sheets, max_rows
        self.sheet, self.heading_row = sheets[0], 0
        self.headings: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary copy of the rows."""
        self._spool.close()

    def find(self, fields: Iterable[words.Field] = ()) -> None:
        """Choose the sheet and heading row with most known headings; without any, the widest row of the first rows.

        Raises Invalid if there is no row below the headings, or more than the table may have.
        """
        known_fields = list(fields)
        starts = [(sheet, list(self._first_rows(sheet))) for sheet in self.sheets]
        scored = [
            (_score(values, known_fields), -order, -row, sheet, values)
            for order, (sheet, rows) in enumerate(starts)
            for row, values in rows
        ]
        _best, _order, negative_row, sheet, values = max(scored, key=lambda candidate: candidate[:3])
        self._settle(sheet, -negative_row, values)

    def use(self, sheet_name: str, *, heading_row: int) -> None:
        """Take the sheet and heading row that the user chose. Raises Invalid if there is no such row, or none below."""
        for sheet in self.sheets:
            rows = dict(self._first_rows(sheet)) if sheet.name == sheet_name else {}
            if heading_row in rows:
                return self._settle(sheet, heading_row, rows[heading_row])
        raise Invalid(_("Row %(row)s of that sheet has no headings: please choose another row."), row=heading_row)

    def rows(self) -> Iterator[tuple[int, list[Value]]]:
        """Yield (row number, values) of each row below the headings that is not blank, at least as wide as these."""
        width = len(self.headings)
        for number, values in self._all_rows(self.sheet):
            if number > self.heading_row:
                yield number, values + [None] * (width - len(values))

    def above(self) -> list[list[Value]]:
        """Return the rows above the headings: a title, whose table it is, of which days."""
        return [values for number, values in self._first_rows(self.sheet) if number < self.heading_row]

    def _settle(self, sheet: Sheet, heading_row: int, values: Sequence[Value]) -> None:
        above = sum(1 for number, _values in self._first_rows(sheet) if number <= heading_row)
        if sheet.filled_rows == above:
            raise Invalid(SENTENCES["no_rows"])
        if sheet.filled_rows - above > self._max_rows:
            raise Invalid(SENTENCES["too_many_rows"], max_rows=self._max_rows)
        self.sheet, self.heading_row = sheet, heading_row
        self.headings = ["" if value is None else str(value).strip() for value in values]

    def _first_rows(self, sheet: Sheet) -> Iterator[tuple[int, list[Value]]]:
        return (row for _position, row in zip(range(_LOOKED_AT), self._all_rows(sheet), strict=False))

    def _all_rows(self, sheet: Sheet) -> Iterator[tuple[int, list[Value]]]:
        left, place = sheet.filled_rows, sheet.offset
        while left > 0:
            self._spool.seek(place)
            batch = json.loads(self._spool.readline(), object_hook=_untagged)
            place, left = self._spool.tell(), left - len(batch)
            yield from ((number, values) for number, values in batch)


def open_table(
    source: str | Path | bytes,
    filename: str,
    *,
    fields: Iterable[words.Field] = (),
    max_rows: int = MAX_ROWS,
    max_columns: int = MAX_COLUMNS,
) -> Table:
    """Return the table in a file (a path, or its bytes), its sheet and headings found. Close it when done.

    What it is is decided by its content; `filename` only names the table of a csv file. At most about 170 MB of
    memory beyond six times the unpacked content are used, in another process.
    Raises Invalid if it is no table, empty, damaged, locked, larger than allowed, or built to do harm.
    """
    spool = tempfile.NamedTemporaryFile(prefix="table-")  # noqa: SIM115 (the Table closes it)
    try:
        report = _parse(source, spool.name, {"max_rows": max_rows + _LOOKED_AT, "max_columns": max_columns})
        sheets = _filled_sheets(report, filename, max_rows=max_rows, max_columns=max_columns)
        table = Table(spool, report["kind"], sheets, max_rows=max_rows)
        table.find(fields)
    except BaseException:
        spool.close()
        raise
    return table


def _filled_sheets(report: dict[str, Any], filename: str, **limits: int) -> list[Sheet]:
    """Return the sheets with content. Raises Invalid for the reason of the child, or if there are none."""
    if reason := report.get("refusal"):
        raise Invalid(SENTENCES[reason], **limits, **report["values"])
    sheets = [Sheet(**sheet) for sheet in report["sheets"] if sheet["filled_rows"]]
    if not sheets:
        raise Invalid(SENTENCES["empty"])
    for sheet in sheets:
        sheet.name = sheet.name or Path(filename).stem
    return sheets


def _parse(source: str | Path | bytes, spool_name: str, limits: dict[str, int]) -> dict[str, Any]:
    """Let the child read the file; return its report, `{"refusal": reason, "values": {}}` if it died of its limits."""
    if isinstance(source, bytes):
        with tempfile.NamedTemporaryFile(prefix="upload-") as file:
            file.write(source)
            file.flush()
            return _parse(file.name, spool_name, limits)
    command = [sys.executable, "-I", "-X", "utf8", str(_PARSER), str(source), spool_name, json.dumps(limits)]
    patience = _BASE_SECONDS + _SECONDS_PER_BYTE * Path(source).stat().st_size
    code, output, _usage = _run(command, patience)
    return json.loads(output) if code == 0 else {"refusal": _reason_of_death(code), "values": {}}


def _run(command: list[str], patience: float) -> tuple[int, bytes, resource.struct_rusage]:
    """Run the child; return its exit code (minus the signal that ended it), what it reported, and what it cost."""
    with tempfile.TemporaryFile() as report:
        child = subprocess.Popen(command, stdout=report, stderr=subprocess.DEVNULL, env={})  # noqa: S603 (own program)
        alarm = threading.Timer(patience, os.kill, (child.pid, signal.SIGKILL))
        alarm.start()
        _pid, status, usage = os.wait4(child.pid, 0)
        alarm.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        report.seek(0)
        return child.returncode, report.read(), usage


def _reason_of_death(code: int) -> str:
    if code in _OUT_OF_TIME:
        return "too_long"
    return "too_much_memory" if code in _OUT_OF_MEMORY else "broken"


def _score(values: Sequence[Value], fields: Sequence[words.Field]) -> tuple[int, int]:
    """Rate a row as the heading row: known words first, then different texts in it."""
    texts = {value for value in values if isinstance(value, str) and value.strip()}
    return (words.known(values, fields) if fields else 0), len(texts)


def _untagged(tagged: dict[str, Any]) -> Value:
    """Read what `parser.spool` wrote for values that JSON has no form for."""
    [(tag, written)] = tagged.items()
    return _READERS[tag](written)
