"""A call is taken in by keys alone; the manager, whose page stands open, is told within fifteen seconds."""

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.extensions import db
from tests.cast import EVE
from tests.desk.tickets.steps import closed_one
from tests.factories import a_customer

WITHIN = 15_000  # milliseconds


@pytest.fixture(scope="module")
def customers(site):
    """A customer of Lin's who had the same before, and one of Eve's."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        mine = a_customer(name="郑州来电商贸有限公司", phone="+8637165001777").id
        a_customer(name="洛阳远方机械有限公司", phone="+8613900001111", owner=EVE.id)
        closed_one(customer=mine, title="扫码枪连不上")
        db.session.remove()
    return mine


def test_a_call_is_taken_in_by_keys_and_the_manager_is_told(at_desk, customers):
    gao, lin = at_desk("gao"), at_desk("lin")
    lin.goto("/tickets/new")
    lin.wait_for_load_state("networkidle")
    lin.keyboard.type("来电")
    lin.locator("#zk-found input").wait_for()
    lin.keyboard.press("Enter")
    expect(lin.locator("#zk-caller")).to_contain_text("郑州来电商贸有限公司")
    for _field in range(20):  # past type, category, priority, channel and product
        lin.keyboard.press("Tab")
        if lin.evaluate("document.activeElement.name") == "description":
            break
    lin.keyboard.type("扫码枪连不上")
    expect(lin.locator("#zk-similar")).to_contain_text("换了打印头")
    lin.keyboard.press("Control+s")
    expect(lin.locator("h1")).to_have_text("扫码枪连不上")
    expect(gao.locator("[data-bell]")).to_have_attribute("aria-label", "Messages, 1 unread", timeout=WITHIN)


def test_who_calls_from_outside_is_found_by_the_whole_number_alone(at_desk, customers):
    lin = at_desk("lin")
    lin.goto("/tickets/new")
    lin.wait_for_load_state("networkidle")
    lin.keyboard.type("远方")
    expect(lin.locator("#zk-found")).to_contain_text("Nobody found.")
    lin.locator("#who").fill("139 0000 1111")
    expect(lin.locator("#zk-found")).to_contain_text("洛阳远方机械有限公司")
    expect(lin.locator("#zk-found")).to_contain_text("this is logged")
    lin.keyboard.press("Enter")
    expect(lin.locator("#zk-caller")).to_contain_text("1111")
    expect(lin.locator("#zk-caller")).not_to_contain_text("139 0000 1111")
