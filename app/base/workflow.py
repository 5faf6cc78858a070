"""A record's life as a table of steps, so that the whole lifecycle can be read in one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.base.errors import WrongState
from app.base.i18n import _


@dataclass(frozen=True)
class Step:
    """One arrow: ``verb`` takes a record from any of ``sources`` to ``target``."""

    verb: str
    sources: frozenset[StrEnum]
    target: StrEnum


class Workflow:
    """The arrows of one state column. ``refusals``: what a user is told in a state that allows no such verb."""

    def __init__(
        self, *steps: tuple[str, Iterable[StrEnum], StrEnum], refusals: Mapping[Any, object] | None = None
    ) -> None:
        self.steps = {verb: Step(verb, frozenset(sources), target) for verb, sources, target in steps}
        self.refusals = refusals or {}

    def after(self, verb: str, state: StrEnum) -> StrEnum:
        """Return the state that ``verb`` leads to. Raises WrongState if there is no such arrow."""
        step = self.steps[verb]
        if state in step.sources:
            return step.target
        raise WrongState(self.refusals.get(state) or _("The state of this record does not allow that."))
