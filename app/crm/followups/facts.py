"""What this domain announces. Past tense, ids and plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FollowupRecorded:
    followup_id: int
    customer_id: int
