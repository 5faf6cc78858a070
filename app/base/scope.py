"""The data scope: which rows an actor sees. It stands on the model and is applied to every ORM statement.

Every mapped class declares ``__scope__``: a Policy, or ``PUBLIC`` where every signed-in person may read every
row. A scoped class shows nothing at all while nobody is known to act; whoever needs all rows says so aloud,
with ``unscoped()`` and a reason, or acts as ``SYSTEM``.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from flask import g, has_app_context
from sqlalchemy import ColumnElement, FromClause, Table, and_, false, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy_continuum import versioning_manager

from app.base.actor import Actor, Level


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

    ``shared`` adds conditions of its own (collaborators), in every level above NONE; a domain above may add to it
    before anybody asks. Rows without an owner follow the reach in ``ownerless``, another domain (the pool).
    """

    def __init__(self, domain: str, *, ownerless: str, shared: "Iterable[Share]" = ()) -> None:
        self.domain, self.ownerless, self.shared = domain, ownerless, [*shared]

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        mine, pool = _level(actor, self.domain, write=write), _level(actor, self.ownerless, write=write)
        if mine == pool == Level.ALL:
            return true()
        allowed = [
            and_(table.c.owner_id.is_not(None), self._held(table, actor, mine)),
            and_(table.c.owner_id.is_(None), self._free(table, actor, pool, write=write)),
        ]
        if mine > Level.NONE:
            allowed += [share(table, actor, write=write) for share in self.shared]
        return or_(*allowed)

    def _free(self, table: FromClause, actor: Actor, level: Level, *, write: bool) -> ColumnElement[bool]:
        """Return the condition of the ownerless rows in reach, and of those a screen opens to be read."""
        free, opened = _department(table, actor, level), actor.opened
        if write or opened is None or opened.domain != self.ownerless:
            return free
        return or_(free, opened.rows(table))

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
    allowed = condition(cls, actor, write=True)
    if is_everything(allowed):
        return True
    found = select(key).where(key == getattr(record, key.key), allowed)
    return session.connection().execute(found).first() is not None


def db_session(record: Any) -> Session:
    """Return the session that holds the record."""
    session = Session.object_session(record)
    assert session is not None, "a record without a session has no scope"  # noqa: S101 - a programming error
    return session
