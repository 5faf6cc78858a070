"""Named reads of customers, contacts and phones. All of them stay within the scope of whoever acts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.base import normal
from app.base.actor import Actor
from app.base.choices import Found
from app.base.errors import Invalid
from app.base.scope import condition, unscoped
from app.crm.customers.models import (
    LET_GO,
    SCOPE,
    Collaborator,
    Contact,
    ContactLink,
    Customer,
    Holding,
    PhoneEntry,
    PhoneNumber,
    shared_with,
)
from app.crm.customers.rules import DEAD_STATES, DEAL
from app.extensions import db
from app.system.search import queries as search

#: What domains above say of customers in their own scopes and filters.
__all__ = ["SCOPE", "Customer", "shared_with"]

MOST_COUNTED = 1000  # of the figures on the first page
Where = Callable[[FromClause], ColumnElement[bool]]
SHORTEST_NUMBER = 7  # digits, of what may be searched as a phone, or as the number of a document


def by_id(key: int) -> Customer | None:
    """Return a customer in scope."""
    return db.session.scalar(select(Customer).where(Customer.id == key))


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


def held(people: Collection[int]) -> Mapping[int, dict[str | None, int]]:
    """Return how many customers each of these people holds, by level, in whatever scope; who holds none is left out."""
    table = Customer.__table__
    counted = select(table.c.owner_id, table.c.level, func.count()).group_by(table.c.owner_id, table.c.level)
    found: dict[int, dict[str | None, int]] = {}
    with unscoped("limits count every customer of a person"):
        rows = db.session.execute(counted.where(table.c.owner_id.in_(sorted(people)), table.c.deleted_at.is_(None)))
        for owner_id, level, count in rows:
            found.setdefault(owner_id, {})[level] = count
    return found


class Held(NamedTuple):
    """What the rules of owning look at of a customer."""

    id: int
    level: str | None
    owner_id: int | None
    since_at: datetime  # the last owner let it go, or it was entered


def locked(ids: Iterable[int], where: Where) -> Mapping[int, Held]:
    """Return those of some customers that meet a condition, in whatever scope; nobody else changes them until the end.

    ``where``: of a table of customers, the condition. Rows are locked in the order of ids.
    """
    table, spells = Customer.__table__, Holding.__table__
    ended = select(func.max(spells.c.until_at)).where(spells.c.customer_id == table.c.id).scalar_subquery()
    found = select(table.c.id, table.c.level, table.c.owner_id, func.coalesce(ended, table.c.created_at))
    meant = found.where(table.c.id.in_(sorted(set(ids))), table.c.deleted_at.is_(None), where(table))
    with unscoped("whoever changes owners sees to it who may"):
        rows = db.session.execute(meant.order_by(table.c.id).with_for_update(of=table))
        return {row[0]: Held(*row) for row in rows}


def writable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition, on the table of customers, of those that the actor may change."""
    return condition(Customer, actor, write=True)


def let_go_by(employee_id: int, ids: Iterable[int], *, how: Collection[str] = LET_GO) -> Mapping[int, datetime]:
    """Return when somebody last let go, or had to let go, of each of some customers. ``how``: of assignment_kind."""
    last = select(Holding.customer_id, func.max(Holding.until_at)).where(
        Holding.customer_id.in_(sorted(set(ids))), Holding.employee_id == employee_id, Holding.ended_how.in_(how)
    )
    with unscoped("what somebody once held is theirs to know, whoever has it now"):
        return {key: at for key, at in db.session.execute(last.group_by(Holding.customer_id)) if at is not None}


def spells(customer_id: int, *, limit: int) -> Sequence[Holding]:
    """Return the spells in which people held a customer, the newest first, with the names of all concerned."""
    names = [joinedload(getattr(Holding, name)) for name in ("employee", "begun_by", "ended_by")]
    found = select(Holding).where(Holding.customer_id == customer_id).order_by(Holding.id.desc())
    return list(db.session.scalars(found.options(*names).limit(limit)))


#: What rules look at of a customer that somebody holds.
STANDING = (
    "owner_id department_id level status converted_on assigned_at created_at last_followup_at next_contact_at"
).split()


def has_bought(row: Any) -> bool:
    """Tell whether a customer, or a row with STANDING, is or was a deal customer."""
    return row.status == DEAL or row.converted_on is not None


def bought(table: FromClause) -> ColumnElement[bool]:
    """Return the same as a condition."""
    return or_(table.c.converted_on.is_not(None), and_(table.c.status.is_not(None), table.c.status == DEAL))


def _held_rows(where: Where) -> Select[Any]:
    columns = [getattr(Customer, name) for name in ("id", "name", *STANDING)]
    return select(*columns).where(Customer.owner_id.is_not(None), where(Customer.__table__))


def held_rows(where: Where, *, after: int = 0, limit: int) -> Sequence[Any]:
    """Return customers in scope that somebody holds, behind the one with the id ``after``: id, name and STANDING."""
    return db.session.execute(_held_rows(where).where(Customer.id > after).order_by(Customer.id).limit(limit)).all()


def longest_held(where: Where, *, limit: int) -> Sequence[Any]:
    """Return the same of those that were assigned first."""
    since = func.coalesce(Customer.assigned_at, Customer.created_at)
    return db.session.execute(_held_rows(where).order_by(since, Customer.id).limit(limit)).all()


def held_tally(where: Where) -> Sequence[Any]:
    """Return how many customers in scope are held, by department, owner and level: rows of (…, count)."""
    groups = (Customer.department_id, Customer.owner_id, Customer.level)
    counted = select(*groups, func.count().label("count")).where(Customer.owner_id.is_not(None))
    return db.session.execute(counted.where(where(Customer.__table__)).group_by(*groups)).all()


def locked_rows(ids: Collection[int]) -> Sequence[Any]:
    """Return customers that somebody holds as they are now, held against others until the transaction ends."""
    rows = _held_rows(lambda table: table.c.id.in_(sorted(ids))).order_by(Customer.id)
    return db.session.execute(rows.with_for_update(of=Customer)).all()


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
