"""The door to what is masked: a value shown in full to one who asks for it, noted and counted by a domain above."""

from collections.abc import Callable
from typing import Any

from app.base.actor import Actor
from app.base.fields import Field, Value

_revealers: list[Callable[..., Value]] = []


def reveal_with(service: Callable[..., Value]) -> None:
    """Name the service that reveals: see ``system.logs.services.reveal``."""
    _revealers[:] = [service]


def reveal(record: Any, spec: Field, *, actor: Actor, most_per_day: int) -> Value:
    """Return the value of a masked field, noted in the log. Raises NotAllowed above the most of a day."""
    return _revealers[0](record, spec, actor=actor, most_per_day=most_per_day)
