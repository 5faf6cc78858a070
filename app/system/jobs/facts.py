"""What this domain announces. Past tense, ids and plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class JobWaiting:
    """A job can be taken up by any worker."""

    job_id: int


@dataclass(frozen=True)
class JobEnded:
    """A job is done, failed or was cancelled."""

    job_id: int
    kind: str
    state: str
    user_id: int | None
