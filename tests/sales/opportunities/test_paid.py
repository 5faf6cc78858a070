"""Fees and opportunities at the same moment: one customer, one first deal; what is paid for is not reopened."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields
from app.base.history import versions_of
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.customers.models import Customer
from app.crm.deals.models import Deal
from app.crm.fees import services as fees
from app.crm.fees.models import Fee
from app.crm.fees.services import entering
from app.extensions import db
from app.sales.opportunities import queries, services
from tests.bed.databases import POSTGRESQL
from tests.cast import LIN, QIAN
from tests.crm.fees.races import Meeting
from tests.factories import a_customer, a_fee, a_product, an_opportunity


@pytest.fixture
def customer(saved):
    return saved(a_customer)


@pytest.fixture
def product(saved):
    return saved(a_product)


@pytest.fixture
def one(saved, customer):
    return saved(an_opportunity, customer=customer)


def winning(key):
    values = {"amount": Decimal(6500), "closed_on": clock.today(), "product": None}
    return lambda actor: services.win(queries.by_id(key), values, actor=actor, revision=None)


def reopening(key):
    return lambda actor: services.reopen(queries.by_id(key), {"stage": "needs_30"}, actor=actor, revision=None)


def entering_for(customer, product, deal):
    values = {"product": product, "amount": Decimal(5), "received_on": clock.today(), "deal": deal}
    return lambda actor: fees.record(customers.by_id(customer), values, actor=actor).id


@pytest.fixture
def deal(app, one):
    with app.app_context(), acting(LIN.actor) as lin:
        winning(one)(lin)
        return db.session.scalar(select(Deal.id))


def lives(app):
    with app.app_context(), acting(SYSTEM):
        paid = db.session.scalars(select(Fee.deal_id).where(Fee.state == "unreviewed")).all()
        return len(paid), len(db.session.scalars(select(Deal)).all())


@pytest.mark.parametrize("turn", [1, -1])
def test_a_fee_approved_and_an_opportunity_won_at_once_make_a_deal_customer_once(
    app, saved, customer, product, one, turn
):
    fee = saved(a_fee, customer=customer, product=product)
    acts = [(QIAN.id, lambda actor: fees.approve([fee], "", actor).changed), (LIN.id, winning(one))][::turn]
    outcomes = Meeting(app, *acts).run()

    assert [one for one in outcomes if one is not None] == [[fee]]
    with app.app_context(), acting(SYSTEM), unscoped("a test looks"):
        assert sorted(deal.origin for deal in db.session.scalars(select(Deal))) == ["fee", "opportunity"]
        found = db.session.get_one(Customer, customer)
        assert (found.status, found.converted_on) == ("deal", clock.today())
        versions = versions_of(Customer).__table__
        became = select(versions.c.id).where(versions.c.id == customer, versions.c.status == "deal")
        assert len(db.session.execute(became).all()) == 1


def test_a_deal_for_which_a_fee_is_being_entered_stays(app, customer, product, one, deal):
    act = entering_for(customer, product, deal)
    _first, second = Meeting(app, (LIN.id, act), (LIN.id, reopening(one))).run()
    assert isinstance(second, Invalid)
    assert lives(app) == (1, 1)


def test_no_fee_is_entered_for_a_deal_that_is_going(app, customer, product, one, deal):
    act = entering_for(customer, product, deal)
    _first, second = Meeting(app, (LIN.id, reopening(one)), (LIN.id, act)).run()
    assert isinstance(second, InvalidFields)
    assert lives(app) == (0, 0)


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_of_the_customer_a_fee_would_pay_for_a_deal_that_is_gone(
    app, customer, product, one, deal, monkeypatch
):
    monkeypatch.setattr(entering, "lock", lambda _record: None)
    act = entering_for(customer, product, deal)
    Meeting(app, (LIN.id, reopening(one)), (LIN.id, act)).run()
    assert lives(app) == (1, 0)
