"""What the history of a customer and of a contact tells besides their own fields."""

from app.base import choices
from app.base.history import Child
from app.base.i18n import _
from app.crm.customers.models.contacts import Contact, ContactLink, ContactPhone
from app.crm.customers.models.customer import Collaborator, Customer, CustomerTag


def _name(kind: str, key: int) -> str:
    return choices.labels(kind, [key]).get(key, f"#{key}")


Customer.__history__ = (
    Child(_("Tag"), CustomerTag, "customer_id", ("code",), lambda _row: ""),
    Child(
        _("Contact"),
        ContactLink,
        "customer_id",
        ("position", "is_primary"),
        lambda row: _name("contact", row.contact_id),
    ),
    Child(
        _("Contact"),
        Contact,
        "id",
        ("name", "sex", "email", "wechat", "preferred_channel", "birthday", "notes"),
        lambda row: row.name,
        via=(ContactLink, "contact_id", "customer_id"),
    ),
    Child(
        _("Contact phone"),
        ContactPhone,
        "contact_id",
        ("number",),
        lambda row: _name("contact", row.contact_id),
        via=(ContactLink, "contact_id", "customer_id"),
    ),
    Child(
        _("Collaborator"),
        Collaborator,
        "customer_id",
        ("can_write", "until_on"),
        lambda row: _name("employee", row.employee_id),
    ),
)
Contact.__history__ = (
    Child(_("Contact phone"), ContactPhone, "contact_id", ("number",), lambda _row: ""),
    Child(
        _("Customer"),
        ContactLink,
        "contact_id",
        ("position", "is_primary"),
        lambda row: _name("customer", row.customer_id),
    ),
)
