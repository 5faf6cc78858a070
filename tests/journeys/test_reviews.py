"""A customer rates on the phone by the link that the agent made; the agent asks another by keyboard."""

import pytest
from playwright.sync_api import expect

from app.extensions import db
from tests.desk.tickets.steps import solved, ticket
from tests.journeys.conftest import PHONE


@pytest.fixture(scope="module")
def done(site):
    """Two solved tickets that Lin took in."""
    app, _address = site
    with app.app_context():
        keys = [solved(title="打印机卡纸"), solved(title="收银台连不上网")]
        numbers = [ticket(key).number for key in keys]
        db.session.remove()
    return keys, numbers


def test_a_customer_rates_on_the_phone_without_signing_in(at_desk, opened, site, done):
    (key, _other), (number, _number) = done
    agent = at_desk("lin")
    agent.goto(f"/revisits/{key}")
    agent.get_by_role("button", name="Make a rating link").click()
    link = agent.locator("code.zk-break").inner_text()

    page = opened(size=PHONE, locale="en-GB")
    page.goto(link)
    expect(page.locator("h1")).to_have_text("How was it?")
    expect(page.get_by_text(number)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for name in ("attitude", "skill", "response"):
        page.locator(f'label[for="{name}-4"]').click()
    page.locator('label[for="overall-5"]').click()
    page.get_by_label("Anything else you would like to say").fill("师傅很快")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_contain_text("Thank you")

    agent.goto(f"/tickets/{key}")
    expect(agent.get_by_text("师傅很快")).to_be_visible()


def test_an_agent_asks_by_keyboard_and_closes_the_ticket(at_desk, done):
    (_key, other), _numbers = done
    page = at_desk("lin")
    page.goto(f"/tickets/{other}")
    page.locator(f'a[href="/revisits/{other}"]').first.click()
    page.wait_for_url(f"**/revisits/{other}")
    for digit in "433":
        page.keyboard.press(digit)
    page.get_by_label("What the customer said").fill("还行")
    page.get_by_label("Close the ticket at once").check()
    page.get_by_role("button", name="Keep, and on to the next").click()
    page.wait_for_url("**/revisits/**")
    page.goto(f"/tickets/{other}")
    expect(page.get_by_text("3.33")).to_be_visible()
    expect(page.get_by_text("Closed").first).to_be_visible()
