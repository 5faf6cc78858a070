"""A customer of Lin's with a file, and how files are sent."""

import io
from types import SimpleNamespace

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.files import rules, services
from tests.factories import a_customer
from tests.system.files import samples

LIMITS = rules.Limits(size_mb=50, per_record=200, families=frozenset(rules.FAMILIES))


@pytest.fixture
def customer(saved):
    return saved(a_customer)


def a_file(customer, *, content=samples.PDF, name="服务合同（2026）.pdf", limits=LIMITS, actor=SYSTEM):
    """Take a content in and hang it on a customer (an id), as a service would."""
    with acting(SYSTEM):
        taken = services.take_in(io.BytesIO(content), name=name, limits=limits)
        return services.attach(db.session.get(Customer, customer), taken, kind="customer", actor=actor, limits=limits)


@pytest.fixture
def file(customer, saved):
    """The id of a PDF of the customer."""
    return saved(a_file, customer=customer)


@pytest.fixture
def photo(customer, saved):
    return saved(a_file, customer=customer, content=samples.picture(), name="门头照片.jpg")


@pytest.fixture
def upload(customer):
    """Send files to the customer: ``upload(browser, (name, content), …)``."""

    def send(browser, *given, record=None, **more):
        form = {"file": [(io.BytesIO(content), name) for name, content in given]}
        address = f"/attachments/of/customer/{record or customer}"
        return browser.post(address, data=form, content_type="multipart/form-data", **more)

    return send


@pytest.fixture
def program():
    """Headers of a script, which wants JSON."""
    return SimpleNamespace(headers={"Accept": "application/json"})
