"""What customers tell of their follow-ups: reckoned from the newest of each that is left."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.base.actor import Actor
from app.base.history import UPDATE
from app.base.scope import unscoped
from app.crm.customers import services as customers
from app.crm.customers.queries import Customer
from app.crm.followups.models import Followup
from app.extensions import db

ROWS, PARENTS = Followup.__table__, Customer.__table__


def locked(ids: Iterable[int]) -> list[int]:
    """Keep others from changing these customers until the end of the transaction; return their ids, ascending."""
    rows = select(PARENTS.c.id).where(PARENTS.c.id.in_(sorted(set(ids)))).order_by(PARENTS.c.id)
    with unscoped("their follow-ups were chosen within a scope"):
        return list(db.session.scalars(rows.with_for_update()))


def reckon(ids: Iterable[int], *, actor: Actor) -> None:
    """Let customers tell what the newest of their follow-ups says. Part of the transaction that holds their rows."""
    db.session.flush()
    with unscoped("a customer tells of all its follow-ups, whoever made them"):
        customers.followed_up(
            sorted(set(ids)),
            progress=newest("progress"),
            last_at=newest("at"),
            next_at=newest("next_contact_at"),
            actor=actor,
        )


def _plan_again(operation: int, ids: list[int], columns: frozenset[str] | None) -> None:
    """Plan the next contact again with customers whose owner has them back: letting go had cancelled it."""
    if operation == UPDATE and columns and "owner_id" in columns and customers.is_taking_back():
        with unscoped("a customer tells of all its follow-ups, whoever made them"):
            customers.plan(ids, next_at=newest("next_contact_at"))


customers.on_many(_plan_again)


def newest(name: str) -> ColumnElement[Any]:
    rows = ROWS.alias()
    of_customer: Select[Any] = select(rows.c[name]).where(
        rows.c.customer_id == PARENTS.c.id, rows.c.deleted_at.is_(None)
    )
    return of_customer.order_by(rows.c.at.desc(), rows.c.id.desc()).limit(1).correlate(PARENTS).scalar_subquery()


def customers_of(ids: Iterable[int]) -> list[int]:
    """Return whose follow-ups these are."""
    rows = select(ROWS.c.customer_id).where(ROWS.c.id.in_(sorted(set(ids)))).distinct().order_by(ROWS.c.customer_id)
    with unscoped("the follow-ups were chosen within a scope"):
        return list(db.session.scalars(rows))
