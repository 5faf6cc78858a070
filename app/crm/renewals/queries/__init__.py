"""Named reads of lines, of what customers are told by them, and of whom a run of reminders tells."""

from app.crm.renewals.models import REACH, Line
from app.crm.renewals.queries.lines import (
    MOST_COUNTED,
    LineNames,
    by_id,
    counts,
    limited,
    limited_among,
    of,
    renewal_of,
    service_limited,
    soonest,
    standing_in,
    within_days,
)
from app.crm.renewals.queries.reminding import Due, due, due_rows, due_tally, told_in

__all__ = [
    "MOST_COUNTED",
    "REACH",
    "Due",
    "Line",
    "LineNames",
    "by_id",
    "counts",
    "due",
    "due_rows",
    "due_tally",
    "limited",
    "limited_among",
    "of",
    "renewal_of",
    "service_limited",
    "soonest",
    "standing_in",
    "told_in",
    "within_days",
]
