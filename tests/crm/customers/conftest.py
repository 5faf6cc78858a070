"""A customer with a phone, and a contact of it: what the screens' tests begin with."""

import pytest

from app.crm.customers.models import Customer
from tests.factories import a_contact, a_customer

PHONE = "+8613800138000"


@pytest.fixture
def customer(saved):
    return saved(a_customer, name="河南晨光商贸有限公司", phone=PHONE, legal_person="刘志远")


@pytest.fixture
def linked(app, customer):
    """The ids of a contact of the customer and of its place there."""
    from app.base.actor import SYSTEM, acting  # noqa: PLC0415 - within the app
    from app.extensions import db  # noqa: PLC0415 - within the app

    with app.app_context(), acting(SYSTEM):
        contact = a_contact(customer=db.session.get(Customer, customer))
        return contact.id, contact.links[0].id
