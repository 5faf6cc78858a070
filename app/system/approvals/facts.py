"""What this domain announces. Past tense, ids and plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CasesMoved:
    """What waits for whom may be another now."""

    subject: str  # "": of everything, as after a delegation
