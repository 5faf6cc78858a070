"""The data scope: which rows an actor sees. It stands on the model and is applied to every ORM statement.

Every mapped class declares ``__scope__``: a Policy, or ``PUBLIC`` where every signed-in person may read every
row. A scoped class shows nothing at all while nobody is known to act; whoever needs all rows says so aloud,
with ``unscoped()`` and a reason, or acts as ``SYSTEM``.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from flask import g, has_app_context
from sqlalchemy import ColumnElement, FromClause, Table, and_, event, false, or_, select, true
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy_continuum import versioning_manager

from app.base import clock
from app.base.actor import Actor, Level, Reach, current_actor


class Policy(Protocol):
    """Says which rows of a table an actor may read, or write."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        """Return the condition on ``table`` (the class's own table or an alias of it)."""


class Public:
    """Every row is for every signed-in person."""

    def rows(self, _table: FromClause, _actor: Actor, *, write: bool) -> ColumnElement[bool]:  # noqa: ARG002 - Policy
        return true()


PUBLIC = Public()


class Through:
    """A row belongs to a parent row and is seen by whoever sees that: ``Through("customer_id", parent)``."""

    def __init__(self, column: str, parent: Table, policy: Policy) -> None:
        self.column, self.parent, self.policy = column, parent, policy

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        parent = self.parent.alias()
        allowed = self.policy.rows(parent, actor, write=write)
        if is_everything(allowed):
            return true()
        return table.c[self.column].in_(select(parent.c.id).where(allowed))


class Owned:
    """A row has an owner and a department; the actor's Level in ``domain`` decides.

    ``shared`` adds conditions of its own (collaborators), in every level above NONE. Rows without an owner
    follow the reach in ``ownerless``, another domain (the pool).
    """

    def __init__(self, domain: str, *, ownerless: str, shared: "Iterable[Share]" = ()) -> None:
        self.domain, self.ownerless, self.shared = domain, ownerless, tuple(shared)

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        mine, pool = _level(actor, self.domain, write=write), _level(actor, self.ownerless, write=write)
        if mine == pool == Level.ALL:
            return true()
        allowed = [
            and_(table.c.owner_id.is_not(None), self._held(table, actor, mine)),
            and_(table.c.owner_id.is_(None), _department(table, actor, pool)),
        ]
        if mine > Level.NONE:
            allowed += [share(table, actor, write=write) for share in self.shared]
        return or_(*allowed)

    @staticmethod
    def _held(table: FromClause, actor: Actor, level: Level) -> ColumnElement[bool]:
        if level == Level.OWN:
            return table.c.owner_id == actor.id
        return or_(table.c.owner_id == actor.id, _department(table, actor, level)) if level else false()


class Share(Protocol):
    """A further way in which a row may belong to an actor."""

    def __call__(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]: ...


class Personal:
    """A row belongs to one person alone; with level ALL in ``domain`` one sees everybody's."""

    def __init__(self, column: str, domain: str) -> None:
        self.column, self.domain = column, domain

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        if _level(actor, self.domain, write=write) == Level.ALL:
            return true()
        return table.c[self.column] == actor.id


class Restricted:
    """All rows for whoever has level ALL in ``domain``, none for anybody else."""

    def __init__(self, domain: str) -> None:
        self.domain = domain

    def rows(self, _table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        return true() if _level(actor, self.domain, write=write) == Level.ALL else false()


def _level(actor: Actor, domain: str, *, write: bool) -> Level:
    reach = actor.reach(domain)
    return reach.write if write else reach.read


def _department(table: FromClause, actor: Actor, level: Level) -> ColumnElement[bool]:
    if level == Level.ALL:
        return true()
    if level == Level.BELOW:
        return table.c.department_id.in_(sorted(actor.departments_below))
    return table.c.department_id == actor.department_id if level == Level.DEPARTMENT else false()


def is_everything(condition: ColumnElement[bool]) -> bool:
    """Tell whether a condition lets every row through, so that it need not be asked."""
    return condition is true() or isinstance(condition, type(true()))


def unscoped(reason: str) -> AbstractContextManager[None]:
    """Lift the scope within the block. ``reason`` is for the reader of the code."""
    assert reason  # noqa: S101 - said aloud
    return _raised("unscoped")


def with_deleted() -> AbstractContextManager[None]:
    """Show logically deleted rows too within the block: for the recycle bin and for history."""
    return _raised("with_deleted")


def shows_deleted() -> bool:
    """Tell whether logically deleted rows are shown too."""
    return has_app_context() and bool(g.get("with_deleted", False))


@contextmanager
def _raised(flag: str) -> Iterator[None]:
    before = g.get(flag, False)
    setattr(g, flag, True)
    try:
        yield
    finally:
        setattr(g, flag, before)


def policy_of(cls: type[Any]) -> Policy | None:
    """Return the declared policy of a mapped class, of its parent class for a version class; None if none."""
    parent = versioning_manager.parent_class_map.get(cls)
    return getattr(parent or cls, "__scope__", None)


def condition(cls: type[Any], actor: Actor, *, write: bool = False) -> ColumnElement[bool]:
    """Return the condition under which the actor may see (or write) rows of the mapped class ``cls``."""
    policy = policy_of(cls)
    if policy is None:
        return true()
    parent = versioning_manager.parent_class_map.get(cls)
    if parent is None or isinstance(policy, Through):  # a version names its parent itself, even of a row that is gone
        return policy.rows(cls.__table__, actor, write=write)
    base = parent.__table__.alias()
    allowed = policy.rows(base, actor, write=write)
    key = base.c[parent.__mapper__.primary_key[0].name]
    return true() if is_everything(allowed) else cls.__table__.c[key.name].in_(select(key).where(allowed))


def may_write(record: Any, actor: Actor) -> bool:
    """Tell whether a row the actor sees may also be changed by them."""
    cls, session = type(record), db_session(record)
    key = cls.__mapper__.primary_key[0]
    found = select(key).where(key == getattr(record, key.key), condition(cls, actor, write=True))
    return session.connection().execute(found).first() is not None


def db_session(record: Any) -> Session:
    """Return the session that holds the record."""
    session = Session.object_session(record)
    assert session is not None, "a record without a session has no scope"  # noqa: S101 - a programming error
    return session


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.is_column_load or not has_app_context():
        return
    if not state.is_orm_statement:
        if state.is_select and not g.get("unscoped"):
            _refuse_silent(state.statement)
    elif state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*_options())


class SilentlyUnscopedError(Exception):
    """A statement on tables, not classes, reads scoped rows and does not say so. A programming error."""


def _refuse_silent(statement: Any) -> None:
    """Raise unless a statement the hook cannot narrow leaves scoped tables alone: it must say ``unscoped``."""
    actor = current_actor()
    if actor is not None and actor.is_system:
        return
    read = {part.name for part in visitors.iterate(statement) if isinstance(part, Table)}
    if read & _scoped_tables():
        raise SilentlyUnscopedError(", ".join(sorted(read & _scoped_tables())))


@lru_cache
def _scoped_tables() -> frozenset[str]:
    return frozenset(cls.__table__.name for cls in _scoped_classes() if policy_of(cls) is not PUBLIC)


def _options() -> list[Any]:
    actor = None if g.get("unscoped") else current_actor() or NOBODY
    return _kept_options(_sight(actor), with_deleted=bool(g.get("with_deleted")))


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


def _sight(actor: Actor | None) -> Sight:
    if actor is None:
        nothing: frozenset[int] = frozenset()
        return Sight(True, None, False, None, nothing, nothing, nothing, (), date.min)  # noqa: FBT003 - nothing is asked
    reaches = tuple(sorted(actor.reaches.items()))
    house = (actor.department_id, actor.departments_below, actor.departments_above, actor.role_ids)
    return Sight(False, actor.id, actor.is_system, *house, reaches, clock.today())  # noqa: FBT003 - a tuple's parts


@lru_cache(maxsize=2048)
def _kept_options(sight: Sight, *, with_deleted: bool) -> list[Any]:
    """Return the criteria of everybody with this sight: building them costs more than most pages."""
    if sight.is_lifted:
        return _build(None, with_deleted=with_deleted)
    actor = Actor(
        sight.actor_id,
        is_system=sight.is_system,
        department_id=sight.department_id,
        departments_below=sight.departments_below,
        departments_above=sight.departments_above,
        role_ids=sight.role_ids,
        reaches=dict(sight.reaches),
    )
    return _build(actor, with_deleted=with_deleted)


NOBODY = Actor(id=None)


def _build(actor: Actor | None, *, with_deleted: bool) -> list[Any]:
    found = []
    for cls in _scoped_classes():
        condition_ = true() if actor is None else _for_reader(cls, actor)
        if not with_deleted and "deleted_at" in cls.__table__.c and cls not in versioning_manager.parent_class_map:
            condition_ = and_(condition_, cls.__table__.c.deleted_at.is_(None))
        if not is_everything(condition_):
            found.append(with_loader_criteria(cls, condition_, include_aliases=True, propagate_to_loaders=False))
    return found


def _for_reader(cls: type[Any], actor: Actor) -> ColumnElement[bool]:
    is_nobody = actor.id is None and not actor.is_system
    return false() if is_nobody and policy_of(cls) is not PUBLIC else condition(cls, actor)


def _scoped_classes() -> Iterator[type[Any]]:
    from flask_appbuilder import Model  # noqa: PLC0415 - its registry is complete only when asked

    mapper: Mapper[Any]
    for mapper in Model.registry.mappers:
        if policy_of(mapper.class_) is not None:
            yield mapper.class_
