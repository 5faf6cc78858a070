"""What can be run over: the rows of a screen, found again from a filter or from their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select

from app.base import filters
from app.base.actor import Actor, acting
from app.base.among import among
from app.base.bulk import Action
from app.base.fields import Field
from app.base.scope import condition
from app.extensions import db


@dataclass(frozen=True)
class Subject:
    """The rows of one screen, and what can be done with many of them."""

    screen: str
    model: type[Any]
    fields: Mapping[str, Field]  # that a filter may name
    actions: Mapping[str, Action]

    @property
    def key(self) -> Any:
        return getattr(self.model, self.model.__mapper__.primary_key[0].key)  # type: ignore[attr-defined]

    def meant(self, *, filter_text: str | None, ticked: Sequence[int] | None, actor: Actor) -> ColumnElement[bool]:
        """Return the condition of the rows meant. Raises Invalid for a filter that cannot be."""
        if ticked is not None:
            return among(self.key, ticked)
        return filters.parse(filter_text or "", self.fields).sql(self.model, actor)

    def reader(self, actor: Actor) -> Actor:
        """Return as whom the rows are read: the actor, unless the screen opens more to them."""
        return actor

    def open_to(self, actor: Actor) -> ColumnElement[bool]:
        """Return the condition of the rows that the actor may run over: those they may change."""
        return condition(self.model, actor, write=True)


subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Let a screen have actions over many rows."""
    subjects[subject.screen] = subject


class Counts(NamedTuple):
    """How many rows are meant and seen, and how many of them the actor may change."""

    seen: int
    writable: int


def counts(subject: Subject, where: ColumnElement[bool], *, actor: Actor) -> Counts:
    """Count exactly the rows in scope, and those to be changed."""
    model, may = subject.model, subject.open_to(actor)
    with acting(subject.reader(actor)):
        seen = db.session.scalar(select(func.count(subject.key)).where(where)) or 0
        writable = db.session.scalar(select(func.count(subject.key)).where(where, may).select_from(model)) or 0
    return Counts(seen, writable)


def samples(subject: Subject, where: ColumnElement[bool], *, actor: Actor, limit: int) -> Sequence[Any]:
    """Return the first rows that would be changed."""
    some = select(subject.model).where(where, subject.open_to(actor)).order_by(subject.key.desc()).limit(limit)
    with acting(subject.reader(actor)):
        return list(db.session.scalars(some))
