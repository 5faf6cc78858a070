"""The phone index: kept in step with customers and contacts in the same transaction that changes them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CompoundSelect, ScalarSelect, delete, func, insert, literal, select, union_all, update

from app.base.actor import Actor
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer, PhoneEntry, PhoneNumber
from app.crm.customers.rules import PHONE_COLUMNS
from app.extensions import db

ENTRIES, NUMBERS = PhoneEntry.__table__, PhoneNumber.__table__
MOST_IDS = 5000  # per statement


def index(customer_ids: Iterable[int]) -> None:
    """Write the index of these customers anew, and count again where their numbers serve.

    Part of the caller's transaction. Deleted customers have no entries.
    """
    db.session.flush()
    ids = sorted(set(customer_ids))
    with unscoped("the index knows every number"):
        for start in range(0, len(ids), MOST_IDS):
            _index(ids[start : start + MOST_IDS])


def _index(part: list[int]) -> None:
    touched = set(db.session.scalars(select(ENTRIES.c.number).where(ENTRIES.c.customer_id.in_(part))))
    db.session.execute(delete(ENTRIES).where(ENTRIES.c.customer_id.in_(part)))
    places = _places(part)
    db.session.execute(insert(ENTRIES).from_select(["number", "customer_id", "contact_id", "kind"], places))
    touched |= set(db.session.scalars(select(ENTRIES.c.number).where(ENTRIES.c.customer_id.in_(part))))
    count(touched)


def index_new(customer_ids: Iterable[int]) -> None:
    """Write the index of customers that have just been made. Part of the caller's transaction.

    As ``index``, but the numbers never leave the database: for thousands of customers that is much quicker.
    """
    db.session.flush()
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), MOST_IDS):
        part = ids[start : start + MOST_IDS]
        db.session.execute(insert(ENTRIES).from_select(["number", "customer_id", "contact_id", "kind"], _places(part)))
        here = select(ENTRIES.c.number).where(ENTRIES.c.customer_id.in_(part)).distinct()
        known = select(NUMBERS.c.number).where(NUMBERS.c.number == ENTRIES.c.number)
        unknown = here.where(~known.exists()).subquery()  # NOT IN would be quadratic on PostgreSQL
        fresh = select(unknown.c.number, literal("unverified"), literal(0))
        db.session.execute(insert(NUMBERS).from_select(["number", "state", "customer_count"], fresh))
        db.session.execute(update(NUMBERS).where(NUMBERS.c.number.in_(here)).values(customer_count=_serves()))


def _serves() -> ScalarSelect[int]:
    counted = select(func.count(ENTRIES.c.customer_id.distinct())).where(ENTRIES.c.number == NUMBERS.c.number)
    return counted.scalar_subquery()


def forget(customer_ids: Iterable[int]) -> None:
    """Take customers out of the index who are about to be removed. Part of the caller's transaction."""
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), MOST_IDS):
        here = ENTRIES.c.customer_id.in_(ids[start : start + MOST_IDS])
        touched = set(db.session.scalars(select(ENTRIES.c.number).where(here)))
        db.session.execute(delete(ENTRIES).where(here))
        count(touched)


def _places(ids: list[int]) -> CompoundSelect[Any]:
    """Select every (number, customer, contact, kind) of these customers: own columns, then contacts' phones."""
    table, links, numbers = Customer.__table__, ContactLink.__table__, ContactPhone.__table__
    alive = select(table.c.id, *[table.c[column] for column in PHONE_COLUMNS])
    rows = alive.where(table.c.id.in_(ids), table.c.deleted_at.is_(None)).cte("alive")  # the ids are said once
    own = [
        select(rows.c[column], rows.c.id, literal(None, type_=ENTRIES.c.contact_id.type), literal(kind)).where(
            rows.c[column].is_not(None)
        )
        for column, kind in PHONE_COLUMNS.items()
    ]
    contacts = (
        select(numbers.c.number, rows.c.id, numbers.c.contact_id, literal("contact"))
        .join(links, links.c.contact_id == numbers.c.contact_id)
        .join(Contact.__table__, Contact.__table__.c.id == numbers.c.contact_id)
        .join(rows, rows.c.id == links.c.customer_id)
        .where(Contact.__table__.c.deleted_at.is_(None))
    )
    return union_all(*own, contacts)


def count(numbers: Iterable[str]) -> None:
    """Compute anew at how many customers each of these numbers serves. Part of the caller's transaction."""
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), MOST_IDS):
        part = wanted[start : start + MOST_IDS]
        _know(part)
        db.session.execute(update(NUMBERS).where(NUMBERS.c.number.in_(part)).values(customer_count=_serves()))


def _know(numbers: list[str]) -> None:
    known = set(db.session.scalars(select(NUMBERS.c.number).where(NUMBERS.c.number.in_(numbers))))
    fresh = [
        {"number": number, "state": "unverified", "customer_count": 0} for number in numbers if number not in known
    ]
    if fresh:
        db.session.execute(insert(NUMBERS), fresh)


@transaction
def recount() -> int:
    """Compute 任职企业数 of every number anew: the periodic job of CUS-3. Returns how many numbers were wrong."""
    serves = _serves()
    wrong = update(NUMBERS).where(NUMBERS.c.customer_count != serves).values(customer_count=serves)
    return db.session.execute(wrong).rowcount  # type: ignore[attr-defined]


@transaction
def mark_number(number: PhoneNumber, *, state: str, actor: Actor) -> None:
    """Say what became of a call to a number (dictionary phone_state): the state counts wherever the number stands."""
    number.state = state


__all__ = ["count", "forget", "index", "index_new", "mark_number", "recount"]
