"""Customers, contacts and what hangs on them."""

from app.crm.customers.models import told
from app.crm.customers.models.contacts import CONTACT_SCOPE, Contact, ContactLink, ContactPhone, PhoneEntry, PhoneNumber
from app.crm.customers.models.customer import (
    COMPANY,
    PERSON,
    SCOPE,
    Collaborator,
    Customer,
    CustomerTag,
    named_for,
    shared_with,
)
from app.crm.customers.models.holding import Holding
from app.crm.customers.models.paths import LET_GO

__all__ = [
    "COMPANY",
    "CONTACT_SCOPE",
    "LET_GO",
    "PERSON",
    "SCOPE",
    "Collaborator",
    "Contact",
    "ContactLink",
    "ContactPhone",
    "Customer",
    "CustomerTag",
    "Holding",
    "PhoneEntry",
    "PhoneNumber",
    "named_for",
    "shared_with",
    "told",
]
