"""One customer that Lin sees, and one that she does not."""

import pytest

from tests.cast import EVE
from tests.crm.customers.duplicates.steps import CODE, NAME, NUMBER
from tests.factories import a_customer


@pytest.fixture
def theirs(saved):
    """A customer of Eve's, whom Lin does not see."""
    return saved(a_customer, name=NAME, credit_code=CODE, phone=NUMBER, owner=EVE.id)


@pytest.fixture
def mine(saved):
    return saved(a_customer, name=NAME, phone=NUMBER)
