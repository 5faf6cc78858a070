"""Who sees a record's personal data in full without a role's permission: its owner and those who lead its department.

A model says in ``__held__`` how one finds them. Only showing goes by this: to filter, sort or search by a masked
field needs the permission, whoever the record belongs to.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from flask import g, has_app_context
from sqlalchemy import ColumnElement, FromClause, false, or_
from sqlalchemy_continuum import versioning_manager

from app.base.actor import Actor


class Holding(Protocol):
    """How a model tells whose a row is."""

    columns: Sequence[str]  # that lists load with the rows

    def loads(self) -> Sequence[Any]:
        """Return what else lists load with the rows, so that ``has`` asks nothing per row."""

    def has(self, record: Any, actor: Actor) -> bool:
        """Tell whether a record is the actor's."""

    def rows(self, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        """Return the same as a condition on ``table``."""


class Held:
    """Rows with an owner and a department."""

    columns: Sequence[str] = ("owner_id", "department_id")

    def loads(self) -> Sequence[Any]:
        return ()

    def has(self, record: Any, actor: Actor) -> bool:
        is_own = actor.id is not None and record.owner_id == actor.id
        return is_own or record.department_id in actor.leads

    def rows(self, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        if actor.id is None:
            return false()
        return or_(table.c.owner_id == actor.id, table.c.department_id.in_(sorted(actor.leads)))


def holding_of(cls: type[Any]) -> Holding | None:
    """Return how a mapped class, or the class of its versions, tells whose a row is; None if it does not."""
    return getattr(versioning_manager.parent_class_map.get(cls, cls), "__held__", None)


def is_held(record: Any, actor: Actor) -> bool:
    """Tell whether a record is the actor's."""
    holding = holding_of(type(record))
    return holding is not None and holding.has(record, actor)


def show_once(record: Any, field_name: str) -> None:
    """Show a field of a record in full in this answer: it was revealed, and the log says so."""
    g.setdefault("shown_once", set()).add((record.__tablename__, record.id, field_name))


def is_shown_once(record: Any, field_name: str) -> bool:
    """Tell whether a field of a record was revealed for this answer."""
    known: set[Any] = g.get("shown_once", set()) if has_app_context() else set()
    return bool(known) and (record.__tablename__, record.id, field_name) in known
