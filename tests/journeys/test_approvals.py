"""Key data from the agent who changes it to the head who approves it: the main path of an approval, by mouse."""

import pytest
from playwright.sync_api import expect

from app.base import settings
from app.base.actor import SYSTEM, acting
from app.crm.keychanges import services as keychanges
from app.extensions import db
from app.system.security.models import Department
from app.system.settings import services as house
from tests.cast import LIN, SAM
from tests.factories import a_customer
from tests.journeys.conftest import PHONE


@pytest.fixture(scope="module")
def customers(site):
    """Two companies of Lin's whose key data changes by approval of Sam, who heads the team."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        known = settings.registered[keychanges.SETTING]
        house.change(known, True, actor=SYSTEM, revision=0)  # noqa: FBT003 - the value
        db.session.get(Department, LIN.department_id).head_id = SAM.id
        names = ("郑州旧名商贸有限公司", "洛阳旧名商贸有限公司")
        keys = [a_customer(name=name, phone="+8613800138000", legal_person="老王").id for name in names]
        db.session.remove()
    yield keys
    with app.app_context(), acting(SYSTEM):
        house.change(known, False, actor=SYSTEM, revision=1)  # noqa: FBT003 - the value
        db.session.remove()


def propose(page, key, name):
    page.goto(f"/customers/{key}/edit")
    page.locator("#key_reason").fill("new licence")
    page.locator("#name").fill(name)
    page.locator("[data-save]").click()
    page.wait_for_url(f"**/customers/{key}")
    expect(page.get_by_text("Waits for approval: Customer name")).to_be_visible()


def test_what_an_agent_proposes_the_head_sees_and_approves(at_desk, customers):
    agent, head = at_desk("lin"), at_desk("sam")
    propose(agent, customers[0], "郑州新名商贸有限公司")

    head.goto("/approvals/waiting/")
    card = head.locator("section.zk-card").filter(has_text="郑州旧名")
    expect(card.locator("del")).to_have_text("旧")
    expect(card.locator("ins")).to_have_text("新")
    card.locator("input[name=note]").fill("licence seen")
    card.get_by_role("button", name="Approve this").click()

    expect(head.get_by_text("1 approved.")).to_be_visible()
    agent.goto(f"/customers/{customers[0]}")
    expect(agent.get_by_role("heading", level=1)).to_have_text("郑州新名商贸有限公司")


def test_on_the_phone_what_is_ticked_is_rejected_together(at_desk, customers):
    propose(at_desk("lin"), customers[1], "洛阳新名商贸有限公司")
    head = at_desk("sam", size=PHONE)
    head.goto("/approvals/waiting/")
    head.get_by_label("Tick all").check()
    expect(head.get_by_label("Tick: 洛阳旧名商贸有限公司")).to_be_checked()
    head.locator("#bulk-note").fill("show me the licence first")
    head.locator("#bulk-decide").get_by_role("button", name="Reject").click()

    expect(head.get_by_text("1 rejected.")).to_be_visible()
    expect(head.get_by_text("Nothing waits for you")).to_be_visible()
