"""What this domain announces. Past tense, ids and plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountDisabled:
    employee_id: int


@dataclass(frozen=True)
class RightsChanged:
    """A role was changed. Rights are (permission, view); ``domains``: those whose reach was set."""

    role_id: int
    role: str
    granted: tuple[tuple[str, str], ...]
    withdrawn: tuple[tuple[str, str], ...]
    domains: tuple[str, ...]
    actor_id: int | None
