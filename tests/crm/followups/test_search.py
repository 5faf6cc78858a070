"""Follow-ups in quick search: found by what was said, by whoever may read them, and however they were written."""

import json
import re

import pytest
from sqlalchemy import select

from app.base import clock, filters
from app.base.actor import SYSTEM, acting
from app.base.history import insert_versioned, update_versioned
from app.base.screens.listing import filterable
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.crm.followups import services
from app.crm.followups.models import Followup
from app.extensions import db
from app.system.search import queries
from app.system.search.models import IndexEntry
from app.system.search.queries import finding
from app.system.search.services import check, unknown
from tests.cast import ANRAN, DAI, EVE, LIN, MEI, SAM, XU
from tests.factories import a_customer, a_followup
from tests.system.search.conftest import PLANS

TRUE = {"missing": 0, "stale": 0, "orphaned": 0}
SAID = "客户嫌报价偏高，约下周二再谈折扣"


@pytest.fixture
def found(in_app):
    """Return the follow-ups that somebody finds, as ids: ``found(LIN, "折扣")``."""

    def look(person, words):
        with acting(person.actor) as actor:
            return [hit.id for hit in queries.find("followup", words, actor=actor, limit=50)]

    return look


@pytest.fixture
def customer(in_app):
    return a_customer(name="蓝山商行").id


@pytest.fixture
def followup(customer):
    return a_followup(customer=customer, content=SAID)


# ── whose ──


@pytest.mark.parametrize("plan", PLANS)
def test_whoever_reads_a_follow_up_finds_it_and_nobody_else(found, followup, plan):
    a_followup(customer=a_customer(name="红河商行").id, content="送了样品")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in PLANS[plan].items():
            patch.setattr(finding, name, value)
        seen = {person.username: found(person, "折扣") for person in (LIN, SAM, ANRAN, XU, DAI, MEI, EVE)}
    assert {name for name, ids in seen.items() if ids == [followup.id]} == {"lin", "sam", "anran", "xu", "dai"}
    assert seen["mei"] == seen["eve"] == []


def test_an_agent_finds_what_a_colleague_said_to_a_customer_that_is_shared(found, customer, followup):
    with acting(SYSTEM):
        row = db.session.get_one(Customer, customer)
        customers.share(row, employee_id=MEI.id, can_write=False, until_on=None, actor=SYSTEM)
    assert found(MEI, "折扣") == [followup.id]


def test_follow_ups_of_a_customer_in_the_bin_are_found_again_when_it_is_back(found, customer, followup):
    with acting(SYSTEM):
        row = db.session.get_one(Customer, customer)
        customers.delete(row, actor=SYSTEM)
        assert found(LIN, "折扣") == found(ANRAN, "折扣") == []
        customers.restore(row, actor=SYSTEM)
    assert found(LIN, "折扣") == [followup.id]


# ── however it was written ──


def test_a_correction_is_found_and_what_stood_there_no_longer(found, followup):
    with acting(LIN.actor) as actor:
        services.change(followup, {"content": "改谈交货期"}, actor=actor, revision=None)
    assert (found(LIN, "折扣"), found(LIN, "交货")) == ([], [followup.id])


def test_a_deleted_follow_up_is_not_found_and_a_restored_one_is(found, followup):
    with acting(LIN.actor) as actor:
        services.delete(followup, actor=actor)
        assert found(LIN, "折扣") == found(ANRAN, "折扣") == []
        services.restore(followup, actor=actor)
    assert found(LIN, "折扣") == [followup.id]


def test_rows_written_in_sets_are_found(found, customer, followup):
    @transaction
    def write():
        row = {"customer_id": customer, "by_id": LIN.id, "progress": "interested", "at": clock.now(), "revision": 1}
        made = insert_versioned(Followup, [row | {"content": f"寄出合同{number}"} for number in range(3)])
        update_versioned(Followup, [followup.id], {"content": "寄出发票"})
        return list(made)

    with acting(SYSTEM):
        write()
    assert (len(found(LIN, "合同")), found(LIN, "发票"), found(LIN, "折扣")) == (3, [followup.id], [])
    assert check() == TRUE


def test_what_goes_for_good_leaves_the_index(found, customer, followup):
    key = followup.id
    with acting(SYSTEM):
        transaction(services.go_with_customers)([customer], SYSTEM)
        db.session.expire_all()
        assert db.session.query(IndexEntry).filter_by(kind="followup", record_id=key).count() == 0
    assert check() == TRUE


def test_a_follow_up_without_words_has_no_entry_and_is_not_amiss(in_app, customer):
    a_followup(customer=customer)
    assert check() == TRUE


def test_a_house_that_learns_of_the_kind_by_an_upgrade_indexes_what_it_has(app, saved, found):
    key = saved(a_followup, customer=saved(a_customer), content=SAID)
    with app.app_context(), acting(SYSTEM):
        db.session.execute(IndexEntry.__table__.delete().where(IndexEntry.__table__.c.kind == "followup"))
        db.session.commit()
        assert unknown() == ["followup"]
        db.session.remove()
    answer = app.test_cli_runner().invoke(args=["setup"])
    assert answer.exit_code == 0, answer.output
    assert found(LIN, "折扣") == [key]


@pytest.mark.parametrize(("words", "said"), [("折扣", {SAID}), ("价", {SAID, "问了价"}), ("发票", set())])
def test_the_filter_of_the_list_finds_what_it_found_without_the_index(followup, customer, words, said):
    a_followup(customer=customer, content="问了价")
    a_followup(customer=customer, content=None)
    text = json.dumps({"all": [{"field": "content", "op": "contains", "value": words}]})
    with acting(LIN.actor) as actor:
        met = filters.parse(text, filterable(Followup)).sql(Followup, actor)
        assert set(db.session.scalars(select(Followup.content).where(met))) == said


# ── how it is shown ──


@pytest.fixture
def told(app):
    """A follow-up that Lin recorded, of a customer that is Eve's by now, and whom Eve has spoken with herself."""
    with app.app_context():
        customer = a_customer(name="蓝山商行").id
        key = a_followup(customer=customer, content="前言" * 100 + SAID + "后话" * 100, result="reached").id
        with acting(SYSTEM):
            given = {"owner_id": EVE.id, "department_id": EVE.department_id}
            transaction(update_versioned)(Customer, [customer], given)
        a_followup(customer=customer, content="再谈折扣也没有用", by=EVE)
        return key


def asked(browser, words, address="/search/quick"):
    return browser.get(address, query_string={"q": words})


def test_a_hit_opens_the_follow_up_and_tells_where_the_words_stand(as_user, told):
    text = asked(as_user("eve"), "折扣").text
    assert f'href="/followups/{told}"' in text
    assert "再谈<mark>折扣</mark>后话" in text
    assert "…" in text
    assert "前言" * 20 not in text
    assert "蓝山商行" in text
    assert "林晓" in text
    assert "Reached" in text


def test_the_author_finds_their_own_and_reads_nothing_of_a_customer_out_of_sight(as_user, told):
    text = asked(as_user("lin"), "折扣").text
    assert re.findall(r'href="(/followups/\d+)"', text) == [f"/followups/{told}"]
    assert "Outside what you see" in text
    assert "蓝山" not in text
    assert "没有用" not in text
    assert 'data-status="1 suggestion"' in text
    assert asked(as_user("lin"), "折扣", "/search/").location == f"/followups/{told}"


def test_nothing_is_suggested_to_somebody_else(as_user, told):
    text = asked(as_user("mei"), "折扣").text
    assert 'data-status="0 suggestions"' in text
    assert "/followups/" not in text


def test_who_may_not_open_the_list_finds_none(as_user, told):
    page = asked(as_user("qian"), "折扣", "/search/").text  # finance reads customers, and no follow-ups
    assert "Nothing found" in page


def test_customers_come_before_what_was_said_of_them(as_user, app):
    with app.app_context():
        a_followup(customer=a_customer(name="红河商行").id, content="和蓝山商行一起来的")
        a_customer(name="蓝山商行")
    text = asked(as_user("lin"), "蓝山").text
    assert re.findall(r'role="group" aria-label="([\w -]+)"', text) == ["Customers", "Follow-ups"]
