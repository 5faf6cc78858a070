"""Customers and contacts in the recycle bin: what hinders their return, and what goes with them for good."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from app.base import clock
from app.base.actor import Actor
from app.base.bulk import set_columns
from app.base.history import purge_versioned
from app.base.i18n import _
from app.base.recycle import WITH_ITS_PARENT, Hindrance, Kind
from app.base.scope import unscoped
from app.base.transaction import announce
from app.crm.customers.facts import CustomersImported, CustomersRemoved
from app.crm.customers.models import (
    Collaborator,
    Contact,
    ContactLink,
    ContactPhone,
    Customer,
    CustomerTag,
    PhoneEntry,
    PhoneNumber,
)
from app.crm.customers.services import phones
from app.extensions import db
from app.system.files import services as files
from app.system.recycle import services as recycle

#: What domains above hang on customers and contacts, and how it goes with those that go for good.
Gone = Callable[[Sequence[int], Actor], None]
_companions: dict[tuple[str, str], Gone] = {}


def goes_with(kind: str, domain: str, gone: Gone) -> None:
    """Call ``gone`` (ids, actor) before records of a kind, "customer" or "contact", go for good: all at once."""
    _companions[kind, domain] = gone


def _let_go(kind: str, ids: Sequence[int], actor: Actor) -> None:
    for (code, _domain), gone in sorted(_companions.items()):
        if code == kind:
            gone(ids, actor)


CUSTOMERS, LINKS, ENTRIES = Customer.__table__, ContactLink.__table__, PhoneEntry.__table__
WITHOUT_CODE, WITHOUT_PARENT = "without_code", "without_parent"


def customer_bin() -> Kind:
    """Return customers as the recycle bin sees them."""
    return Kind(
        code="customer",
        label=_("Customer"),
        icon="building-community",
        model=Customer,
        screen="CustomerView",
        restore=restore_customers,
        remove=remove_customers,
        purge=purge_customers,
        hinder=hindered_customers,
        ways={
            WITHOUT_CODE: _("Restore without the credit code"),
            WITHOUT_PARENT: _("Restore without the parent company"),
        },
    )


def contact_bin() -> Kind:
    """Return contacts as the recycle bin sees them."""
    return Kind(
        code="contact",
        label=_("Contact"),
        icon="address-book",
        model=Contact,
        screen="ContactView",
        restore=restore_contacts,
        remove=remove_contacts,
        purge=purge_contacts,
    )


# ── coming back ──


def hindered_customers(ids: Sequence[int], ways: Collection[str]) -> Mapping[int, Hindrance]:
    """Return those whose credit code another customer has, or whose parent company is deleted."""
    found: dict[int, Hindrance] = {}
    if WITHOUT_PARENT not in ways:
        found |= _without_a_parent(ids)
    if WITHOUT_CODE not in ways:
        found |= _without_a_code(ids)
    return found


def _without_a_code(ids: Sequence[int]) -> dict[int, Hindrance]:
    own, other = CUSTOMERS, CUSTOMERS.alias()
    has_code = (own.c.id.in_(ids), own.c.credit_code.is_not(None))
    with unscoped("a code is unique in the whole house"):
        mine = db.session.execute(select(own.c.id, own.c.credit_code).where(*has_code).order_by(own.c.id)).all()
        alive = select(other.c.credit_code, other.c.id).where(
            other.c.credit_code.in_([row.credit_code for row in mine])
        )
        taken: dict[str, int] = dict(db.session.execute(alive.where(other.c.deleted_at.is_(None))).all())  # type: ignore[arg-type]
    found = {}
    for row in mine:
        if taken.setdefault(row.credit_code, row.id) != row.id:  # or by another of these
            sentence = _("Another customer has the credit code %(code)s now.", code=row.credit_code)
            found[row.id] = Hindrance(sentence, (WITHOUT_CODE,), taken[row.credit_code])
    return found


def _without_a_parent(ids: Sequence[int]) -> dict[int, Hindrance]:
    parent = CUSTOMERS.alias()
    gone = select(CUSTOMERS.c.id, parent.c.id.label("parent_id")).join(parent, parent.c.id == CUSTOMERS.c.parent_id)
    gone = gone.where(CUSTOMERS.c.id.in_(ids), parent.c.deleted_at.is_not(None), parent.c.id.not_in(ids))
    sentence = _("Its parent company is in the recycle bin itself.")
    with unscoped("whoever sees a company is told that its parent is gone"):
        rows = db.session.execute(gone).all()
    return {row.id: Hindrance(sentence, (WITHOUT_PARENT,), row.parent_id) for row in rows}


def restore_customers(ids: Sequence[int], ways: Collection[str], actor: Actor) -> None:
    """Bring customers back, with all that hung on them."""
    values: dict[str, Any] = {"deleted_at": None}
    values |= {"credit_code": None} if WITHOUT_CODE in ways else {}
    values |= {"parent_id": None} if WITHOUT_PARENT in ways else {}
    _told(set_columns(Customer, ids, values, actor))


def remove_customers(ids: Sequence[int], actor: Actor) -> None:
    """Take customers out of all lists again."""
    _told(set_columns(Customer, ids, {"deleted_at": clock.now()}, actor))


def _told(ids: Sequence[int]) -> None:
    phones.index(ids)
    announce(CustomersImported(customer_ids=tuple(ids)))


def restore_contacts(ids: Sequence[int], _ways: Collection[str], actor: Actor) -> None:
    """Bring contacts back, at the customers they had."""
    set_columns(Contact, ids, {"deleted_at": None}, actor)
    phones.index(_customers_of(ids))


def remove_contacts(ids: Sequence[int], actor: Actor) -> None:
    """Take contacts out of all lists again."""
    set_columns(Contact, ids, {"deleted_at": clock.now()}, actor)
    phones.index(_customers_of(ids))


def _customers_of(contacts: Sequence[int]) -> Sequence[int]:
    placed = select(LINKS.c.customer_id).where(LINKS.c.contact_id.in_(contacts)).distinct()
    with unscoped("the index follows the contacts"):
        return list(db.session.scalars(placed))


# ── going for good ──


def purge_customers(ids: Sequence[int], actor: Actor) -> None:
    """Delete customers with their files, tags, shares, numbers and history.

    Contacts who were nowhere else go to the recycle bin.
    """
    with unscoped("the bin has chosen them"):
        numbers = _own_numbers(ids)
        alone = _contacts_only_at(ids)
        _let_go("customer", ids, actor)
        files.erase("customer", ids)
        for child in (Collaborator, CustomerTag, ContactLink):
            purge_versioned(child, ids, column="customer_id")
        phones.forget(ids)
        purge_versioned(Customer, ids)
        _bin_contacts(alone, actor)
        _forget_numbers(numbers)
    announce(CustomersRemoved(customer_ids=tuple(ids)))


def _contacts_only_at(ids: Sequence[int]) -> list[int]:
    """Return the contacts that have a place at one of these customers, and at no other."""
    here = set(db.session.scalars(select(LINKS.c.contact_id).where(LINKS.c.customer_id.in_(ids))))
    elsewhere = select(LINKS.c.contact_id).where(LINKS.c.contact_id.in_(here), LINKS.c.customer_id.not_in(ids))
    return sorted(here - set(db.session.scalars(elsewhere)))


def _bin_contacts(ids: Sequence[int], actor: Actor) -> None:
    table = Contact.__table__
    alive = select(table.c.id).where(table.c.id.in_(ids), table.c.deleted_at.is_(None)).order_by(table.c.id)
    if gone := list(db.session.scalars(alive)):
        set_columns(Contact, gone, {"deleted_at": clock.now()}, actor)
        recycle.put("contact", gone, why=WITH_ITS_PARENT, actor=actor)


def purge_contacts(ids: Sequence[int], actor: Actor) -> None:
    """Delete contacts with their places, numbers and history."""
    table = ContactPhone.__table__
    with unscoped("the bin has chosen them"):
        customers = _customers_of(ids)
        _let_go("contact", ids, actor)
        numbers = list(db.session.scalars(select(table.c.number).where(table.c.contact_id.in_(ids))))
        db.session.execute(delete(ENTRIES).where(ENTRIES.c.contact_id.in_(ids)))
        for child in (ContactPhone, ContactLink):
            purge_versioned(child, ids, column="contact_id")
        purge_versioned(Contact, ids)
        phones.index(customers)
        _forget_numbers(numbers)


def _own_numbers(ids: Sequence[int]) -> list[str]:
    columns = [CUSTOMERS.c[name] for name in phones.PHONE_COLUMNS]
    rows = db.session.execute(select(*columns).where(CUSTOMERS.c.id.in_(ids)))
    return sorted({number for row in rows for number in row if number})


def _forget_numbers(numbers: Iterable[str]) -> None:
    """Forget what is known of numbers that stand nowhere any more."""
    wanted = sorted(set(numbers))
    used = set(db.session.scalars(select(ENTRIES.c.number).where(ENTRIES.c.number.in_(wanted)).distinct()))
    purge_versioned(PhoneNumber, [number for number in wanted if number not in used], column="number")


def forbidden_parents(ids: Sequence[int]) -> Mapping[int, object]:
    """Return the customers among these that others, which stay, name as their parent company."""
    named = select(CUSTOMERS.c.parent_id, func.count()).where(CUSTOMERS.c.parent_id.in_(ids))
    with unscoped("whoever sees a company is told how many name it as their parent"):
        rows = db.session.execute(named.where(CUSTOMERS.c.id.not_in(ids)).group_by(CUSTOMERS.c.parent_id)).all()
    sentence = _("Other customers (%(count)s) name it as their parent company: change that first, or delete them too.")
    return {row[0]: sentence % {"count": row[1]} for row in rows}
