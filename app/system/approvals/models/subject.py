"""What can wait for approval: each domain says it of its own records, in ``register``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.base.actor import Actor
from app.base.bulk import Applied

Verb = Callable[[Sequence[int], str, Actor], Applied]  # (ids of records, note or reason, actor)


@dataclass(frozen=True)
class Subject:
    """A kind of record that waits for approval, and the verbs of its domain that the approvals' screens call."""

    code: str
    label: object
    icon: str
    model: type
    fields: Sequence[str]  # whose changes since the last decision are shown, old → new
    asked: Sequence[str]  # what conditions of steps may ask: numbers, choices, days, yes or no
    restarts: frozenset[str]  # whose change during the approval starts it again at the first step
    limit: Callable[[Actor], Decimal | None]  # up to which amount this person decides alone; None: no limit
    amount: str  # the field that the limit looks at; "" if there is none
    url: Callable[[int], str]  # the page of a record
    approve: Verb
    reject: Verb
    #: The first flow, as the screen of flows would save it; a role may be named by its code ("role": "finance").
    default_steps: Sequence[Mapping[str, Any]] = ()
    give_back: Verb | None = None  # where the record itself changes by it; else the approvals' own
    withdraw: Verb | None = None  # likewise
    #: record → what changes, where it stands in the record itself and not in its history: ``audit.queries.Line``.
    lines: Callable[[Any], Sequence[Any]] | None = None
    remark: Callable[[Any], object | None] = lambda _record: None  # record → why its author submits it
    warning: Callable[[Any], object | None] = lambda _record: None  # record → what whoever decides has to know
    submit: Verb | None = None  # submits what was given back or withdrawn again; None: only by editing it


subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Make a kind of record known. A second application in the process says it again."""
    subjects[subject.code] = subject


def subject_of(code: str) -> Subject:
    """Return the subject of a code. Raises KeyError for one that no domain has registered: a programming error."""
    return subjects[code]
