"""Taking changes back: a field, or a whole version, with its contacts and tags. Source: CUS-4."""

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.history import explain
from app.base.i18n import _
from app.base.transaction import transaction
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer, CustomerTag
from app.crm.customers.services import contacts, edit, phones
from app.extensions import db
from app.system.audit import queries as audit
from app.system.audit.queries import Line, Snapshot
from app.system.files import services as files

#: Sharing, owner and department have buttons of their own; taking a version back leaves them as they are.
LEFT = frozenset({"owner", "department", "assigned_at", "created_at", "created_by", "updated_at", "updated_by"})


@transaction
def take_back(customer: Customer, *, number: int, only: Collection[tuple[str, int, str]] | None, actor: Actor) -> int:
    """Make the customer what it was after change set ``number``; return how many fields that changed.

    ``only``: the lines meant, as (table, id, field); None for all. Raises Invalid if nothing differs, or what
    the rules refuse (a credit code that another customer has now).
    """
    now, then = audit.snapshot(Customer, customer.id, NEWEST), audit.snapshot(Customer, customer.id, number)
    if (Customer, customer.id) not in then.rows:
        raise Invalid(_("The customer did not exist then."))
    lines = [line for line in audit.differences(now, then, without=LEFT) if only is None or _key(line) in only]
    if not lines:
        raise Invalid(_("Nothing differs from that version."))
    _apply(customer, lines, then, actor)
    place = next((one.place for one in audit.sets(Customer, customer.id) if one.number == number), number)
    explain(_("Taken back to v%(place)s", place=place))
    return len(lines)


NEWEST = 2**62  # later than any change set


def _key(line: Line) -> tuple[str, int, str]:
    return line.key[0].__tablename__, line.key[1], line.spec.name


def _apply(customer: Customer, lines: list[Line], then: Snapshot, actor: Actor) -> None:
    by_model: dict[type, list[Line]] = defaultdict(list)
    for line in lines:
        by_model[line.key[0]].append(line)
    values = {line.spec.name: line.new for line in by_model[Customer]}
    if by_model[CustomerTag]:
        values["tags"] = tuple(sorted(row["code"] for key, row in then.rows.items() if key[0] is CustomerTag))
    edit.change(customer, values, actor=actor, revision=None)
    for model, take in TAKERS.items():
        for line in by_model[model]:
            take(customer, line, then)
    phones.index([customer.id])


def _take_link(customer: Customer, line: Line, _then: Snapshot) -> None:
    link = next((row for row in customer.links if row.id == line.key[1]), None)
    if not line.is_there and link is not None:
        customer.links.remove(link)
        db.session.delete(link)
    elif line.is_there and link is not None:
        setattr(link, line.spec.column, line.new)
    elif line.is_there:
        _link_again(customer, line)


def _link_again(customer: Customer, line: Line) -> None:
    version = audit.last_version(ContactLink, line.key[1])
    contact = db.session.get(Contact, version.contact_id)
    if contact is None:
        raise Invalid(_("The contact %(name)s does not exist any more."), name=line.part)
    link = next((row for row in customer.links if row.contact_id == contact.id), None)
    link = link or ContactLink(customer=customer, contact=contact)
    setattr(link, line.spec.column, line.new)
    db.session.add(link)


def _take_contact(_customer: Customer, line: Line, _then: Snapshot) -> None:
    contact = db.session.get(Contact, line.key[1])
    if contact is not None and line.is_there:
        setattr(contact, line.spec.column, line.new)


def _take_phone(_customer: Customer, line: Line, then: Snapshot) -> None:
    version = audit.last_version(ContactPhone, line.key[1])
    contact = db.session.get(Contact, version.contact_id)
    if contact is None:
        return
    ids = {key[1] for key in then.rows if key[0] is ContactPhone}
    kept = {row.number: row for row in contact.phones}
    if line.is_there and line.new not in kept:
        contact.phones.append(ContactPhone(number=line.new))
    if not line.is_there and line.key[1] not in ids and line.old in kept:
        contact.phones.remove(kept[line.old])


TAKERS: dict[type, Callable[[Customer, Line, Snapshot], Any]] = {
    Contact: _take_contact,
    ContactLink: _take_link,
    ContactPhone: _take_phone,
    **dict([files.TAKER]),
}


@transaction
def take_contact_back(
    contact: Contact, *, number: int, only: Collection[tuple[str, int, str]] | None, actor: Actor
) -> int:
    """Make a contact, with its phones, what it was after change set ``number``. As ``take_back``."""
    now, then = audit.snapshot(Contact, contact.id, NEWEST), audit.snapshot(Contact, contact.id, number)
    lines = [line for line in audit.differences(now, then, without=LEFT) if only is None or _key(line) in only]
    lines = [line for line in lines if line.key[0] is not ContactLink]
    if not lines:
        raise Invalid(_("Nothing differs from that version."))
    values: dict[str, Any] = {line.spec.name: line.new for line in lines if line.key[0] is Contact}
    if any(line.key[0] is ContactPhone for line in lines):
        values["phones"] = tuple(row["number"] for key, row in then.rows.items() if key[0] is ContactPhone)
    contacts.change_contact(contact, values, actor=actor, revision=None)
    explain(_("Taken back"))
    return len(lines)
