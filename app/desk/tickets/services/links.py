"""What a ticket may name: contacts of its own customer, and products that are offered."""

from collections.abc import Mapping
from typing import Any

from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.products import queries as products
from app.desk.tickets.models import Ticket
from app.extensions import db


def check_links(given: Mapping[str, Any], *, customer_id: int, now: Ticket | None = None) -> None:
    """Raise InvalidFields for another customer's ``contact``, or a ``product`` that is retired; what it has may stay.

    Whether or not the customer is in scope: who works on a ticket need not see whose it is.
    """
    contact, product = given.get("contact"), given.get("product")
    is_other = contact is not None and (now is None or contact != now.contact_id)
    if is_other and contact not in _contacts(customer_id):
        raise InvalidFields({"contact": _("Choose a contact of this customer.")})
    if product is not None and (now is None or product != now.product_id) and products.offered(product) is None:
        raise InvalidFields({"product": _("This product is not offered any more: choose another.")})


def fitting(given: Mapping[str, Any], *, customer_id: int) -> dict[str, Any]:
    """Return what an older ticket or a follow-up says, without the contact or product that no ticket may name now."""
    found = dict(given)
    if found.get("contact") not in _contacts(customer_id):
        found["contact"] = None
    if products.offered(found.get("product")) is None:
        found["product"] = None
    return found


def _contacts(customer_id: int) -> set[int]:
    with unscoped("a ticket names contacts of its own customer, whoever sees that"):
        customer = db.session.get(Customer, customer_id)
        return {one.contact_id for one in customers.links_of(customer)} if customer is not None else set()
