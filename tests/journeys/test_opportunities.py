"""Selling: a follow-up becomes an opportunity, its card moves along the board, it is won; at the desk and by phone."""

import re

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.extensions import db
from tests.factories import a_customer, a_followup
from tests.journeys.conftest import PHONE


@pytest.fixture(scope="module")
def spoken(site):
    """Two customers of Lin's, each with a follow-up."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        keys = []
        for name in ("郑州看板商贸有限公司", "洛阳漏斗商贸有限公司"):
            key = a_customer(name=name, phone="+8613800138000").id
            keys.append((key, a_followup(customer=key, content="想换财务软件").id))
        db.session.remove()
    return keys


def lane(page, name):
    return page.locator(".zk-lane").filter(has=page.get_by_role("heading", name=name))


def test_from_a_follow_up_to_the_deal_at_the_desk(at_desk, spoken):
    (customer, followup), _other = spoken
    page = at_desk("lin")
    page.goto(f"/followups/{followup}")
    page.get_by_role("button", name="Make an opportunity").first.click()
    page.wait_for_url(re.compile(r"/opportunities/\d+/edit"))
    page.locator("#amount").fill("6980")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/opportunities/\d+$"))

    page.goto("/opportunity-board/")
    card = page.locator(".zk-opp").filter(has_text="郑州看板")
    card.hover()
    page.mouse.down()
    box = lane(page, "Proposal and quote").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 120, steps=8)
    page.mouse.up()
    expect(lane(page, "Proposal and quote").locator(".zk-opp")).to_have_count(1)
    expect(lane(page, "Proposal and quote")).to_contain_text("¥3,490.00")

    page.locator(".zk-opp").filter(has_text="郑州看板").get_by_role("link").first.click()
    page.get_by_role("link", name="Win").first.click()
    page.locator("[data-save]").click()
    expect(page.get_by_text("Won. The deal is made.")).to_be_visible()
    page.goto(f"/customers/{customer}?tab=deals")
    expect(page.get_by_role("region", name="Transactions")).to_contain_text("¥6,980.00")


def test_on_the_phone_a_card_is_moved_by_its_menu(at_desk, spoken):
    _one, (_customer, followup) = spoken
    page = at_desk("lin", size=PHONE)
    page.goto(f"/followups/{followup}")
    page.get_by_role("button", name="Make an opportunity").first.click()
    page.wait_for_url(re.compile(r"/opportunities/\d+/edit"))
    page.goto("/opportunity-board/")
    card = page.locator(".zk-opp").filter(has_text="洛阳漏斗")
    card.get_by_role("button", name=re.compile("Move, win or lose")).click()
    page.get_by_role("menuitem", name="Needs confirmed").click()
    expect(lane(page, "Needs confirmed").locator(".zk-opp")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_supervisor_sees_how_far_they_came(at_desk, spoken):
    page = at_desk("sam")
    page.goto("/opportunity-funnel/")
    expect(page.get_by_role("region", name="How far they came")).to_contain_text("First contact")
