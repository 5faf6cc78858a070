"""Making, moving, winning, losing, reopening: what is kept, what follows, what is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base import clock, recycle
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, DomainError, Invalid, InvalidFields, WrongState
from app.base.scope import unscoped, with_deleted
from app.crm.customers import queries as customer_queries
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.crm.deals.models import Deal
from app.crm.fees import services as fees
from app.crm.fees.models import Fee
from app.crm.products import services as products
from app.extensions import db
from app.sales.opportunities import queries, services
from app.sales.opportunities.models import Move, Opportunity, Stage
from app.sales.opportunities.services import deciding
from app.system.audit import queries as audit
from app.system.notifications.models import Message
from app.system.recycle import services as bins
from app.system.recycle.models import BinEntry
from tests.cast import EVE, LIN, MEI, QIAN, SAM
from tests.factories import a_contact, a_customer, a_fee, a_followup, a_product, an_opportunity

pytestmark = pytest.mark.usefixtures("in_app")
A_DAY = timedelta(days=1)


@pytest.fixture
def lin(in_app):
    with acting(LIN.actor) as actor:
        yield actor


@pytest.fixture
def customer(lin):
    return customers.create({"name": "河南晨光商贸有限公司", "phone": "+8613800138000"}, actor=lin)


@pytest.fixture
def one(lin, customer):
    return an_opportunity(customer=customer.id)


def won(one, actor, **more):
    values = {"amount": Decimal(6500), "closed_on": clock.today(), "product": None} | more
    services.win(one, values, actor=actor, revision=one.revision)


def deals():
    db.session.expire_all()
    return db.session.scalars(select(Deal)).all()


def moves(one):
    return [(move.from_stage, move.to_stage, move.days) for move in reversed(queries.moves_of(one.id))]


# ── making and moving ──


def test_a_new_one_stands_in_the_first_stage_with_its_probability(one):
    assert (one.stage, one.state, one.probability) == ("contact_10", "open", 10)
    assert (one.owner_id, one.department_id, one.created_by_id) == (LIN.id, LIN.department_id, LIN.id)
    assert moves(one) == [(None, "contact_10", None)]


def test_without_a_title_it_is_called_after_customer_and_type(lin, customer):
    made = services.create(customer, {"type": "upgrade"}, actor=lin)
    assert made.title == "河南晨光商贸有限公司 · Upgrade"


def test_every_move_is_kept_with_the_days_in_the_stage_before(one, lin):
    one.moved_at -= 5 * A_DAY
    db.session.commit()
    services.move(one, "proposal_50", actor=lin, revision=one.revision, words="方案已发")
    services.move(one, "needs_30", actor=lin, revision=None)

    assert moves(one) == [(None, "contact_10", None), ("contact_10", "proposal_50", 5), ("proposal_50", "needs_30", 0)]
    assert (one.stage, one.probability) == ("needs_30", 30)
    newest = queries.moves_of(one.id)[1]
    assert (newest.by_id, newest.words) == (LIN.id, "方案已发")


@pytest.mark.parametrize(("code", "kind"), [("won_100", Invalid), ("nothing", Invalid), ("contact_10", WrongState)])
def test_it_does_not_move_to_a_stage_that_is_none_for_it(one, lin, code, kind):
    with pytest.raises(kind):
        services.move(one, code, actor=lin, revision=None)
    assert len(moves(one)) == 1


def test_a_stale_card_is_not_moved(one, lin):
    with pytest.raises(Conflict):
        services.move(one, "needs_30", actor=lin, revision=one.revision + 1)


# ── won, lost, reopened ──


def test_a_won_one_is_a_deal_and_its_customer_has_bought(one, lin, customer):
    product = a_product()
    won(one, lin, product=product.id)

    (deal,) = deals()
    assert (deal.origin, deal.origin_id, deal.amount, deal.agent_id) == ("opportunity", one.id, 6500, LIN.id)
    assert (deal.product_id, deal.customer_id, deal.dealt_on) == (product.id, customer.id, clock.today())
    assert (one.state, one.probability, one.amount) == ("won", 100, 6500)
    found = db.session.get(Customer, customer.id)
    assert (found.status, found.converted_on) == ("deal", clock.today())


def test_a_reopened_one_takes_its_deal_back_and_won_again_it_is_the_same_deal(one, lin, customer):
    won(one, lin)
    key = deals()[0].id
    services.reopen(one, {"stage": "negotiation_70", "words": "客户反悔"}, actor=lin, revision=one.revision)
    assert deals() == []
    assert db.session.get(Customer, customer.id).converted_on is None
    assert (one.state, one.stage, one.closed_on) == ("open", "negotiation_70", None)

    won(one, lin, amount=Decimal(7000))
    assert [(deal.id, deal.amount) for deal in deals()] == [(key, 7000)]
    assert len(moves(one)) == 4


def test_what_a_fee_hangs_on_is_not_reopened(one, lin, monkeypatch):
    won(one, lin)
    monkeypatch.setitem(deciding._hanging, "test", lambda _key: "A fee hangs on its deal.")
    with pytest.raises(Invalid, match="A fee hangs on"):
        services.reopen(one, {"stage": "needs_30"}, actor=lin, revision=None)
    assert len(deals()) == 1


def test_a_won_one_whose_deal_a_fee_pays_for_is_not_reopened_until_that_is_void(one, lin, customer):
    won(one, lin)
    fee = a_fee(customer=customer.id, deal=deals()[0].id)
    with acting(lin):
        with pytest.raises(Invalid, match="pays for this deal"):
            services.reopen(one, {"stage": "needs_30"}, actor=lin, revision=None)
        fees.void(db.session.get_one(Fee, fee.id), "重复录入", actor=lin)
        services.reopen(one, {"stage": "needs_30"}, actor=lin, revision=None)
        assert deals() == []
        with pytest.raises(InvalidFields):
            a_fee(customer=customer.id, deal=1)


def test_a_lost_one_tells_why_and_reopened_it_tells_no_more(one, lin):
    values = {"loss_reason": "price", "loss_words": "太贵", "competitor": "某某软件"}
    with pytest.raises(InvalidFields, match="Say why"):
        services.lose(one, {"competitor": "某某软件"}, actor=lin, revision=None)
    services.lose(one, values, actor=lin, revision=None)
    assert (one.state, one.probability, one.loss_reason, one.closed_on) == ("lost", 0, "price", clock.today())
    services.change(one, {"loss_reason": "no_budget"}, actor=lin, revision=None)
    services.reopen(one, {}, actor=lin, revision=None)
    assert (one.state, one.stage, one.loss_reason, one.competitor) == ("open", "contact_10", None, None)
    assert deals() == []


def test_what_is_decided_is_not_decided_again_nor_changed_in_what_its_deal_says(one, lin):
    won(one, lin)
    for refused in (
        lambda: won(one, lin),
        lambda: services.lose(one, {"loss_reason": "price"}, actor=lin, revision=None),
        lambda: services.move(one, "needs_30", actor=lin, revision=None),
        lambda: services.change(one, {"amount": Decimal(1)}, actor=lin, revision=None),
        lambda: services.delete(one, actor=lin),
    ):
        with pytest.raises(WrongState):
            refused()
    services.change(one, {"notes": "送了培训"}, actor=lin, revision=None)
    assert len(deals()) == 1


# ── from a follow-up ──


def test_a_follow_up_becomes_an_opportunity_once(lin, customer):
    contact = a_contact(customer=customer)
    followup = a_followup(customer=customer.id, content="想加五个站点", contact=contact.id)

    made = services.from_followup(followup, {}, actor=lin)

    assert (made.followup_id, made.contact_id, made.notes) == (followup.id, contact.id, "想加五个站点")
    with pytest.raises(WrongState, match="an opportunity already"):
        services.from_followup(followup, {}, actor=lin)
    services.delete(made, actor=lin)
    again = services.from_followup(followup, {}, actor=lin)
    with pytest.raises(Invalid, match="another opportunity meanwhile"), with_deleted():
        services.restore(db.session.get_one(Opportunity, made.id), actor=lin)
    assert recycle.forbidden("followup", [followup.id]).keys() == {followup.id}
    assert again.id != made.id


def test_made_by_a_supervisor_it_belongs_to_who_holds_the_customer(lin, customer):
    followup = a_followup(customer=customer.id)
    with acting(SAM.actor) as sam:
        made = services.from_followup(followup, {}, actor=sam)
    assert (made.owner_id, made.created_by_id) == (LIN.id, SAM.id)
    with unscoped("a test looks"):
        told = db.session.scalars(select(Message).where(Message.kind == "opportunity_given")).all()
    assert [one.recipient_id for one in told] == [LIN.id]


# ── who may ──


@pytest.mark.parametrize(("owner", "said"), [(MEI, "Only a supervisor"), (EVE, "Only a supervisor")])
def test_an_agent_gives_to_nobody_else(lin, customer, owner, said):
    with pytest.raises(InvalidFields, match=said):
        services.create(customer, {"owner": owner.id}, actor=lin)


def test_a_supervisor_gives_within_the_department_to_who_works_on_opportunities(customer):
    with acting(SAM.actor) as sam:
        assert services.create(customer, {"owner": MEI.id}, actor=sam).department_id == MEI.department_id
        for person in (EVE, QIAN):
            with pytest.raises(DomainError, match=r"department|no role"):
                services.create(customer, {"owner": person.id}, actor=sam)


def test_contact_and_product_fit(lin, customer):
    stranger = a_contact(name="路人")
    with pytest.raises(InvalidFields, match="contact of this customer"):
        services.create(customer, {"contact": stranger.id}, actor=lin)
    product = a_product()
    with acting(SYSTEM):
        products.retire(product, actor=SYSTEM)
    with pytest.raises(InvalidFields, match="not offered"):
        services.create(customer, {"product": product.id}, actor=lin)


def test_it_is_seen_with_its_customer_and_by_its_owner(one, customer):
    for person, sees in ((SAM, True), (MEI, False), (EVE, False)):
        with acting(person.actor):
            db.session.expire_all()
            assert (queries.by_id(one.id) is not None) == sees


# ── history, bin, customers, contacts ──


def test_a_change_is_taken_back_but_no_move(one, lin):
    first = audit.sets(Opportunity, one.id)[-1].number
    services.change(one, {"amount": Decimal(1), "expected_on": clock.today()}, actor=lin, revision=None)
    services.move(one, "needs_30", actor=lin, revision=None)
    assert services.take_back(one, number=first, only=None, actor=lin) == 3  # the probability too
    assert (one.amount, one.expected_on, one.stage) == (6980, None, "needs_30")


def test_a_customer_with_opportunities_does_not_go_for_good(one, lin, customer):
    assert recycle.forbidden("customer", [customer.id]).keys() == {customer.id}
    followup = a_followup(customer=customer.id)
    other = services.from_followup(followup, {}, actor=lin)
    for each in (one, other):
        services.delete(each, actor=lin)
    assert recycle.forbidden("customer", [customer.id]) == {}
    with acting(SYSTEM):
        customers.delete(customer, actor=SYSTEM)
        entry = db.session.query(BinEntry).filter_by(kind="customer", record_id=customer.id).one()
        bins.purge(entry, typed=customer.name, actor=SYSTEM)
    with unscoped("a test counts"), with_deleted():
        assert db.session.query(Opportunity).count() == db.session.query(Move).count() == 0
        assert db.session.query(BinEntry).filter_by(kind="opportunity").count() == 0


def test_it_forgets_a_contact_who_goes_for_good(lin, customer):
    contact = a_contact(customer=customer)
    made = an_opportunity(customer=customer.id, contact=contact.id)
    with acting(SYSTEM):
        customers.delete_contact(contact, actor=SYSTEM)
        entry = db.session.query(BinEntry).filter_by(kind="contact").one()
        bins.purge(entry, typed=contact.name, actor=SYSTEM)
    db.session.expire_all()
    assert queries.by_id(made.id).contact_id is None


# ── stages ──


def test_a_stage_is_added_changed_and_taken_out_of_use(lin, one):
    with acting(SYSTEM):
        values = {"name_zh_hans": "试用", "phase": "open", "probability": 40, "position": 25}
        made = services.add_stage(values, actor=SYSTEM)
        assert [each.code for each in queries.stages()][2] == made.code
        services.change_stage(made, {"name_en": "Trial", "probability": 45}, actor=SYSTEM, revision=made.revision)
        assert queries.stage(made.code).label == "Trial"
        with pytest.raises(InvalidFields, match="keeps its phase"):
            services.change_stage(made, {"phase": "won", "probability": 100}, actor=SYSTEM, revision=None)
        services.retire_stage(made, actor=SYSTEM)
        with pytest.raises(Invalid, match="out of use"):
            services.move(one, made.code, actor=lin, revision=None)
        for code in ("won_100", "lost_0"):
            last = db.session.scalars(select(Stage).where(Stage.code == code)).one()
            with pytest.raises(Invalid, match="stays in use"):
                services.retire_stage(last, actor=SYSTEM)
        services.revive_stage(made, actor=SYSTEM)
    services.move(one, made.code, actor=lin, revision=None)
    assert one.probability == 45


def test_the_seeds_come_once(lin):
    with acting(SYSTEM):
        services.seed()
    assert len(queries.stages()) == 7


def test_a_customer_is_read_only_in_scope(lin):
    other = a_customer(name="叶家商贸有限公司", owner=EVE.id)
    assert customer_queries.by_id(other.id) is None
