"""A ticket from the call to its end: an agent takes it in, a manager dispatches it, a technician works on the phone."""

import re

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.desk.tickets import queries
from app.extensions import db
from tests.factories import a_customer, a_ticket
from tests.journeys.conftest import PHONE


@pytest.fixture(scope="module")
def customer(site):
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        key = a_customer(name="郑州工单商贸有限公司", phone="+8637165001999").id
        db.session.remove()
    return key


@pytest.fixture(scope="module")
def ticket(site, customer):
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        key = a_ticket(customer=customer, title="报工终端连不上").id
        db.session.remove()
    return key


def saved(page):
    page.locator("[data-save]").click()


def dispatch(gao):
    """The manager finds it in a wide list, whose boxes stay where they are, and gives it to the technician."""
    gao.goto("/tickets/")
    moved = "one => { one.scrollLeft = 999; return one.scrollLeft && one.querySelector('td.tick').offsetLeft; }"
    assert gao.locator(".zk-list").evaluate(moved) == gao.locator(".zk-list").evaluate("one => one.scrollLeft") > 0
    gao.get_by_role("link", name=re.compile("GD-")).first.click()
    gao.get_by_role("link", name="Dispatch").first.click()
    gao.locator(".ts-control input").first.fill("季工")
    gao.locator(".ts-dropdown .option", has_text="季工").click()
    saved(gao)
    expect(gao.get_by_text("Dispatched.", exact=True)).to_be_visible()


def work_on(ji):
    """The technician accepts it, and records what was done with a part."""
    ji.goto("/my-tickets/")
    ji.get_by_role("button", name="Accept").click()
    expect(ji.locator("section", has_text="In work").locator("article")).to_have_count(1)
    ji.get_by_role("link", name="报工终端连不上").click()
    ji.locator("#work summary").click()
    ji.locator("#what").fill("换了网卡")
    ji.locator("#minutes").fill("25")
    ji.locator("[name=part]").first.fill("网卡")
    ji.locator("#work form button[type=submit]").click()
    expect(ji.locator(".zk-msg").first).to_contain_text("网卡 × 1")


def solve(ji):
    """They wait for the customer, go on, and solve it."""
    ji.goto("/my-tickets/")
    for step in ("Wait for the customer", "Go on with it"):
        ji.get_by_role("link", name=step).click()
        saved(ji)
        ji.wait_for_url("**/my-tickets/")
    ji.get_by_role("link", name="Solve").click()
    ji.locator("#solution").fill("换了网卡，固定了地址")
    saved(ji)
    ji.wait_for_url("**/my-tickets/")
    expect(ji.locator("article")).to_have_count(0)


def ask_and_close(lin, ticket):
    """The agent who took it in asks the customer and closes it."""
    lin.goto(f"/tickets/{ticket}")
    expect(lin.get_by_text("换了网卡，固定了地址")).to_be_visible()
    lin.get_by_role("link", name="Revisit", exact=True).first.click()
    for name in ("attitude", "skill", "response"):
        lin.locator(f'label[for="{name}-4"]').click()
    lin.locator("#words").fill("客户满意")
    lin.get_by_role("button", name="Keep, and on to the next").click()
    lin.get_by_text("Kept.").wait_for()
    lin.goto(f"/tickets/{ticket}")
    lin.get_by_role("link", name="Close", exact=True).first.click()
    saved(lin)
    expect(lin.locator(".zk-recordhead .zk-chip", has_text="Closed")).to_be_visible()


def test_a_ticket_from_the_call_to_its_end(at_desk, ticket):
    dispatch(at_desk("gao"))
    ji = at_desk("ji", size=PHONE)
    work_on(ji)
    solve(ji)
    ask_and_close(at_desk("lin"), ticket)

    xu = at_desk("xu")
    xu.goto("/ticket-moves/")
    expect(xu.locator("tbody tr")).to_have_count(8)


def test_a_flow_is_changed_and_drawn_anew(at_desk, site):
    with site[0].app_context(), acting(SYSTEM):
        key = queries.flow_of("consult").id
        db.session.remove()
    gao = at_desk("gao")
    gao.goto(f"/ticket-flows/{key}")
    gao.get_by_role("link", name="Edit").first.click()
    gao.get_by_role("button", name="Add a state").click()
    row = gao.locator("fieldset.zk-flow-row:not(.is-arrow)").last
    row.get_by_label("Name (Simplified)").fill("转专家")
    row.get_by_label("Means").select_option("working")
    for source, target in (("Received", "转专家"), ("转专家", "Answered")):
        gao.get_by_role("button", name="Add a transition").click()
        arrow = gao.locator("fieldset.is-arrow").last
        arrow.get_by_label("From").select_option(label=source)
        arrow.get_by_label("To", exact=True).select_option(label=target)
    gao.get_by_role("button", name="Save as a new version").click()
    expect(gao.locator(".zk-flowdraw text", has_text="转专家")).to_be_visible()
    expect(gao.locator(".zk-flow-change ins").first).to_be_visible()
