"""Approved fees are deals: one or many at once, reversed, voided, imported and taken back."""

import time
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.scope import unscoped
from app.crm.customers.models import Customer
from app.crm.deals.models import Deal
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.extensions import db
from app.system.imports import services as importing
from tests.cast import ANRAN, LIN, QIAN
from tests.crm.fees.test_bulk import MANY, SECONDS, many
from tests.crm.fees.test_import import COMPANY, brought_in
from tests.factories import a_customer, a_fee, a_product

pytestmark = pytest.mark.usefixtures("in_app")


def deals():
    db.session.expire_all()
    with acting(SYSTEM):
        found = db.session.scalars(select(Deal).order_by(Deal.id)).all()
        return [(deal.origin, deal.origin_id, deal.amount) for deal in found]


def bought(key):
    db.session.expire_all()
    with acting(SYSTEM):
        found = db.session.get_one(Customer, key)
        return found.status, found.converted_on


def again(key):
    with unscoped("a test looks"):
        return db.session.get_one(Fee, key)


def approve(*fees):
    with acting(QIAN.actor) as qian:
        return services.approve([fee.id for fee in fees], "", qian)


def test_an_approved_fee_is_a_deal_and_its_customer_has_bought():
    fee = a_fee()
    assert (deals(), bought(fee.customer_id)) == ([], ("potential", None))

    approve(fee)

    with acting(SYSTEM):
        deal = db.session.scalars(select(Deal)).one()
        assert (deal.origin, deal.origin_id, deal.amount) == ("fee", fee.id, Decimal(12800))
        assert (deal.customer_id, deal.product_id, deal.dealt_on) == (fee.customer_id, fee.product_id, clock.today())
        assert (deal.agent_id, deal.department_id) == (LIN.id, LIN.department_id)
    assert bought(fee.customer_id) == ("deal", clock.today())


def test_what_was_agreed_is_one_deal_however_many_payments_it_takes():
    first = a_fee(agreed_amount=Decimal(20000), state="approved")
    with acting(LIN.actor) as lin:
        more = services.further_payment(again(first.id), {"amount": Decimal(7200)}, lin)
    approve(more)
    assert deals() == [("fee", first.id, Decimal(20000))]


@pytest.mark.parametrize("state", ["unreviewed", "rejected"])
def test_what_is_not_approved_is_no_deal(state):
    fee = a_fee(state=state)
    with acting(LIN.actor) as lin:
        services.void(again(fee.id), "重复录入", actor=lin)
    assert deals() == []


def test_a_reversed_fee_takes_its_deal_back_once_the_reversing_entry_is_approved():
    fee = a_fee(state="approved")
    with acting(LIN.actor) as lin:
        entry = services.reverse(again(fee.id), "录错客户", lin)
    assert len(deals()) == 1

    approve(entry)

    assert (deals(), bought(fee.customer_id)) == ([], ("potential", None))


def test_a_rejected_reversing_entry_leaves_the_deal():
    fee = a_fee(state="approved")
    with acting(LIN.actor) as lin:
        entry = services.reverse(again(fee.id), "录错客户", lin)
    with acting(QIAN.actor) as qian:
        services.reject([entry.id], "amount_differs", "", qian)
    assert deals() == [("fee", fee.id, Decimal(12800))]
    assert bought(fee.customer_id) == ("deal", clock.today())


def test_a_refund_leaves_the_deal():
    fee = a_fee(state="approved")
    with acting(LIN.actor) as lin:
        entry = services.refund(again(fee.id), Decimal(100), "退一季", lin)
    approve(entry)
    assert deals() == [("fee", fee.id, Decimal(12800))]


def test_a_thousand_approved_at_once_are_as_many_deals_within_ten_seconds(record_property):
    ids = many(MANY)
    with acting(QIAN.actor) as qian:
        db.session.rollback()
        begun = time.perf_counter()
        services.approve(ids, "", qian)
        seconds = time.perf_counter() - begun
    record_property("seconds", round(seconds, 2))
    assert [key for _origin, key, _amount in deals()] == ids
    assert seconds < SECONDS


def test_what_is_imported_as_approved_is_a_deal_until_the_import_is_taken_back(tmp_path):
    customer, day = a_customer(name=COMPANY).id, clock.today().isoformat()
    a_product(code="FW-01", name="软件年费")
    run, _guessed = brought_in(
        tmp_path,
        ["A-1", COMPANY, "FW-01", "600", day, "已审核", "", ""],
        ["", COMPANY, "FW-01", "700", day, "已审核", "", ""],
        ["A-3", COMPANY, "FW-01", "800", day, "", "", ""],
    )
    assert sorted(amount for _origin, _key, amount in deals()) == [600, 700]
    assert bought(customer) == ("deal", clock.today())

    with acting(ANRAN.actor) as anran:
        importing.undo(run, actor=anran)

    assert (deals(), bought(customer)) == ([], ("potential", None))
