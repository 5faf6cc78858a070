"""Recording deals by hand, and what they make of their customer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.base import clock, recycle
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, Invalid, InvalidFields, NotAllowed
from app.base.history import update_versioned
from app.base.scope import unscoped, with_deleted
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.crm.deals import queries, services
from app.crm.deals.models import Deal
from app.crm.products import services as products
from app.extensions import db
from app.system.audit import queries as audit
from app.system.recycle import services as bins
from app.system.recycle.models import BinEntry
from tests.cast import EVE, LIN, MEI, SAM
from tests.factories import a_customer, a_deal, a_product

pytestmark = pytest.mark.usefixtures("in_app")
A_DAY = timedelta(days=1)


@pytest.fixture
def lin(in_app):
    with acting(LIN.actor) as actor:
        yield actor


@pytest.fixture
def customer(lin):
    return customers.create({"name": "河南晨光商贸有限公司", "phone": "+8613800138000"}, actor=lin)


def told(customer):
    db.session.expire_all()
    found = db.session.get_one(Customer, customer.id)
    return found.status, found.converted_on


@transaction
def put(customer, **values):
    update_versioned(Customer, [customer.id], values)


def bought(customer, actor, days=0, **more):
    given = {"dealt_on": clock.today() - days * A_DAY, "amount": Decimal("3980.00")}
    return services.record(customer, given | more, actor=actor)


# ── the deal customer ──


def test_the_first_deal_makes_a_deal_customer_since_its_day(lin, customer):
    assert told(customer) == ("potential", None)
    deal = bought(customer, lin, 3)
    assert told(customer) == ("deal", clock.today() - 3 * A_DAY)
    assert (deal.agent_id, deal.department_id, deal.origin) == (LIN.id, LIN.department_id, "manual")


def test_an_earlier_deal_moves_the_day_a_later_one_does_not(lin, customer):
    bought(customer, lin, 3)
    bought(customer, lin, 1)
    assert told(customer)[1] == clock.today() - 3 * A_DAY
    bought(customer, lin, 9)
    assert told(customer)[1] == clock.today() - 9 * A_DAY


@pytest.mark.parametrize(
    ("status", "after"), [("limited", "limited"), ("lost", "deal"), ("interested", "deal"), (None, "deal")]
)
def test_whose_service_is_limited_stays_so_whoever_was_lost_is_back(lin, customer, status, after):
    put(customer, status=status)
    bought(customer, lin)
    assert told(customer) == (after, clock.today())


def test_when_the_last_deal_goes_so_does_what_it_made(lin, customer):
    put(customer, status="interested")
    first, second = bought(customer, lin, 5), bought(customer, lin, 2)

    services.delete(first, actor=lin)
    assert told(customer) == ("deal", clock.today() - 2 * A_DAY)
    services.delete(second, actor=lin)
    assert told(customer) == ("interested", None)


def test_what_was_known_before_any_deal_stays(lin, customer):
    put(customer, status="deal", converted_on=clock.today() - 400 * A_DAY)
    deal = bought(customer, lin, 2)
    services.delete(deal, actor=lin)
    assert told(customer) == ("deal", clock.today() - 400 * A_DAY)


def test_a_status_that_somebody_set_meanwhile_stays(lin, customer):
    deal = bought(customer, lin)
    put(customer, status="lost")
    services.delete(deal, actor=lin)
    assert told(customer) == ("lost", None)


def test_a_deal_whose_day_is_corrected_moves_the_conversion(lin, customer):
    deal = bought(customer, lin, 5)
    services.change(deal, {"dealt_on": clock.today() - A_DAY}, actor=lin, revision=deal.revision)
    assert told(customer) == ("deal", clock.today() - A_DAY)
    services.change(deal, {"dealt_on": clock.today() - 30 * A_DAY}, actor=lin, revision=None)
    assert told(customer) == ("deal", clock.today() - 30 * A_DAY)


def test_a_restored_deal_counts_again(lin, customer):
    deal = bought(customer, lin, 4)
    services.delete(deal, actor=lin)
    assert queries.total(customer.id) == (0, Decimal("0.00"), None)
    with with_deleted():
        services.restore(db.session.get_one(Deal, deal.id), actor=lin)
    assert told(customer) == ("deal", clock.today() - 4 * A_DAY)
    assert queries.total(customer.id) == (1, Decimal("3980.00"), clock.today() - 4 * A_DAY)


# ── refusals ──


def test_nobody_records_at_a_customer_that_is_not_theirs(customer):
    with acting(SYSTEM):
        customers.share(customer, employee_id=MEI.id, can_write=False, until_on=None, actor=SYSTEM)
    with acting(MEI.actor) as mei, pytest.raises(NotAllowed, match="not yours, or not any more"):
        bought(customer, mei)


def test_an_agent_records_for_herself_a_supervisor_also_for_others(lin, customer):
    with pytest.raises(InvalidFields, match="Only a supervisor"):
        bought(customer, lin, agent=MEI.id)
    with acting(SAM.actor) as sam:
        assert bought(customer, sam, agent=MEI.id).department_id == MEI.department_id


def test_a_retired_product_is_not_sold_but_stays_where_it_was(lin, customer):
    product = a_product()
    deal = bought(customer, lin, product=product.id)
    with acting(SYSTEM):
        products.retire(product, actor=SYSTEM)
    services.change(deal, {"product": product.id, "amount": Decimal(1)}, actor=lin, revision=None)
    with pytest.raises(InvalidFields, match="not offered any more"):
        bought(customer, lin, product=product.id)


def test_a_product_that_deals_name_is_not_deleted(lin, customer):
    product = a_product()
    deal = bought(customer, lin, product=product.id)
    services.delete(deal, actor=lin)
    with acting(SYSTEM), pytest.raises(Invalid, match=r"Deals name this product\. Retire it instead"):
        products.delete(product, actor=SYSTEM)
    assert recycle.forbidden("product", [product.id]).keys() == {product.id}


def test_a_stale_form_is_refused(lin, customer):
    deal = bought(customer, lin)
    with pytest.raises(Conflict):
        services.change(deal, {"amount": Decimal(1)}, actor=lin, revision=deal.revision + 1)


def test_a_change_is_taken_back(lin, customer):
    deal = bought(customer, lin, 6)
    services.change(deal, {"amount": Decimal(1), "dealt_on": clock.today()}, actor=lin, revision=None)
    first = audit.sets(Deal, deal.id)[-1].number
    assert services.take_back(deal, number=first, only=None, actor=lin) == 2
    assert (deal.amount, told(customer)[1]) == (Decimal("3980.00"), clock.today() - 6 * A_DAY)


# ── with the customer ──


def test_deals_leave_the_lists_with_their_customer_and_go_for_good_with_it(lin, customer):
    deal = bought(customer, lin)
    key, gone = deal.id, bought(customer, lin, 2)
    services.delete(gone, actor=lin)
    with acting(SYSTEM):
        customers.delete(customer, actor=SYSTEM)
        assert db.session.get(Deal, key, populate_existing=True) is None
        entry = db.session.query(BinEntry).filter_by(kind="customer", record_id=customer.id).one()
        bins.purge(entry, typed=customer.name, actor=SYSTEM)
    with unscoped("a test counts"), with_deleted():
        assert db.session.query(Deal).count() == 0
        assert db.session.query(BinEntry).filter_by(kind="deal").count() == 0


def test_sums_stay_within_the_scope(lin, customer):
    bought(customer, lin, 400)
    bought(customer, lin)
    a_deal(customer=a_customer(name="叶家商贸有限公司", owner=EVE.id).id, by=EVE)
    this, before = clock.today().year, (clock.today() - 400 * A_DAY).year
    assert queries.by_year(customer.id) == {this: Decimal("3980.00"), before: Decimal("3980.00")}
    assert queries.total_since(clock.today(), agent_id=None).deals == 1
    assert len(queries.newest(lin, limit=9)) == 2
