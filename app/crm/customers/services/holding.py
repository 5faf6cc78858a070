"""The spells in which people hold customers: they follow the owner, whatever way it changes. Source: POOL-4.

Forms, imports, bulk changes, taking back: all of them set ``owner_id``, by the ORM or in sets, and are heard here
in the same transaction. Whoever knows why says so with ``because``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, event, exists, func, insert, inspect, literal, select, update
from sqlalchemy.orm import Session

from app.base import clock
from app.base.actor import Channel, current_actor
from app.base.among import among
from app.base.history import DELETE, on_bulk
from app.base.scope import unscoped
from app.base.sentences import lasting
from app.crm.customers.models import Customer, Holding
from app.extensions import db

CUSTOMERS, SPELLS = Customer.__table__, Holding.__table__
CHUNK = 5000
WHY = "holding"  # in the session's info


@dataclass(frozen=True)
class Why:
    """How an owner came to change: a code of assignment_kind, a code of a reason, and words."""

    how: str
    reason: str | None = None
    words: object = ""


@contextmanager
def because(how: str, *, reason: str | None = None, words: object = "") -> Iterator[None]:
    """Say why the owners that change within the block do."""
    known = db.session().info
    before = known.get(WHY)
    known[WHY] = Why(how, reason, words)
    try:
        yield
        db.session.flush()  # what the ORM still holds back belongs to this reason
    finally:
        known[WHY] = before


def _why(session: Session) -> Why:
    actor = current_actor()
    by_file = actor is not None and actor.channel == Channel.IMPORT
    return session.info.get(WHY) or Why("import" if by_file else "manual")


def is_taking_back() -> bool:
    """Tell whether owners change just now because a run is taken back."""
    why = db.session().info.get(WHY)
    return why is not None and why.how == "undo"


def follow(ids: Sequence[int]) -> None:
    """End the spells of customers whose owner is another now, and begin those of the new owners.

    Part of the caller's transaction, which holds the customers' rows.
    """
    session = db.session()
    with unscoped("the spells of every customer follow its owner"):
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            session.connection().execute(_ending(part, _why(session)))
            session.connection().execute(_beginning(part, _why(session)))


def _ending(part: Sequence[int], why: Why) -> Any:
    owner = select(CUSTOMERS.c.owner_id).where(CUSTOMERS.c.id == SPELLS.c.customer_id).scalar_subquery()
    over = update(SPELLS).where(
        among(SPELLS.c.customer_id, part), SPELLS.c.until_at.is_(None), SPELLS.c.employee_id.is_distinct_from(owner)
    )
    words = lasting(why.words, longest=300) if str(why.words or "") else None
    return over.values(until_at=clock.now(), ended_by_id=_actor_id(), ended_how=why.how, reason=why.reason, words=words)


def _beginning(part: Sequence[int], why: Why) -> Any:
    is_held = exists().where(SPELLS.c.customer_id == CUSTOMERS.c.id, SPELLS.c.until_at.is_(None))
    begun = select(
        CUSTOMERS.c.id,
        CUSTOMERS.c.owner_id,
        CUSTOMERS.c.department_id,
        func.coalesce(CUSTOMERS.c.assigned_at, literal(clock.now(), SPELLS.c.from_at.type)),
        literal(why.how),
        literal(_actor_id(), SPELLS.c.begun_by_id.type),
    ).where(among(CUSTOMERS.c.id, part), CUSTOMERS.c.owner_id.is_not(None), ~is_held)
    columns = ["customer_id", "employee_id", "department_id", "from_at", "begun_how", "begun_by_id"]
    return insert(SPELLS).from_select(columns, begun.order_by(CUSTOMERS.c.id))


def _actor_id() -> int | None:
    actor = current_actor()
    return actor.id if actor else None


def _on_rows(operation: int, ids: list[int], columns: frozenset[str] | None) -> None:
    if operation == DELETE:
        _forget(ids)
    elif columns is None or "owner_id" in columns:
        follow(ids)


def _forget(ids: Sequence[int]) -> None:
    """Remove the spells of customers who go for good."""
    with unscoped("they go with their customers"):
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            db.session.connection().execute(delete(SPELLS).where(SPELLS.c.customer_id.in_(part)))


on_bulk(Customer, _on_rows)


@event.listens_for(Session, "after_flush")
def _on_flush(session: Session, _context: object) -> None:
    if ids := sorted(_moved(session)):
        follow(ids)


def _moved(session: Session) -> Iterator[int]:
    for row in (*session.new, *session.dirty):
        if isinstance(row, Customer) and inspect(row).attrs.owner_id.history.has_changes():
            yield row.id


__all__ = ["because", "follow", "is_taking_back"]
