"""What states mean to the program, for domains above."""

from app.desk.tickets.rules.phases import (
    CANCELLED,
    CLOSED,
    IN_HANDS,
    NEW,
    REVIEWED,
    SOLVED,
    VERB_BETWEEN,
    WAITING,
    WORKING,
    Phase,
)

__all__ = [
    "CANCELLED",
    "CLOSED",
    "IN_HANDS",
    "NEW",
    "REVIEWED",
    "SOLVED",
    "VERB_BETWEEN",
    "WAITING",
    "WORKING",
    "Phase",
]
