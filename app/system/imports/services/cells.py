"""Cells of a stranger's table in a form that JSON keeps, and back."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

_READERS: dict[str, Callable[[str], Any]] = {"d": date.fromisoformat, "m": datetime.fromisoformat}


def kept(value: Any) -> Any:
    """Return a cell as JSON can hold it; days and moments stay such."""
    if isinstance(value, datetime):
        return {"m": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return str(value) if isinstance(value, time | timedelta) else value


def read(value: Any) -> Any:
    """Return a kept cell as it was."""
    if isinstance(value, dict):
        [(tag, text)] = value.items()
        return _READERS[tag](text)
    return value


def padded(raw: Sequence[Any], width: int) -> list[Any]:
    """Return a kept row as it was, exactly as wide as the headings."""
    return [read(value) for value in raw[:width]] + [None] * (width - len(raw))
