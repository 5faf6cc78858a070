"""An action over many rows: ticked ones, or every row that matches a filter. Source: OWN-4, OWN-7.

A screen lists its actions; the runs domain freezes the rows, changes them in sets of some thousand with their
history, and takes the whole back. An action says only what it does to some rows.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement

from app.base import clock
from app.base.actor import Actor
from app.base.fields import Field
from app.base.history import update_versioned

Given = Mapping[str, Any]  # what the person filled in, by field name, as JSON holds it


@dataclass
class Applied:
    """What became of some rows: those changed, and why others were not."""

    changed: list[int]
    refused: dict[int, object] = field(default_factory=dict)  # id → the sentence
    given: Given | None = None  # what the next rows are done with: what is left to hand out


@dataclass(frozen=True)
class Plan:
    """What an action would do with all the rows, told before it is done.

    ``given``: what it is done with, worked out of what the person filled in (who gets how many).
    """

    given: Given
    heads: Sequence[object] = ()
    lines: Sequence[Sequence[object]] = ()  # one per person, under the heads
    warnings: Sequence[object] = ()


@dataclass(frozen=True)
class Making:
    """How an action that makes other records of its rows, and leaves the rows alone, is taken back.

    ``number``: of the change set that made them. ``stays``: rows whose record must stay, and why; ``unmake``: removes
    the records of the others, in the transaction that takes the rows back.
    """

    stays: Callable[[Sequence[int], int], Mapping[int, object]]
    unmake: Callable[[Sequence[int], int], None]


@dataclass(frozen=True)
class Action:
    """One action over rows of a model. ``apply`` and ``after`` run inside a transaction of some thousand rows."""

    name: str  # the permission is can_<permission or name>
    label: object
    apply: Callable[[Sequence[int], Given, Actor], Applied]
    columns: Callable[[Given], Sequence[str]]  # what undo gives back
    icon: str = "edit"
    permission: str = ""
    danger: bool = False
    fields: tuple[Field, ...] = ()
    check: Callable[[Given, Actor], None] = lambda _given, _actor: None  # raises Invalid for what cannot be meant
    after: Callable[[Sequence[int]], None] = lambda _ids: None  # what is derived from the rows, done again
    #: Which of the rows cannot be given their former values, and why: a code in use elsewhere by now.
    hinder: Callable[[Sequence[int]], Mapping[int, object]] = lambda _ids: {}
    finds_deleted: bool = False  # undo must find rows that the action took out of the lists
    is_final: bool = False  # no undo: the person types the number of rows
    is_typed: bool = True  # False: of a final one nobody types it, such as what finance does all day
    #: (condition of the rows, actor): what is said of all of them before it is done, such as what they come to.
    says: Callable[[ColumnElement[bool], Actor], object] | None = None
    #: (condition of the rows, how many, what was filled in, actor): shown, and agreed to, before the action is done.
    plan: Callable[[ColumnElement[bool], int, Given, Actor], Plan] | None = None
    amid_undo: Callable[[], AbstractContextManager[None]] = nullcontext  # round the taking back of some thousand rows
    #: Told once, in the transaction that ends a run, and in the one that ends its taking back: (run, given, actor).
    when_done: Callable[[int, Given, Actor], None] = lambda _run, _given, _actor: None
    when_undone: Callable[[int, Given, Actor], None] = lambda _run, _given, _actor: None
    leaves_reach: bool = False  # it takes rows out of the actor's reach: for undo it counts where they came from
    is_offered: bool = True  # in the bar over selected rows; False: begun from a screen of its own
    making: Making | None = None  # it changes no row: ``columns`` is not asked
    asks: object = ""  # the heading over the fields, and the line beside it
    hint: object = ""

    @property
    def asks_count(self) -> bool:
        """Whether the person types how many rows are meant."""
        return self.is_final and self.is_typed

    @property
    def button(self) -> str:
        """The permission that lets a person press it."""
        return f"can_{self.permission or self.name}"


def signature(model: type[Any], actor: Actor) -> dict[str, Any]:
    """Return the columns that say who changed a row last, and when."""
    table = model.__table__  # type: ignore[attr-defined]
    found = {"updated_at": clock.now(), "updated_by_id": actor.id}
    return {name: value for name, value in found.items() if name in table.c}


def set_columns(
    model: type[Any],
    ids: Sequence[int],
    values: Mapping[str, Any],
    actor: Actor,
    **how: Any,
) -> list[int]:
    """Set columns of rows, with history and with who did it; return the ids of those that changed.

    ``how``: what else ``update_versioned`` is told.
    """
    return update_versioned(model, ids, values, also=signature(model, actor), **how) if values or how else []
