"""Named reads of customers, contacts and phones. All of them stay within the scope of whoever acts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, func, select
from sqlalchemy.orm import contains_eager

from app.base import normal
from app.base.actor import Actor
from app.base.among import among
from app.base.choices import Found
from app.base.errors import Invalid
from app.base.scope import unscoped
from app.crm.customers.models import (
    Collaborator,
    Contact,
    ContactLink,
    Customer,
    PhoneEntry,
    PhoneNumber,
)
from app.crm.customers.rules import DEAD_STATES
from app.extensions import db
from app.system.search import queries as search

MOST_COUNTED = 1000  # of the figures on the first page
Where = Callable[[FromClause], ColumnElement[bool]]
SHORTEST_NUMBER = 7  # digits, of what may be searched as a phone, or as the number of a document


def by_id(key: int) -> Customer | None:
    """Return a customer in scope."""
    return db.session.scalar(select(Customer).where(Customer.id == key))


def living(ids: Iterable[int]) -> set[int]:
    """Return which of some customers are not deleted, whoever sees them."""
    found = select(Customer.id).where(Customer.id.in_(sorted(set(ids))), Customer.deleted_at.is_(None))
    with unscoped("that a customer is there is known to whoever names it"):
        return set(db.session.scalars(found))


def credit_code_taken(code: str, *, but: int | None = None) -> bool:
    """Tell whether any customer that is not deleted has this code, in whatever scope: the code is unique."""
    table = Customer.__table__
    taken = select(table.c.id).where(table.c.credit_code == code, table.c.deleted_at.is_(None))
    with unscoped("the code is unique among all customers"):
        return db.session.scalar(taken.where(table.c.id != (but or 0)).limit(1)) is not None


def links_of(customer: Customer) -> Sequence[ContactLink]:
    """Return a customer's places for contacts, the primary one first, with contacts and phones loaded."""
    found = select(ContactLink).join(ContactLink.contact).where(ContactLink.customer_id == customer.id)
    loads = contains_eager(ContactLink.contact).selectinload(Contact.phones)
    return list(db.session.scalars(found.options(loads).order_by(ContactLink.is_primary.desc(), ContactLink.id)))


def numbers(wanted: Iterable[str]) -> Mapping[str, PhoneNumber]:
    """Return what is known of some numbers, by number (E.164)."""
    rows = db.session.scalars(select(PhoneNumber).where(PhoneNumber.number.in_(sorted(set(wanted)))))
    return {row.number: row for row in rows}


def numbers_at(customer: Customer, wanted: Iterable[str]) -> Mapping[str, PhoneNumber]:
    """Return what is known of those of some numbers that stand at a customer, by number (E.164)."""
    here = select(PhoneEntry.number).where(PhoneEntry.customer_id == customer.id)
    rows = db.session.scalars(select(PhoneNumber).where(PhoneNumber.number.in_(here)))
    some = set(wanted)
    return {row.number: row for row in rows if row.number in some}


def dead(wanted: Iterable[str]) -> set[str]:
    """Return those of some numbers (E.164) that reach nobody, whoever found that out: not offered for calls."""
    table, some = PhoneNumber.__table__, sorted(set(wanted))
    with unscoped("they stand at customers that the caller has found within a scope"):
        known = select(table.c.number).where(table.c.number.in_(some), table.c.state.in_(DEAD_STATES))
        return set(db.session.scalars(known)) if some else set()


class KnownAs(NamedTuple):
    """Under which names a customer may pay: its own, and those of people known there."""

    name: str
    people: frozenset[str]


PEOPLE = ("legal_person", "finance_name", "cashier_name", "person_in_charge")


def known_as(ids: Iterable[int]) -> Mapping[int, KnownAs]:
    """Return the names of some customers and of their people, in whatever scope: to compare, never to show."""
    wanted = sorted(set(ids))
    columns = [Customer.id, Customer.name, *[getattr(Customer, name) for name in PEOPLE]]
    linked = select(ContactLink.customer_id, Contact.name).join(ContactLink.contact)
    found: dict[int, tuple[str, set[str]]] = {}
    with unscoped("payers are compared with names that nobody is shown"):
        for key, name, *people in db.session.execute(select(*columns).where(among(Customer.id, wanted))):
            found[key] = (name, {one for one in people if one})
        for key, person in db.session.execute(linked.where(among(ContactLink.customer_id, wanted))):
            found[key][1].add(person)
    return {key: KnownAs(name, frozenset(people)) for key, (name, people) in found.items()}


def named(names: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Return the customers in scope that have exactly one of these names, by name."""
    found: dict[str, list[int]] = {}
    wanted = sorted(set(names))
    for name, key in db.session.execute(select(Customer.name, Customer.id).where(Customer.name.in_(wanted))):
        found.setdefault(name, []).append(key)
    return found


def related(customer: Customer, *, limit: int = 20) -> Sequence[tuple[Customer, str]]:
    """Return other customers in scope that share a phone number, each with one shared number (E.164)."""
    mine = select(PhoneEntry.number).where(PhoneEntry.customer_id == customer.id)
    shared = (
        select(PhoneEntry.customer_id, func.min(PhoneEntry.number).label("number"))
        .where(PhoneEntry.number.in_(mine), PhoneEntry.customer_id != customer.id)
        .group_by(PhoneEntry.customer_id)
        .subquery()
    )
    found = select(Customer, shared.c.number).join(shared, shared.c.customer_id == Customer.id)
    return [(row, number) for row, number in db.session.execute(found.order_by(Customer.id).limit(limit))]


def owned_by(employee_id: int | None, *, limit: int) -> Sequence[Customer]:
    """Return a person's customers, the last changed first."""
    found = select(Customer).where(Customer.owner_id == employee_id)
    return list(db.session.scalars(found.order_by(Customer.updated_at.desc()).limit(limit)))


def ownerless(*, limit: int) -> Sequence[Customer]:
    """Return the customers in scope that belong to nobody, the last that came first."""
    found = select(Customer).where(Customer.owner_id.is_(None)).order_by(Customer.id.desc())
    return list(db.session.scalars(found.limit(limit)))


def counts(conditions: Mapping[str, ColumnElement[bool]]) -> Mapping[str, int]:
    """Return how many customers in scope meet each condition, no further than MOST_COUNTED: in one statement."""
    row = db.session.execute(select(*[_counted(one).label(name) for name, one in conditions.items()])).one()
    return dict(zip(conditions, row, strict=True))


def _counted(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(Customer.id).where(condition).limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def children(customer: Customer) -> Sequence[Customer]:
    """Return the customers whose parent company this is."""
    return list(db.session.scalars(select(Customer).where(Customer.parent_id == customer.id).limit(50)))


def matching(words: str, *, actor: Actor, limit: int) -> Sequence[Customer]:
    """Return the customers in scope that answer to the words, the best first."""
    ids = [hit.id for hit in search.find("customer", words, actor=actor, limit=limit)]
    found = {row.id: row for row in db.session.scalars(select(Customer).where(Customer.id.in_(ids)))}
    return [found[key] for key in ids]


def newest(*, limit: int) -> Sequence[Customer]:
    """Return the customers in scope that came last."""
    return list(db.session.scalars(select(Customer).order_by(Customer.id.desc()).limit(limit)))


def as_phone(words: str) -> str | None:
    """Return the words as a phone number (E.164), None if they are none."""
    if sum(character.isdigit() for character in words) < SHORTEST_NUMBER:
        return None
    try:
        return normal.phone(words)
    except Invalid:
        return None


def as_document(words: str) -> str | None:
    """Return the words as the number of an identity document, None if they are none."""
    if sum(character.isdigit() for character in words) < SHORTEST_NUMBER:
        return None
    try:
        return normal.identity_number("", words)
    except Invalid:
        return None


class CustomerNames:
    """How customers are named and found in searching choices: only those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        wanted = select(Customer.id, Customer.name).where(Customer.id.in_(list(ids)))
        return dict(db.session.execute(wanted).all())

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        found = matching(words, actor=actor, limit=limit) if words.strip() else newest(limit=limit)
        return [Found(str(row.id), row.name, row.credit_code or "") for row in found]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return by_id(key) is not None


def ancestors(key: int) -> Sequence[int]:
    """Return a customer and all companies above it, by id, in whatever scope."""
    table = Customer.__table__
    tree = select(table.c.id, table.c.parent_id).where(table.c.id == key).cte("above", recursive=True)
    tree = tree.union(select(table.c.id, table.c.parent_id).join(tree, table.c.id == tree.c.parent_id))
    with unscoped("a circle is one in whatever scope"):
        return list(db.session.scalars(select(tree.c.id)))


def access_list(customer: Customer) -> Sequence[tuple[str, str, Collaborator | None]]:
    """Return who sees a customer and why: (name, reason code, the share if it is one). Source: CUS-19.

    Reasons: "owner", "service_person", "deputy", "writes", "reads". Superiors follow from these by the data scope of
    their roles.
    """
    shares = sorted(customer.collaborators, key=lambda row: row.id)
    named: list[tuple[str, str, Collaborator | None]] = [
        (person.name, why, None)
        for why in ("owner", "service_person", "deputy")
        if (person := getattr(customer, why)) is not None
    ]
    return [*named, *[(row.employee.name, "writes" if row.can_write else "reads", row) for row in shares]]


class ContactNames:
    """How contacts are named, deleted ones too, and found in searching choices."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        table = Contact.__table__
        wanted = select(table.c.id, table.c.name).where(table.c.id.in_(list(ids)))
        with unscoped("whoever asks has a row in scope that names them"):
            return dict(db.session.execute(wanted).all())

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        if not words.strip():
            found = select(Contact).order_by(Contact.id.desc()).limit(limit)
            return [Found(str(row.id), row.name) for row in db.session.scalars(found)]
        ids = [hit.id for hit in search.find("contact", words, actor=actor, limit=limit)]
        names = self.labels(ids)
        return [Found(str(key), names[key]) for key in ids]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return db.session.scalar(select(Contact.id).where(Contact.id == key)) is not None
