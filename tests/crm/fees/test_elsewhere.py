"""Fees on other screens: the first page, and customers that are to be deleted for good."""

import re

import pytest

from app.base.actor import SYSTEM, acting
from app.base.i18n import speaking
from app.crm.fees.models import Fee
from app.extensions import db
from tests.factories import a_fee


@pytest.fixture
def fee(saved):
    return saved(a_fee)


def test_the_first_page_counts_what_each_person_works_on(as_user, fee):
    waiting = re.search(r"Fees waiting.*?</a>", as_user("qian").get("/").text, re.DOTALL)
    assert waiting
    assert re.findall(r">\s*(1|¥12,800\.00)\s*<", waiting.group()) == ["1", "¥12,800.00"]
    assert "My fees waiting" in as_user("lin").get("/").text
    assert "Fees of the department" in as_user("sam").get("/").text


def test_a_customer_with_fees_is_not_deleted_for_good(app, fee):
    from app.base.recycle import forbidden  # noqa: PLC0415

    with app.app_context(), acting(SYSTEM), speaking("en"):
        key = db.session.get_one(Fee, fee).customer_id
        assert "Service fees are entered" in str(forbidden("customer", [key])[key])
