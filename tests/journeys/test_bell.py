"""The bell: a live count, a panel for the keyboard, and what it leads to."""

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.sign_in.services import door
from tests.cast import EVE, LIN
from tests.factories import a_customer
from tests.journeys.axe import faults_as_it_stands
from tests.journeys.conftest import PHONE


@pytest.fixture
def share(site):
    """Let Lin share a new customer with Eve."""
    app, _address = site

    def do(name):
        with app.app_context(), acting(SYSTEM):
            customer = db.session.get(Customer, a_customer(name=name).id)
            customers.share(customer, employee_id=EVE.id, can_write=False, until_on=None, actor=LIN.actor)

    return do


def seconds_later(page, seconds):
    page.clock.fast_forward(seconds * 1000)


def test_the_count_rises_by_itself_is_announced_and_the_message_leads_to_the_record(at_desk, share):
    page = at_desk("eve")
    page.clock.install()
    page.goto("/customers/")
    bell = page.locator("[data-bell]")
    assert bell.get_attribute("aria-label") == "Messages, 0 unread"
    share("晨光公司")
    with page.expect_response("**/inbox/stamp?known=0"):
        seconds_later(page, 16)
    page.get_by_text("Messages, 1 unread").wait_for(state="attached")
    assert bell.get_attribute("aria-label") == "Messages, 1 unread"
    bell.click()
    page.get_by_role("button", name="林晓 shared the customer “晨光公司” with you", exact=True).click()
    page.wait_for_url("**/customers/*")
    assert page.locator("h1").inner_text() == "晨光公司"
    assert page.locator("[data-bell]").get_attribute("aria-label") == "Messages, 0 unread"


def test_a_page_whose_person_is_signed_out_asks_no_more(at_desk, site):
    page = at_desk("eve")
    page.clock.install()
    page.goto("/customers/")
    with site[0].app_context(), acting(SYSTEM):
        door.end_sessions(EVE.id)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "stamp" in request.url else None)
    with page.expect_response("**/inbox/stamp?known=*") as answer:
        seconds_later(page, 16)
    assert answer.value.status == 401
    seconds_later(page, 600)
    page.evaluate("1")
    assert len(asked) == 1


@pytest.mark.parametrize("size", [None, PHONE])
def test_the_open_panel_and_the_page_have_no_fault(at_desk, share, size):
    share("甲公司")
    page = at_desk("eve", reduced_motion="reduce", **({"size": size} if size else {}))
    page.locator("[data-bell]").focus()
    page.keyboard.press("Enter")
    page.locator("[data-bell-panel] .zk-letter").first.wait_for()
    assert faults_as_it_stands(page) == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.hasAttribute('data-bell')")
    page.goto("/inbox/")
    assert faults_as_it_stands(page) == []
