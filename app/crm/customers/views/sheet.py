"""The customer's sheet 客户资料表: everything about one customer on paper, masked as on the page. Source: OWN-11."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response

from app.base.fields import Field, Hidden, Value, fields_of, seen, text_of, value_of
from app.base.i18n import _
from app.base.paper.records import Pair, lines, pairs
from app.base.paper.sheets import Sheet
from app.base.screens import prints
from app.base.sentences import joined
from app.crm.customers import queries
from app.crm.customers.models import Contact, ContactLink, Customer
from app.crm.customers.views import page, relations

if TYPE_CHECKING:
    from app.crm.customers.views.customers import CustomerView

NEWEST = 12  # change sets


def send(view: "CustomerView", customer: Customer) -> Response:
    """Return the sheet as PDF, and keep the log of it. Raises NoPaper."""
    sheet = Sheet(customer.name, view.actor())
    sheet.headline([str(_("Customer sheet")), *_reach(view, customer)])
    for title, blocks in (
        *((str(title), pairs(sheet, _fields(view, customer, names))) for _key, title, names in view.form_sections),
        (str(_("Contacts")), lines(sheet, _contacts(view, customer), shares=(20, 20, 35, 25))),
        (str(_("Who sees this customer")), lines(sheet, _access(customer), shares=(40, 60))),
        (str(_("Newest changes")), lines(sheet, _changes(view, customer), shares=(20, 20, 60))),
    ):
        if blocks:
            sheet.heading(title)
            sheet.blocks += blocks
    name = joined(_("Customer sheet"), customer.name, by=" ")
    about = {"subject_kind": customer.__tablename__, "subject_id": customer.id}
    return prints.send(sheet.pdf(), name=name, what="CustomerView.sheet", about=about, row_count=1)


def _reach(view: "CustomerView", customer: Customer) -> list[str]:
    owner = view.specs["owner"]
    return [str(owner.label) + str(_(": ")) + text_of(customer, owner, actor=view.actor())]


def _fields(view: "CustomerView", customer: Customer, names: Iterable[str]) -> list[Pair]:
    shown = set(view.form_names(customer))
    specs = [view.specs[name] for name in names if name in shown and value_of(customer, view.specs[name])]
    return [(str(spec.label), text_of(customer, spec, actor=view.actor()), spec.wide) for spec in specs]


def _contacts(view: "CustomerView", customer: Customer) -> list[list[str]]:
    return [_contact(view, customer, link) for link in queries.links_of(customer)]


def _contact(view: "CustomerView", customer: Customer, link: ContactLink) -> list[str]:
    position, contact = page.position_of(link), link.contact
    numbers = [_shown(view, customer, relations.NUMBER, row.number) for row in contact.phones]
    known = fields_of(Contact)
    reach = [_shown(view, customer, known[name], value_of(contact, known[name])) for name in ("email", "wechat")]
    primary = "（" + str(_("Primary")) + "）" if link.is_primary else ""
    return [f"{contact.name}{primary}", position, "、".join(numbers), " ".join(filter(None, reach))]


def _shown(view: "CustomerView", customer: Customer, spec: Field, value: Value) -> str:
    """Return what stands at a contact of the customer as this person reads it: the customer's owner in full."""
    shown = seen(spec, value, actor=view.actor(), record=customer)
    return str(shown) if isinstance(shown, Hidden) else spec.text(value)


def _access(customer: Customer) -> list[list[str]]:
    return [[name, str(relations.why(reason, share))] for name, reason, share in queries.access_list(customer)]


def _changes(view: "CustomerView", customer: Customer) -> list[list[str]]:
    if not view.may("history"):
        return []
    found = view.timeline(customer, limit=NEWEST)
    return [[f"{one['day']} {one['time']}", str(one["who"]), str(one["what"])] for one in found]
