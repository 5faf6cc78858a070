"""What domains above add to follow-ups: buttons of a follow-up, and where its form may lead on to.

A domain says it in its ``register``: ``add_step(Step(…))``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.crm.followups.models import Followup


@dataclass(frozen=True)
class Step:
    """What a follow-up can become. ``button``: for a row and a page, None for who may not; ``label``: of "save and …".

    ``lead``: does it once the follow-up is saved, and returns where to go on; ``may``: whether that is offered.
    """

    name: str
    label: object
    button: Callable[[Followup], Mapping[str, Any] | None]
    lead: Callable[[Followup], str | None]
    may: Callable[[], bool]


steps: dict[str, Step] = {}


def add_step(step: Step) -> None:
    """Let follow-ups become something. Said again, it is the same."""
    steps[step.name] = step


def buttons(followup: Followup) -> Sequence[Mapping[str, Any]]:
    """Return the buttons of a follow-up, as far as this person may press them."""
    return [found for step in steps.values() if (found := step.button(followup)) is not None]


def submits() -> Sequence[Mapping[str, Any]]:
    """Return the further buttons under the form of a new follow-up."""
    return [{"name": "then", "value": step.name, "label": step.label} for step in steps.values() if step.may()]


def leads(name: str, followup: Followup) -> str | None:
    """Return where a pressed button leads on to; None for none of them."""
    step = steps.get(name)
    return step.lead(followup) if step is not None and step.may() else None
