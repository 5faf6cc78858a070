"""By which of their texts customers and contacts are found, and how a hit is shown. Source: CUS-6."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, union
from sqlalchemy.orm import selectinload

from app.base.actor import Actor
from app.base.fields import Field, fields_of, text_of
from app.base.i18n import _
from app.base.scope import unscoped
from app.base.sealed import is_value
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer, PhoneEntry
from app.crm.customers.queries import as_document, as_phone, marks
from app.crm.customers.rules import PHONE_COLUMNS, name_core
from app.extensions import db
from app.system.search.services import (
    ADDRESSES,
    CODES,
    DIGITS,
    INITIALS,
    WORDS,
    Kind,
    Line,
    Manner,
    Part,
    Rank,
    Watch,
)

CUSTOMERS, LINKS = Customer.__table__, ContactLink.__table__
LONGEST_CORE = 60  # characters
CONTACTS, NUMBERS = Contact.__table__, ContactPhone.__table__
#: Columns of a customer → the part they belong to.
CUSTOMER_PARTS: Mapping[str, str] = {
    "name": "n",
    "credit_code": "k",
    "legal_person": "p",
    "finance_name": "p",
    "cashier_name": "p",
    "person_in_charge": "p",
    "email": "a",
    "website": "w",
    "wechat": "a",
} | dict.fromkeys(PHONE_COLUMNS, "d")
CONTACT_PARTS: Mapping[str, str] = {"name": "n", "email": "a", "wechat": "a"}
#: A name without its legal form, as one token. Nobody types it: it finds what is entered twice.
CORES = Manner(name_core, lambda _typed: "", gram=LONGEST_CORE, stride=LONGEST_CORE)
MOST_PLACES = 3  # customers named at a contact

Texts = dict[int, list[tuple[str, str]]]


def _fields(model: type[Any], columns: Mapping[str, str], part: str) -> tuple[Field, ...]:
    known = fields_of(model)
    return tuple(known[column] for column, mark in columns.items() if mark == part)


def customer_kind() -> Kind:
    """Return customers as search sees them: by their own texts and by those of their contacts."""
    phones = (*_fields(Customer, CUSTOMER_PARTS, "d"), fields_of(Contact)["phones"])
    people = (*_fields(Customer, CUSTOMER_PARTS, "p"), fields_of(Contact)["name"])
    parts = (
        Part("n", _("Name"), WORDS, Rank.CONTAINS, Rank.BEGINS, exact=True, fields=_fields_named(Customer, "name")),
        Part("p", _("Contact"), WORDS, Rank.PEOPLE, fields=people),
        Part("k", _("Credit code"), CODES, Rank.ELSEWHERE, exact=True, fields=_fields_named(Customer, "credit_code")),
        Part("a", _("Address on the net"), ADDRESSES, Rank.ELSEWHERE, exact=True, fields=_addresses(Customer)),
        Part("w", _("Website"), ADDRESSES, Rank.ELSEWHERE, exact=True, fields=_fields_named(Customer, "website")),
        Part("d", _("Phone"), DIGITS, Rank.ELSEWHERE, fields=phones),
        Part("i", _("Initials"), INITIALS, Rank.INITIALS, Rank.INITIALS_BEGIN, of="n"),
        Part("s", _("Name"), CORES, Rank.ELSEWHERE, of="n"),
    )
    return Kind(
        code="customer",
        mark="c",
        model=Customer,
        label=_("Customers"),
        icon="building-community",
        screen="CustomerView",
        endpoint="CustomerView.show",
        parts=parts,
        texts=customer_texts,
        lines=customer_lines,
        numbers=_customers_called,
        watches=(
            Watch(Customer, frozenset({*CUSTOMER_PARTS, "deleted_at"})),
            Watch(ContactLink, frozenset({"contact_id"}), key="customer_id"),
            Watch(Contact, frozenset({"name", "deleted_at"}), via=_customers_of),
            Watch(ContactPhone, frozenset({"number"}), key="contact_id", via=_customers_of),
        ),
    )


def contact_kind() -> Kind:
    """Return contacts as search sees them."""
    parts = (
        Part("n", _("Name"), WORDS, Rank.CONTAINS, Rank.BEGINS, exact=True, fields=_fields_named(Contact, "name")),
        Part("a", _("Address on the net"), ADDRESSES, Rank.ELSEWHERE, exact=True, fields=_addresses(Contact)),
        Part("d", _("Phone"), DIGITS, Rank.ELSEWHERE, fields=_fields_named(Contact, "phones")),
        Part("i", _("Initials"), INITIALS, Rank.INITIALS, Rank.INITIALS_BEGIN, of="n"),
    )
    return Kind(
        code="contact",
        mark="t",
        model=Contact,
        label=_("Contacts"),
        icon="address-book",
        screen="ContactView",
        endpoint="ContactView.show",
        parts=parts,
        texts=contact_texts,
        lines=contact_lines,
        numbers=_contacts_called,
        watches=(
            Watch(Contact, frozenset({*CONTACT_PARTS, "deleted_at"})),
            Watch(ContactPhone, frozenset({"number"}), key="contact_id"),
        ),
    )


def _fields_named(model: type[Any], name: str) -> tuple[Field, ...]:
    return (fields_of(model)[name],)


def _addresses(model: type[Any]) -> tuple[Field, ...]:
    return _fields(model, CUSTOMER_PARTS if model is Customer else CONTACT_PARTS, "a")


# ── texts ──


def customer_texts(ids: Sequence[int]) -> Texts:
    """Return the texts of customers that are not deleted, with those of their contacts, by id."""
    columns = [CUSTOMERS.c[column] for column in CUSTOMER_PARTS]
    chosen = select(CUSTOMERS.c.id, *columns).where(CUSTOMERS.c.id.in_(ids), CUSTOMERS.c.deleted_at.is_(None))
    with unscoped("search has chosen the customers"):
        found = _read(chosen, CUSTOMER_PARTS.values())
        for mark, column, table in (("p", CONTACTS.c.name, CONTACTS), ("d", NUMBERS.c.number, NUMBERS)):
            for key, text in db.session.execute(_at_contacts(list(found), column, table)):
                found[key].append((mark, text))
    return found


def _at_contacts(ids: Sequence[int], column: Any, table: Any) -> Select[Any]:
    placed = LINKS.join(CONTACTS, CONTACTS.c.id == LINKS.c.contact_id)
    if table is NUMBERS:
        placed = placed.join(NUMBERS, NUMBERS.c.contact_id == LINKS.c.contact_id)
    chosen = select(LINKS.c.customer_id, column).select_from(placed)
    return chosen.where(LINKS.c.customer_id.in_(ids), CONTACTS.c.deleted_at.is_(None))


def _read(chosen: Select[Any], marks: Collection[str]) -> Texts:
    return {
        row[0]: [(mark, text) for mark, text in zip(marks, row[1:], strict=True) if text]
        for row in db.session.execute(chosen)
    }


def contact_texts(ids: Sequence[int]) -> Texts:
    """Return the texts of contacts that are not deleted, by id."""
    columns = [CONTACTS.c[column] for column in CONTACT_PARTS]
    chosen = select(CONTACTS.c.id, *columns).where(CONTACTS.c.id.in_(ids), CONTACTS.c.deleted_at.is_(None))
    with unscoped("search has chosen the contacts"):
        found = _read(chosen, CONTACT_PARTS.values())
        numbers = select(NUMBERS.c.contact_id, NUMBERS.c.number).where(NUMBERS.c.contact_id.in_(list(found)))
        for key, number in db.session.execute(numbers):
            found[key].append(("d", number))
    return found


def _customers_of(contacts: Collection[int]) -> Select[Any]:
    return select(LINKS.c.customer_id).where(LINKS.c.contact_id.in_(contacts)).distinct()


# ── whole numbers: for everybody in scope, masked or not ──


def _customers_called(words: str) -> Select[Any] | None:
    number, document = as_phone(words), as_document(words)
    called = select(PhoneEntry.customer_id).where(PhoneEntry.number == number).distinct()
    if document is None:
        return None if number is None else called
    named = select(Customer.id).where(is_value(CUSTOMERS, "document_number", document))
    return named if number is None else select(Customer.id).where(Customer.id.in_(union(called, named)))


def _contacts_called(words: str) -> Select[Any] | None:
    number = as_phone(words)
    chosen = select(PhoneEntry.contact_id).where(PhoneEntry.number == number, PhoneEntry.contact_id.is_not(None))
    return None if number is None else chosen.distinct()


# ── how a hit is shown ──


def customer_lines(ids: Sequence[int], actor: Actor) -> Mapping[int, Line]:
    """Return customers by id as search shows them: name, credit code, region, owner, and how they are marked."""
    specs = [fields_of(Customer)[name] for name in ("credit_code", "region", "owner")]
    found = select(Customer).where(Customer.id.in_(ids)).options(selectinload(Customer.owner))
    return {
        row.id: Line(row.name, [text for spec in specs if (text := text_of(row, spec, actor=actor))], marks(row))
        for row in db.session.scalars(found)
    }


def contact_lines(ids: Sequence[int], actor: Actor) -> Mapping[int, Line]:
    """Return contacts by id as search shows them: name, and the customers in scope where they are."""
    placed = select(ContactLink.contact_id, Customer.name).join(Customer, Customer.id == ContactLink.customer_id)
    places: dict[int, list[str]] = defaultdict(list)
    for key, name in db.session.execute(placed.where(ContactLink.contact_id.in_(ids)).order_by(ContactLink.id)):
        places[key].append(name)
    found = select(Contact.id, Contact.name).where(Contact.id.in_(ids))
    return {key: Line(name, places[key][:MOST_PLACES]) for key, name in db.session.execute(found)}
