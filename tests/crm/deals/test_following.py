"""Deals that follow from something else: each at most once, withdrawn and brought back with it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid
from app.base.history import versions_of
from app.base.scope import unscoped, with_deleted
from app.crm.customers.models import Customer
from app.crm.deals import services
from app.crm.deals.models import Deal
from app.extensions import db
from app.system.recycle import services as bins
from app.system.recycle.models import BinEntry
from tests.cast import EVE, LIN, MEI
from tests.factories import a_customer

pytestmark = pytest.mark.usefixtures("in_app")
A_DAY = timedelta(days=1)


@pytest.fixture
def actor(in_app):
    with acting(SYSTEM):
        yield SYSTEM


@pytest.fixture
def customer(actor):
    return a_customer().id


def row(customer, key=7, **more):
    given = {"origin": "fee", "origin_id": key, "customer_id": customer, "product_id": None, "agent_id": LIN.id}
    return given | {"amount": Decimal("1200.00"), "dealt_on": clock.today()} | more


def alive():
    db.session.expire_all()
    return db.session.scalars(select(Deal).order_by(Deal.id)).all()


def status(key):
    db.session.expire_all()
    found = db.session.get_one(Customer, key)
    return found.status, found.converted_on


def test_what_is_said_twice_is_one_deal_and_becomes_what_was_said_last(actor, customer):
    services.from_origins([row(customer)], actor=actor)
    services.from_origins([row(customer, amount=Decimal(900), agent_id=EVE.id)], actor=actor)

    (deal,) = alive()
    assert (deal.amount, deal.agent_id, deal.department_id) == (Decimal("900.00"), EVE.id, EVE.department_id)
    assert status(customer) == ("deal", clock.today())


def test_what_did_not_change_leaves_no_line_of_history(actor, customer):
    services.from_origins([row(customer)], actor=actor)
    services.from_origins([row(customer)], actor=actor)
    with unscoped("a test counts"):
        assert db.session.scalar(select(func.count()).select_from(versions_of(Deal).__table__)) == 1


def test_one_is_returned_to_whoever_wins_it(actor, customer):
    given = row(customer, origin="opportunity")
    deal = services.from_origin(given.pop("origin"), given.pop("origin_id"), **given, actor=actor)
    assert (deal.origin, deal.origin_id, deal.customer_id) == ("opportunity", 7, customer)


def test_a_deal_goes_with_its_origin_and_comes_back_with_it(actor, customer):
    services.from_origins([row(customer), row(customer, 8, dealt_on=clock.today() - 5 * A_DAY)], actor=actor)
    key = alive()[1].id

    services.withdraw_origin("fee", [8], actor=actor)
    assert [deal.origin_id for deal in alive()] == [7]
    assert status(customer) == ("deal", clock.today())
    assert db.session.query(BinEntry).filter_by(kind="deal", record_id=key).one().reason == "origin_gone"
    services.withdraw_origin("fee", [8, 7], actor=actor)
    assert status(customer) == ("potential", None)

    services.from_origins([row(customer, 8)], actor=actor)
    assert [deal.id for deal in alive()] == [key]
    assert status(customer) == ("deal", clock.today())
    assert db.session.query(BinEntry).filter_by(kind="deal").count() == 1


def test_what_follows_from_something_is_neither_changed_nor_deleted_nor_restored_here(actor, customer):
    services.from_origins([row(customer)], actor=actor)
    (deal,) = alive()
    with pytest.raises(Invalid, match="follows from an approved fee"):
        services.change(deal, {"amount": Decimal(1)}, actor=actor, revision=None)
    with pytest.raises(Invalid, match="follows from an approved fee"):
        services.delete(deal, actor=actor)
    services.withdraw_origin("fee", [7], actor=actor)
    with pytest.raises(Invalid, match="Its fee was reversed"), with_deleted():
        services.restore(db.session.get_one(Deal, deal.id), actor=actor)
    entry = db.session.query(BinEntry).filter_by(kind="deal").one()
    with pytest.raises(Invalid, match="Its fee was reversed"):
        bins.restore(entry, actor=actor)


def test_a_fee_that_moved_to_another_customer_takes_its_deal_along(actor, customer):
    other = a_customer(name="洛阳恒泰有限公司", phone="+8613800138009").id
    services.from_origins([row(customer)], actor=actor)
    services.from_origins([row(other)], actor=actor)
    assert status(customer) == ("potential", None)
    assert status(other) == ("deal", clock.today())


def test_nothing_is_made_of_nothing_and_the_unknown_is_not_withdrawn(actor, customer):
    services.from_origins([], actor=actor)
    services.withdraw_origin("fee", [999], actor=actor)
    services.withdraw_origin("fee", [], actor=actor)
    assert alive() == []


def test_a_thousand_fees_cost_as_many_statements_as_ten(actor, statements):
    keys = [a_customer(name=f"郑州{n}商贸有限公司", phone=f"+86138001380{n:02}").id for n in range(10)]
    counts = []
    for first, many in ((0, 10), (1000, 1000)):
        rows = [row(keys[n % 10], first + n, agent_id=(LIN, MEI)[n % 2].id) for n in range(many)]
        with statements() as seen:
            services.from_origins(rows, actor=actor)
        counts.append(len(seen))
    assert len(alive()) == 1010
    assert counts[1] <= counts[0] + 5, counts
