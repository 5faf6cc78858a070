"""The rows on their way to the parent: lines of JSON, a hundred rows each."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Self

from allowance import Limits
from refusal import Refused

_BATCH = 100


class Spool:
    """A file of rows. `sheets` has name, byte offset, and number of filled rows of each sheet in it."""

    def __init__(self, path: str, limits: Limits) -> None:
        self._file = Path(path).open("wb", buffering=1024 * 1024)  # noqa: SIM115 (closed on leaving)
        self._limits = limits
        self._batch: list[list] = []
        self.sheets: list[dict] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self._flush()
            self._file.close()

    def begin(self, name: str) -> None:
        """Start a new sheet."""
        self._flush()
        self.sheets.append({"name": name, "offset": self._file.tell(), "filled_rows": 0})

    def add(self, number: int, row: list) -> None:
        """Add a row unless it is blank. Raises Refused if it is too wide or one too many."""
        while row and (row[-1] is None or (isinstance(row[-1], str) and not row[-1].strip())):
            row.pop()
        if not row:
            return
        if len(row) > self._limits.max_columns:
            raise Refused("too_many_columns", columns=len(row))
        sheet = self.sheets[-1]
        sheet["filled_rows"] += 1
        if sheet["filled_rows"] > self._limits.max_rows:
            raise Refused("too_many_rows")
        self._batch.append([number, [None if value == "" else value for value in row]])
        if len(self._batch) == _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._batch:
            line = json.dumps(self._batch, ensure_ascii=False, default=_tagged, separators=(",", ":"))
            self._file.write(line.encode("utf-8", "replace") + b"\n")
            self._batch = []


def _tagged(value: object) -> dict:
    """Write what JSON has no form for: d(ate), m(oment), t(ime), s(econds)."""
    if isinstance(value, datetime):
        return {"m": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return {"t": value.isoformat()}
    return {"s": value.total_seconds()} if isinstance(value, timedelta) else {"e": str(value)}
