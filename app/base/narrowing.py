"""The only door to the rows: every ORM statement of a session is narrowed to what its actor may see."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask import g, has_app_context
from sqlalchemy import ColumnElement, Table, and_, event, false, true
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, joinedload, selectinload, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy_continuum import versioning_manager

from app.base import clock
from app.base.actor import NOBODY, Actor, Opening, Reach, current_actor
from app.base.scope import PUBLIC, condition, is_everything, policy_of


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.is_column_load or not has_app_context():
        return
    if not state.is_orm_statement:
        if state.is_select and not g.get("unscoped"):
            _refuse_silent(state.statement)
    elif state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*_options(state.statement))


class SilentlyUnscopedError(Exception):
    """A statement on tables, not classes, reads scoped rows and does not say so. A programming error."""


def _refuse_silent(statement: Any) -> None:
    """Raise unless a statement the hook cannot narrow leaves scoped tables alone: it must say ``unscoped``."""
    actor = current_actor()
    if actor is not None and actor.is_system:
        return
    read = _tables_in(statement) & _scoped_tables()
    if read:
        raise SilentlyUnscopedError(", ".join(sorted(read)))


def _tables_in(part: Any) -> set[str]:
    return {one.name for one in visitors.iterate(part) if isinstance(one, Table)}


@lru_cache
def _scoped_tables() -> frozenset[str]:
    return frozenset(cls.__table__.name for cls in _scoped_classes() if policy_of(cls) is not PUBLIC)


def _options(statement: Any) -> list[Any]:
    """Return the criteria of the classes that the statement reads: those of all sixty cost it 3 ms in its cache key."""
    kept = _kept()
    touched = _with_named(_tables_in(statement), kept)
    return [one.option for name in sorted(touched) if (one := kept.get(name))]


class Criteria(NamedTuple):
    """What a class's rows must meet, as an option of statements too, and the tables that this names in turn."""

    allowed: ColumnElement[bool]
    option: Any
    named: frozenset[str]


class Kept:
    """The criteria of one sight, each made when a statement first reads its table: nobody reads all hundred."""

    def __init__(self, actor: Actor | None, *, with_deleted: bool) -> None:
        self.actor, self.with_deleted = actor, with_deleted
        self.made: dict[str, Criteria | None] = {}

    def get(self, table: str) -> Criteria | None:
        """Return what rows of a table must meet; None if everything may be seen, or the table is no class's own."""
        if table not in self.made:
            cls = next((one for one in _scoped_classes() if one.__table__.name == table), None)
            self.made[table] = None if cls is None else _criteria(cls, self.actor, with_deleted=self.with_deleted)
        return self.made[table]


def _with_named(tables: set[str], kept: Kept) -> set[str]:
    """Return the tables and those that their criteria name in turn."""
    found, waiting = set(tables), [*tables]
    while waiting:
        one = kept.get(waiting.pop())
        more = one.named - found if one else frozenset()
        waiting += more
        found |= more
    return found


class Sight(NamedTuple):
    """All that an actor's criteria are made of, and the day: equal sights see the same rows."""

    is_lifted: bool
    actor_id: int | None
    is_system: bool
    department_id: int | None
    departments_below: frozenset[int]
    departments_above: frozenset[int]
    role_ids: frozenset[int]
    reaches: tuple[tuple[str, Reach], ...]
    today: date
    opened: Opening | None


def sight() -> tuple[Sight, bool]:
    """Return what decides, besides the statement, which rows are seen now; and whether deleted ones are among them."""
    actor = None if g.get("unscoped") else current_actor() or NOBODY
    return _sight(actor), bool(g.get("with_deleted"))


def linked(relation: Any) -> Any:
    """Return how what rows refer to comes with them: in their own statement where no further table decides who sees it.

    What is joined the hook does not narrow: the condition stands in the join itself.
    """
    cls = relation.property.mapper.class_
    criteria = _kept().get(cls.__table__.name)
    if criteria is None:
        return joinedload(relation)
    is_alone = criteria.named <= {cls.__table__.name}
    return joinedload(relation.and_(_of_class(criteria.allowed, cls))) if is_alone else selectinload(relation)


def _of_class(allowed: ColumnElement[bool], cls: type[Any]) -> ColumnElement[bool]:
    """Return a condition on a table as one on its class: a join, which names its table anew, adapts only these."""
    named: Any = {one.columns[0]: getattr(cls, one.key).__clause_element__() for one in cls.__mapper__.column_attrs}
    replaced: Any = visitors.replacement_traverse(allowed, {}, lambda part, **_more: named.get(part))  # type: ignore[call-overload]
    return replaced


def _kept() -> "Kept":
    seen, with_deleted = sight()
    return _kept_options(seen, with_deleted=with_deleted)


def _sight(actor: Actor | None) -> Sight:
    if actor is None:
        nothing: frozenset[int] = frozenset()
        return Sight(True, None, False, None, nothing, nothing, nothing, (), date.min, None)  # noqa: FBT003 - nothing is asked
    reaches = tuple(sorted(actor.reaches.items()))
    house = (actor.department_id, actor.departments_below, actor.departments_above, actor.role_ids)
    return Sight(False, actor.id, actor.is_system, *house, reaches, clock.today(), actor.opened)  # noqa: FBT003 - a tuple's parts


@lru_cache(maxsize=2048)
def _kept_options(sight: Sight, *, with_deleted: bool) -> Kept:
    """Return the criteria of everybody with this sight: building them costs more than most pages."""
    if sight.is_lifted:
        return Kept(None, with_deleted=with_deleted)
    actor = Actor(
        sight.actor_id,
        is_system=sight.is_system,
        department_id=sight.department_id,
        departments_below=sight.departments_below,
        departments_above=sight.departments_above,
        role_ids=sight.role_ids,
        reaches=dict(sight.reaches),
        opened=sight.opened,
    )
    return Kept(actor, with_deleted=with_deleted)


def _criteria(cls: type[Any], actor: Actor | None, *, with_deleted: bool) -> Criteria | None:
    allowed = true() if actor is None else _for_reader(cls, actor)
    if not with_deleted and "deleted_at" in cls.__table__.c and cls not in versioning_manager.parent_class_map:
        allowed = and_(allowed, cls.__table__.c.deleted_at.is_(None))
    if is_everything(allowed):
        return None
    option = with_loader_criteria(cls, allowed, include_aliases=True, propagate_to_loaders=False)
    return Criteria(allowed, option, frozenset(_tables_in(allowed)))


def _for_reader(cls: type[Any], actor: Actor) -> ColumnElement[bool]:
    is_nobody = actor.id is None and not actor.is_system
    return false() if is_nobody and policy_of(cls) is not PUBLIC else condition(cls, actor)


def _scoped_classes() -> Iterator[type[Any]]:
    from flask_appbuilder import Model  # noqa: PLC0415 - its registry is complete only when asked

    mapper: Mapper[Any]
    for mapper in Model.registry.mappers:
        if policy_of(mapper.class_) is not None:
            yield mapper.class_
