"""What this domain announces."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LettersWaiting:
    """Something waits to be sent: any worker can take it up."""
