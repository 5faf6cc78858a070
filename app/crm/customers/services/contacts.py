"""Contacts and their places at customers."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields
from app.base.fields import fields_of
from app.base.history import explain
from app.base.i18n import _
from app.base.recycle import UNSAID, Why
from app.base.transaction import check_revision, transaction
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer
from app.crm.customers.services import phones
from app.extensions import db
from app.system.recycle import services as recycle


@transaction
def create_contact(values: Mapping[str, Any], *, actor: Actor, customer: Customer | None = None) -> Contact:
    """Make a contact, at a customer if one is given. ``values``: by field name; phones: numbers; position.

    Raises InvalidFields without a name, or for a birthday in the future.
    """
    _check(values)
    contact = Contact(created_by_id=actor.id)
    _assign(contact, values)
    db.session.add(contact)
    db.session.flush()
    if customer is not None:
        attach_contact(customer, contact, actor=actor, position=values.get("position"))
    return contact


@transaction
def change_contact(contact: Contact, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a contact, at all its customers at once. Raises Conflict, InvalidFields."""
    check_revision(contact, revision=revision)
    _check({"name": contact.name} | dict(values))
    with db.session.no_autoflush:  # one saving is one revision
        _assign(contact, values)
        contact.updated_at = clock.now()
    phones.index(link.customer_id for link in contact.links)


def _check(values: Mapping[str, Any]) -> None:
    if not values.get("name"):
        raise InvalidFields({"name": _("Please fill this in.")})
    if (born := values.get("birthday")) and born > clock.today():
        raise InvalidFields({"birthday": _("A birthday cannot lie in the future.")})


def _assign(contact: Contact, values: Mapping[str, Any]) -> None:
    for name, spec in fields_of(Contact).items():
        if name in values and spec.column and name not in {"created_at", "updated_at"}:
            setattr(contact, spec.column, values[name])
    if "phones" in values:
        _number(contact, values["phones"] or ())


def _number(contact: Contact, numbers: Iterable[str]) -> None:
    kept = {row.number: row for row in contact.phones}
    contact.phones = [kept.get(number) or ContactPhone(number=number) for number in dict.fromkeys(numbers)]


@transaction
def attach_contact(customer: Customer, contact: Contact, *, actor: Actor, position: str | None = None) -> ContactLink:
    """Give a contact a place at a customer; the first one there is the primary one."""
    if any(link.contact_id == contact.id for link in customer.links):
        raise Invalid(_("This contact is at the customer already."))
    link = ContactLink(customer=customer, contact=contact, position=position, is_primary=not customer.links)
    db.session.add(link)
    _touch(customer, actor)
    return link


@transaction
def detach_contact(link: ContactLink, *, actor: Actor) -> None:
    """End a contact's place at one customer. The contact itself, and its other places, stay."""
    customer = link.customer
    customer.links.remove(link)
    db.session.delete(link)
    _touch(customer, actor)


@transaction
def make_primary(link: ContactLink, *, actor: Actor) -> None:
    """Make this the contact to call first."""
    for other in link.customer.links:
        other.is_primary = other is link
    _touch(link.customer, actor)


#: From which columns of a customer a contact can be made in one click: name, phone, position.
PLACES = {
    "legal_person": ("legal_person", "legal_phone"),
    "finance": ("finance_name", "finance_phone"),
    "cashier": ("cashier_name", "cashier_phone"),
    "person_in_charge": ("person_in_charge", "phone"),
}


@transaction
def make_contact_of(customer: Customer, position: str, *, actor: Actor) -> Contact:
    """Make a contact of a customer's legal person, finance contact, cashier or person in charge."""
    name_column, phone_column = PLACES[position]
    name, number = getattr(customer, name_column), getattr(customer, phone_column)
    if not name:
        raise Invalid(_("There is no name to make a contact of."))
    values = {"name": name, "phones": [number] if number else [], "position": position}
    return create_contact(values, actor=actor, customer=customer)


@transaction
def delete_contact(contact: Contact, *, actor: Actor, why: Why = UNSAID) -> None:
    """Take a contact out of all lists, into the recycle bin. Raises Invalid if it is there already."""
    if contact.deleted_at is not None:
        raise Invalid(_("This contact is deleted already."))
    contact.deleted_at, contact.updated_at = clock.now(), clock.now()
    if str(why):
        explain(why)
    phones.index(link.customer_id for link in contact.links)
    recycle.put("contact", [contact.id], why=why, actor=actor)


@transaction
def restore_contact(contact: Contact, *, actor: Actor) -> None:
    """Bring a deleted contact back, at the customers it had."""
    if contact.deleted_at is None:
        raise Invalid(_("This contact is not deleted."))
    recycle.restore_record("contact", contact.id, actor=actor)


def _touch(customer: Customer, actor: Actor) -> None:
    customer.updated_at, customer.updated_by_id = clock.now(), actor.id
    phones.index([customer.id])
