"""What stands beside a customer: related companies, and who sees it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.base.fields import Phone, seen
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.crm.customers import queries
from app.crm.customers.models import Customer
from app.crm.customers.views import parts
from app.system.files import queries as files

if TYPE_CHECKING:
    from app.crm.customers.views.customers import CustomerView

NUMBER = Phone(group="phones")
WHY = {
    "owner": _("Owner"),
    "service_person": _("Service person"),
    "deputy": _("Deputy"),
    "writes": _("Collaborator, may change it"),
    "reads": _("Collaborator, may read it"),
}


def related(view: "CustomerView", customer: Customer) -> list[dict[str, Any]]:
    found = [(other, _same_number(view, customer, number)) for other, number in queries.related(customer)]
    found += [(child, _("Subsidiary")) for child in queries.children(customer)]
    if customer.parent is not None:
        found.insert(0, (customer.parent, _("Parent company")))
    return [
        {
            "name": other.name,
            "url": view.url("show", pk=other.id),
            "level": view.row_level(other),
            "why": why,
            "owner": markup.draw(view.specs["owner"], other, actor=view.actor()),
        }
        for other, why in found
    ]


def _same_number(view: "CustomerView", customer: Customer, number: str) -> object:
    shown = seen(NUMBER, number, actor=view.actor(), record=customer)
    return _("Same phone %(number)s") % {"number": shown if shown != number else NUMBER.text(number)}


def access(view: "CustomerView", customer: Customer, *, is_mine: bool) -> list[dict[str, Any]]:
    found = []
    for name, reason, share in queries.access_list(customer):
        found.append({"who": markup.person(name), "why": why(reason, share), "action": None})
        if share and is_mine and view.may("share"):
            url = view.url("unshare", pk=customer.id, employee=share.employee_id)
            found[-1]["action"] = {"label": _("Stop sharing"), "url": url, "method": "POST"}
    return found


def why(reason: str, share: Any) -> object:
    """Return why somebody sees a customer, and until when."""
    until = share.until_on if share else None
    return WHY[reason] if until is None else _("%(reason)s, until %(day)s") % {"reason": WHY[reason], "day": until}


def hanging(customer: Customer) -> Sequence[object]:
    """Return what leaves the lists with a customer, in words. Source: CUS-20."""
    contacts, kept = len(queries.links_of(customer)), files.count("customer", customer.id)
    below = len(queries.children(customer))
    found = [
        (contacts, ngettext("%(n)s contact", "%(n)s contacts", contacts, n=contacts)),
        (kept, ngettext("%(n)s file", "%(n)s files", kept, n=kept)),
        (below, ngettext("%(n)s subsidiary", "%(n)s subsidiaries", below, n=below)),
    ]
    return [*[words for count, words in found if count], *parts.gathered("hanging", customer)]
