"""Into the bin, out of it, and away for good."""

from app.system.recycle.rules import check_why
from app.system.recycle.services.binning import follow, put, take_out
from app.system.recycle.services.purging import forget, purge, purge_many, why_not
from app.system.recycle.services.restoring import (
    keep_edited,
    remove_again,
    restore,
    restore_many,
    restore_record,
)

__all__ = [
    "check_why",
    "follow",
    "forget",
    "keep_edited",
    "purge",
    "purge_many",
    "put",
    "remove_again",
    "restore",
    "restore_many",
    "restore_record",
    "take_out",
    "why_not",
]
