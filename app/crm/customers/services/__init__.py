"""What can be done to customers, contacts and who may see them. One verb, one transaction, one line of history."""

from app.crm.customers.services.contacts import (
    PLACES,
    attach_contact,
    change_contact,
    create_contact,
    delete_contact,
    detach_contact,
    make_contact_of,
    make_primary,
    restore_contact,
)
from app.crm.customers.services.edit import change, create, delete, restore
from app.crm.customers.services.history import take_back, take_contact_back
from app.crm.customers.services.imports import CustomerTarget
from app.crm.customers.services.phones import mark_number, recount
from app.crm.customers.services.searching import contact_kind, customer_kind
from app.crm.customers.services.sharing import share, unshare

__all__ = [
    "PLACES",
    "CustomerTarget",
    "attach_contact",
    "change",
    "change_contact",
    "contact_kind",
    "create",
    "create_contact",
    "customer_kind",
    "delete",
    "delete_contact",
    "detach_contact",
    "make_contact_of",
    "make_primary",
    "mark_number",
    "recount",
    "restore",
    "restore_contact",
    "share",
    "take_back",
    "take_contact_back",
    "unshare",
]
