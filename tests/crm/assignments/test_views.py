"""The screens of assignments: preview and yes, single buttons, the tab, the list of spells, messages; their gates."""

import json
import re

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.notifications.models import Message
from app.system.runs.models import Run
from tests.cast import EVE, LIN, MEI
from tests.crm.assignments.steps import assign, holders, limit, recall
from tests.factories import a_customer

FREE = '{"all": [{"field": "owner", "op": "empty"}]}'


@pytest.fixture
def keys(app):
    """Four customers of the pool and one of Lin's."""
    with app.app_context():
        found = [a_customer(name=f"客户{n}", phone=f"+8637165001{n:03}", owner=None).id for n in range(4)]
        return [*found, a_customer(name="林家", phone="+8637165009999").id]


def preview(browser, action="assign", **form):
    return browser.post("/customers/bulk", data={"action": action, "scope": "selected", "filter": ""} | form)


def yes(browser, page, **form):
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    return browser.post("/customers/bulk/run", data={"asked": asked} | form)


def owners(app):
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(Customer.owner_id).order_by(Customer.id)))


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_from_the_list_to_the_plan_to_the_yes(app, as_user, keys):
    browser = as_user("dai")
    page = preview(browser, scope="all", filter=FREE)
    assert page.status_code == 200
    form = {"people": [LIN.id, MEI.id], "how": "by_weight", "weights": "3:1"}
    plan = yes(browser, page, **form)
    assert "林晓 1 3 4 200 梅芳 0 1 1 200" in words(plan)
    assert owners(app) == [None] * 4 + [LIN.id]
    assert yes(browser, plan, **form).status_code == 302
    with app.app_context():
        assert holders() == {LIN.id: 4, MEI.id: 1}


def test_from_the_pool_to_the_yes(app, as_user, keys):
    browser, form = as_user("dai"), {"people": [LIN.id]}
    asked = {"action": "assign", "scope": "selected", "filter": "", "ids": keys[:2]}
    page = browser.post("/pool/bulk", data=asked)
    for _look in ("the plan", "the deed"):
        sealed = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
        page = browser.post("/pool/bulk/run", data={"asked": sealed} | form)
    assert page.status_code == 302
    assert owners(app) == [LIN.id, LIN.id, None, None, LIN.id]


@pytest.mark.parametrize("username", ["lin", "sam", "xu"])
def test_nobody_else_assigns_from_the_pool(app, as_user, keys, username):
    asked = {"action": "assign", "scope": "selected", "filter": "", "ids": keys[:2]}
    assert as_user(username).post("/pool/bulk", data=asked).status_code == 403


def test_who_would_exceed_is_told_before(app, as_user, keys):
    with app.app_context():
        limit(LIN, 3)
    browser = as_user("dai")
    plan = yes(browser, preview(browser, ids=keys), people=[LIN.id])
    assert "林晓 may hold 3 customers: 2 will be left alone." in words(plan)


def test_a_plan_that_is_another_by_now_is_shown_again(app, as_user, keys):
    browser = as_user("dai")
    plan = yes(browser, preview(browser, ids=keys[:4]), people=[LIN.id, MEI.id], how="by_load")
    with app.app_context():
        a_customer(name="又一家", phone="+8637165007777", owner=MEI.id)
        a_customer(name="再一家", phone="+8637165006666", owner=MEI.id)
    again = yes(browser, plan, people=[LIN.id, MEI.id], how="by_load")
    assert again.status_code == 200
    assert "林晓 1 3 4" in words(again)
    assert yes(browser, again, people=[LIN.id, MEI.id], how="by_load").status_code == 302


def test_refusals_are_told_on_the_page(as_user, keys):
    browser = as_user("dai")
    page = preview(browser, ids=keys)
    assert "Please fill this in." in yes(browser, page).text
    refused = yes(browser, page, people=[LIN.id, MEI.id], how="by_weight", weights="1")
    assert refused.status_code == 422
    assert "1 weights for 2 people" in refused.text
    assert "You may not go beyond the limit" in yes(browser, page, people=[LIN.id], beyond="1").text


@pytest.mark.parametrize("action", ["assign", "recall"])
def test_who_has_no_such_button_is_refused_and_does_not_see_it(as_user, keys, action):
    browser = as_user("lin")
    assert preview(browser, action, ids=keys[4:]).status_code == 403
    assert browser.get(f"/customers/{keys[4]}/bulk?action={action}").status_code == 403
    assert f"/bulk?action={action}" not in browser.get(f"/customers/{keys[4]}").text


def test_a_customer_out_of_sight_is_404_and_one_only_to_be_read_is_403(app, as_user, keys):
    with app.app_context():
        other = a_customer(name="叶家", phone="+8637165008888", owner=EVE.id).id
    assert as_user("sam").get(f"/customers/{other}/bulk?action=assign").status_code == 404
    assert as_user("sam").get(f"/customers/{keys[4]}/bulk?action=assign").status_code == 200
    assert as_user("anran").get(f"/customers/{keys[4]}/bulk?action=nothing").status_code == 404


def test_the_buttons_of_a_customers_page_lead_to_the_same_preview_and_back(app, as_user, keys):
    browser = as_user("dai")
    page = browser.get(f"/customers/{keys[4]}")
    assert f"/customers/{keys[4]}/bulk?action=recall" in page.text
    assert f"/customers/{keys[0]}/bulk?action=recall" not in browser.get(f"/customers/{keys[0]}").text
    asked = browser.get(f"/customers/{keys[4]}/bulk?action=recall")
    assert "林家" in asked.text
    done = yes(browser, asked, reason="poor_followup", words="没联系")
    assert (done.status_code, done.location) == (302, f"/customers/{keys[4]}")
    assert owners(app) == [None] * 5


def test_the_tab_tells_who_held_it_from_when_to_when_by_whom_and_why(app, as_user, keys):
    with app.app_context():
        assign(app, [MEI], ids=keys[4:], words="换人")
        recall(app, ids=keys[4:], words="三个月没联系")
    told = words(as_user("dai").get(f"/customers/{keys[4]}?tab=assignments"))
    assert "Who held this customer 2" in told
    assert re.search(r"梅芳 .*0 days Manual 戴宁 Recall 戴宁 .*Poor follow-up · 三个月没联系", told)
    assert re.search(r"林晓 .* Entered by itself|林晓 .* Entered", told)


def test_a_tab_that_is_not_open_asks_nothing(as_user, keys, statements):
    browser = as_user("dai")
    browser.get(f"/customers/{keys[4]}")
    with statements() as seen:
        browser.get(f"/customers/{keys[4]}")
    assert [one for one in seen if "FROM customers_holding" in one] == []


def test_the_list_of_spells_is_filtered_and_exported_and_stays_in_scope(app, as_user, keys):
    with app.app_context():
        assign(app, [EVE], ids=keys[:1])
    dai, sam = as_user("dai"), as_user("sam")
    assert {"客户0", "林家"} <= set(re.findall(r"客户0|林家", dai.get("/assignments/").text))
    named = json.dumps({"all": [{"field": "customer_name", "op": "contains", "value": "林"}]})
    by_whom = json.dumps({"all": [{"field": "employee", "op": "is", "value": EVE.id}]})
    assert "客户0" not in dai.get("/assignments/", query_string={"filter": named}).text
    assert "林家" not in dai.get("/assignments/", query_string={"filter": by_whom}).text
    assert "客户0" not in sam.get("/assignments/").text
    assert "林家" in dai.get("/assignments/export?format=csv").text
    assert as_user("lin").get("/assignments/").status_code == 403


def test_a_page_of_spells_costs_no_statement_per_row(app, as_user, keys, statements):
    browser = as_user("dai")
    browser.get("/assignments/")
    with statements() as few:
        browser.get("/assignments/")
    with app.app_context():
        assign(app, [MEI], ids=keys)
    with statements() as many:
        browser.get("/assignments/")
    assert len(many) <= len(few) + 1 <= 9


def test_the_message_leads_to_the_customers_that_came(app, as_user, keys):
    with app.app_context():
        assign(app, [MEI], ids=keys[:2])
    browser = as_user("mei")
    assert "戴宁 gave you customers: 2" in browser.get("/inbox/").text
    with app.app_context(), acting(MEI.actor):
        key = db.session.scalar(select(Message.id).where(Message.kind == "customers_given"))
    opened = browser.post(f"/inbox/{key}/open")
    given = browser.get(opened.location)
    shown = browser.get(given.location).text
    assert all(name in shown for name in ("客户0", "客户1"))
    assert "客户2" not in shown
    assert browser.get("/given/999").status_code == 404
    assert browser.get("/given/x").status_code == 404


def test_people_are_searched_by_name_for_who_may_assign(as_user):
    found = as_user("dai").get("/customers/choices/people?q=林").json
    assert [(one["value"], one["text"]) for one in found] == [(str(LIN.id), "林晓")]
    assert as_user("xu").get("/customers/choices/people?q=林").status_code == 404


def test_only_those_who_may_receive_are_offered(as_user):
    assert as_user("dai").get("/customers/choices/people?q=钱").json == []
    assert [one["text"] for one in as_user("dai").get("/customers/choices/people?q=叶").json] == ["叶薇"]
    assert as_user("sam").get("/customers/choices/people?q=叶").json == []


def test_one_yes_is_one_run_with_a_line_under_bulk_changes(app, as_user, keys):
    browser = as_user("dai")
    plan = yes(browser, preview(browser, ids=keys[:2]), people=[LIN.id])
    yes(browser, plan, people=[LIN.id])
    with app.app_context(), acting(SYSTEM):
        run = db.session.scalars(select(Run)).one()
        assert (run.action, run.changed_count) == ("assign", 2)
    assert "Assign" in browser.get("/runs/").text
