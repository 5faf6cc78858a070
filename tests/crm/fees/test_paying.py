"""Fees that pay for a deal that stands already, and what they keep in its place."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.base import clock, recycle
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields
from app.base.i18n import speaking
from app.base.scope import unscoped
from app.crm.deals import services as deals
from app.crm.deals.models import Deal
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.extensions import db
from app.system.security import queries as security
from app.system.security import services as roles
from tests.cast import LIN, QIAN
from tests.factories import a_customer, a_deal, a_fee, a_product

DAY = clock.today()


@pytest.fixture
def customer(saved):
    return saved(a_customer)


@pytest.fixture
def product(saved):
    return saved(a_product)


@pytest.fixture
def deal(saved, customer, product):
    return saved(a_deal, customer=customer, product=product)


def shown(page):
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def inside(app):
    with app.app_context(), speaking("en"), acting(SYSTEM):
        yield


def count():
    return db.session.scalar(select(func.count(Deal.id)))


# ── what it is ──


@pytest.mark.usefixtures("inside")
def test_a_fee_that_pays_for_a_deal_makes_no_other(customer, product, deal):
    a_fee(customer=customer, product=product, deal=deal, state="approved")
    assert count() == 1


@pytest.mark.usefixtures("inside")
def test_a_deal_that_follows_from_a_fee_is_paid_by_that(customer, product):
    own = a_fee(customer=customer, product=product, state="approved")
    derived = db.session.scalar(select(Deal.id).where(Deal.origin_id == own.id))
    with pytest.raises(InvalidFields) as refused:
        a_fee(customer=customer, product=product, deal=derived, amount=Decimal(5))
    assert "follows from a fee" in str(refused.value.problems["deal"])


@pytest.mark.usefixtures("inside")
def test_a_deal_of_another_customer_is_not_paid_for(product, deal):
    other = a_customer(name="洛阳恒泰有限公司", phone="+8613800138009").id
    for key in (deal, 999):
        with pytest.raises(InvalidFields) as refused:
            a_fee(customer=other, product=product, deal=key)
        assert "no such deal" in str(refused.value.problems["deal"])


@pytest.mark.usefixtures("inside")
def test_it_is_corrected_without_losing_its_deal_and_not_given_one_that_is_gone(customer, product, deal):
    fee = a_fee(customer=customer, product=product, deal=deal, state="rejected")
    with acting(LIN.actor) as lin:
        deals.delete(db.session.get_one(Deal, deal), actor=lin)
        with pytest.raises(InvalidFields) as refused:
            services.change(db.session.get_one(Fee, fee.id), {"amount": Decimal(7)}, actor=lin, revision=None)
        assert "no such deal" in str(refused.value.problems["deal"])
        services.change(db.session.get_one(Fee, fee.id), {"deal": None}, actor=lin, revision=None)
        assert db.session.get_one(Fee, fee.id).deal_id is None


# ── what it keeps ──


@pytest.mark.usefixtures("inside")
def test_a_deal_that_a_fee_pays_for_is_not_deleted_until_that_is_void(customer, product, deal):
    fee = a_fee(customer=customer, product=product, deal=deal)
    with acting(LIN.actor) as lin:
        with pytest.raises(Invalid, match="pays for this deal"):
            deals.delete(db.session.get_one(Deal, deal), actor=lin)
        services.void(db.session.get_one(Fee, fee.id), "重复", actor=lin)
        deals.delete(db.session.get_one(Deal, deal), actor=lin)
    assert "Service fees are entered for it" in str(recycle.forbidden("deal", [deal])[deal])
    assert "Service fees name this product" in str(recycle.forbidden("product", [product])[product])


# ── screens ──


def form(product, **more):
    return {"product": str(product), "amount": "1000", "received_on": DAY.isoformat(), **more}


def test_the_form_of_a_deal_is_filled_in_and_makes_a_fee_of_it(app, as_user, customer, product, deal):
    address = f"/fees/new?customer={customer}&deal={deal}"
    page = as_user("lin").get(address)
    assert 'value="3980.00"' in page.text or 'value="3,980.00"' in page.text
    assert "Pays for the deal" in page.text

    assert as_user("lin").post(address, data=form(product)).status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalar(select(Fee.deal_id)) == deal

    page = shown(as_user("lin").get(f"/deals/{deal}"))
    assert "2,980.00" in page
    assert f"/fees/new?customer={customer}" in page


@pytest.mark.parametrize("key", ["999", "x", "99999999999"])
def test_a_deal_that_is_not_there_is_no_form(as_user, customer, deal, key):
    assert as_user("lin").get(f"/fees/new?customer={customer}&deal={key}").status_code == 404
    assert as_user("lin").post(f"/fees/new?customer={customer}&deal={key}", data=form(1)).status_code == 404


def test_the_page_of_a_fee_leads_to_its_deal_and_back(app, as_user, saved, customer, product):
    fee = saved(a_fee, customer=customer, product=product, state="approved")
    with app.app_context(), acting(SYSTEM):
        deal = db.session.scalar(select(Deal.id))
    assert f'href="/deals/{deal}"' in as_user("lin").get(f"/fees/{fee}").text
    page = as_user("lin").get(f"/deals/{deal}").text
    assert f'href="/fees/{fee}"' in page
    assert "/fees/new" not in page.replace('href="/fees/new"', "")


def test_transactions_tell_deals_and_what_was_received_apart(app, as_user, saved, customer, product, deal):
    whole = saved(a_fee, customer=customer, product=product, deal=deal, amount=Decimal(900), state="approved")
    saved(a_fee, customer=customer, product=product, deal=deal, amount=Decimal(77))  # waits: not received yet
    with app.app_context():
        with acting(LIN.actor) as lin, unscoped("a test"):
            back = services.refund(db.session.get_one(Fee, whole), Decimal(300), "退款", lin).id
        with acting(QIAN.actor) as qian:
            services.approve([back], "", qian)
    page = shown(as_user("lin").get(f"/customers/{customer}?tab=deals"))
    for word in ("Money received", "Payment", "Refund", "600.00", "3,980.00"):
        assert word in page, word

    text = as_user("lin").get(f"/transactions/{customer}/export?format=csv").data.decode("utf-8-sig")
    assert len(text.strip().splitlines()) == 4
    assert "-300" in text


def test_who_may_not_see_fees_sees_neither_their_lines_nor_their_part_of_a_deal(
    app, as_user, saved, customer, product, deal
):
    fee = saved(a_fee, customer=customer, product=product, deal=deal, state="approved")
    with app.app_context(), acting(SYSTEM):
        role = next(role for role in security.roles() if role.name == "agent")
        rights = [(one, "FeeView") for one in ("can_list", "can_show", "can_add")]
        roles.save_rights(role, withdrawn=rights, actor=SYSTEM)
    page = shown(as_user("lin").get(f"/customers/{customer}?tab=deals"))
    assert "3,980.00" in page
    assert "Money received" not in page
    assert f"/fees/{fee}" not in as_user("lin").get(f"/deals/{deal}").text
    assert "12,800.00" not in as_user("lin").get(f"/transactions/{customer}/export?format=csv").text
