"""One service call is one transaction, and what it announces is heard only after the commit."""

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.base.errors import Conflict, WrongState
from app.base.i18n import _
from app.extensions import db

F = TypeVar("F", bound=Callable[..., Any])
_listeners: dict[type, list[Callable[[Any], None]]] = defaultdict(list)

#: PostgreSQL's serialization failure and deadlock: the same call, run again, succeeds.
TRY_AGAIN = frozenset({"40001", "40P01"})
TRIES = 3


def listen(fact: type[Any], hear: Callable[[Any], None]) -> None:
    """Call ``hear`` after every commit that announced a ``fact`` of this type."""
    if hear not in _listeners[fact]:  # a second application in the process, as in tests, says it again
        _listeners[fact].append(hear)


def announce(fact: object) -> None:
    """Record that something happened. Dropped, unheard, if the transaction rolls back."""
    db.session().info["facts"].append(fact)


def announce_once(fact: object) -> None:
    """Record that something happened, however often it does in this transaction."""
    facts = db.session().info["facts"]
    if fact not in facts:
        facts.append(fact)


def lock(record: Any) -> None:
    """Read the record again and keep others from changing it until the end of the transaction.

    Needed wherever two people may act at once. On SQLite the write lock of BEGIN IMMEDIATE does it.
    """
    db.session.refresh(record, with_for_update=True)


def check_revision(record: Any, *, revision: int | None) -> None:
    """Raise Conflict if the record was saved since ``revision`` was shown to the user."""
    if revision is not None and revision != record.revision:
        raise Conflict(_("Someone else has saved this record meanwhile."), revision=record.revision)


def transaction(service: F) -> F:
    """Commit when the outermost decorated call returns; roll back, and re-raise, when it raises.

    Raises WrongState in place of StaleDataError: someone else saved the record first. Runs the call again,
    up to ``TRIES`` times, when PostgreSQL asks for it.
    """

    @wraps(service)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        session = db.session()
        if "facts" in session.info:  # already inside a service
            return service(*args, **kwargs)
        result, facts = _tried(session, service, args, kwargs)
        for fact in facts:
            for hear in _listeners[type(fact)]:
                hear(fact)
        return result

    return wrapper  # type: ignore[return-value]


def _tried(session: Session, service: Callable[..., Any], args: Any, kwargs: Any) -> tuple[Any, list[object]]:
    for left in reversed(range(TRIES)):
        try:
            return _once(session, service, args, kwargs)
        except DBAPIError as error:
            if not left or getattr(error.orig, "sqlstate", None) not in TRY_AGAIN:
                raise
    raise AssertionError  # the loop returns or raises


def _once(session: Session, service: Callable[..., Any], args: Any, kwargs: Any) -> tuple[Any, list[object]]:
    facts: list[object] = []
    session.info["facts"] = facts
    try:
        result = service(*args, **kwargs)
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise WrongState(_("Someone else has just changed this record. Reload it and look again.")) from error
    except Exception:
        session.rollback()
        raise
    finally:
        del session.info["facts"]
    return result, facts


def is_new(record: Any) -> bool:
    """Tell whether the record has never been saved."""
    return inspect(record).transient or inspect(record).pending
