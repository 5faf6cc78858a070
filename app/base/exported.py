"""That somebody took rows out of the house is written down before the file is handed out."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exported:
    """Somebody took rows out of the house. ``asked``: the address's parameters, the filter among them."""

    what: str
    format: str
    asked: str  # JSON
    row_count: int


_loggers: list[Callable[[Exported], None]] = []


def log_with(write: Callable[[Exported], None]) -> None:
    """Name what keeps the log of exports. It runs, and commits, before a file is handed out."""
    _loggers[:] = [write]


def keep(fact: Exported) -> None:
    """Write an export down; it is committed when this returns."""
    for write in _loggers:
        write(fact)
