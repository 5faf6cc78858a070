"""The phone index: kept in step with customers and contacts in the same transaction that changes them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import CompoundSelect, Select, delete, func, insert, literal, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from app.base.actor import Actor
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer, PhoneEntry, PhoneNumber
from app.crm.customers.rules import PHONE_COLUMNS
from app.extensions import db

ENTRIES, NUMBERS = PhoneEntry.__table__, PhoneNumber.__table__
MOST_IDS = 5000  # per statement
#: Two people may meet a number for the first time at the same moment.
NEW_NUMBERS = {
    "postgresql": postgresql.insert(NUMBERS).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(NUMBERS).on_conflict_do_nothing(),
}


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
    touched = _numbers_of(part)
    db.session.execute(delete(ENTRIES).where(ENTRIES.c.customer_id.in_(part)))
    _enter(part)
    count(touched | _numbers_of(part))


def _enter(part: list[int]) -> None:
    db.session.execute(insert(ENTRIES).from_select(["number", "customer_id", "contact_id", "kind"], _places(part)))


def _numbers_of(part: list[int]) -> set[str]:
    return set(db.session.scalars(select(ENTRIES.c.number).where(ENTRIES.c.customer_id.in_(part))))


def index_new(customer_ids: Iterable[int]) -> None:
    """Write the index of customers that have just been made, and had no entry. Part of the caller's transaction."""
    db.session.flush()
    ids = sorted(set(customer_ids))
    with unscoped("the index knows every number"):
        for start in range(0, len(ids), MOST_IDS):
            part = ids[start : start + MOST_IDS]
            _enter(part)
            count(_numbers_of(part))


def forget(customer_ids: Iterable[int]) -> None:
    """Take customers out of the index who are about to be removed. Part of the caller's transaction."""
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), MOST_IDS):
        part = ids[start : start + MOST_IDS]
        touched = _numbers_of(part)
        db.session.execute(delete(ENTRIES).where(ENTRIES.c.customer_id.in_(part)))
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


def count(numbers: Iterable[str]) -> int:
    """Compute anew at how many customers each of these numbers serves; return how many were wrong.

    Part of the caller's transaction. Every statement names its numbers and joins nothing: when PostgreSQL had
    looked at the tables in the middle of an import and believed them empty, its joins took minutes.
    """
    wanted = sorted(set(numbers))
    return sum(_count(wanted[start : start + MOST_IDS]) for start in range(0, len(wanted), MOST_IDS))


def _count(part: list[str]) -> int:
    kept = _pairs(select(NUMBERS.c.number, NUMBERS.c.customer_count).where(NUMBERS.c.number.in_(part)))
    customers = func.count(ENTRIES.c.customer_id.distinct())
    serves = _pairs(select(ENTRIES.c.number, customers).where(ENTRIES.c.number.in_(part)).group_by("number"))
    fresh = [number for number in part if number not in kept]
    if fresh:
        _know(fresh, serves)
    wrong = [number for number in kept if kept[number] != serves.get(number, 0)]
    for right in {serves.get(number, 0) for number in wrong}:
        same = [number for number in wrong if serves.get(number, 0) == right]
        db.session.execute(update(NUMBERS).where(NUMBERS.c.number.in_(same)).values(customer_count=right))
    return len(wrong)


def _pairs(wanted: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return dict(db.session.execute(wanted).all())  # type: ignore[arg-type]


def _know(numbers: Iterable[str], serves: Mapping[str, int]) -> None:
    rows = [{"number": number, "state": "unverified", "customer_count": serves.get(number, 0)} for number in numbers]
    db.session.execute(NEW_NUMBERS[db.session.get_bind().dialect.name], rows)


@transaction
def recount() -> int:
    """Compute 任职企业数 of every number anew: the periodic job of CUS-3. Returns how many numbers were wrong."""
    with unscoped("the index knows every number"):
        return count(db.session.scalars(select(NUMBERS.c.number)))


@transaction
def mark_number(number: PhoneNumber, *, state: str, actor: Actor) -> None:
    """Say what became of a call to a number (dictionary phone_state): the state counts wherever the number stands."""
    number.state = state


__all__ = ["count", "forget", "index", "index_new", "mark_number", "recount"]
