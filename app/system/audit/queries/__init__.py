"""Change sets, versions and differences: of one record with all that hangs on it, and of all records of a kind."""

from app.system.audit.queries.feed import Asked, Entry, feed
from app.system.audit.queries.record import (
    SILENT,
    Line,
    Set,
    Snapshot,
    differences,
    last_version,
    sets,
    snapshot,
)

__all__ = [
    "SILENT",
    "Asked",
    "Entry",
    "Line",
    "Set",
    "Snapshot",
    "differences",
    "feed",
    "last_version",
    "sets",
    "snapshot",
]
