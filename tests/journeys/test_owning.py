"""Customers change hands: a dispatcher gives, an agent claims on the phone, a supervisor recalls, an auditor reads."""

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.extensions import db
from tests.factories import a_customer
from tests.journeys.axe import faults
from tests.journeys.conftest import PHONE


@pytest.fixture(scope="module")
def free(site):
    """Six customers of the pool."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        keys = [a_customer(name=f"许昌无主第{n}商贸有限公司", phone="+8613800138000", owner=None).id for n in range(6)]
        db.session.remove()
    return keys


def tick(page, *names):
    for name in names:
        page.locator("tbody tr").filter(has_text=name).locator("[name=ids]").check()


def test_a_dispatcher_looks_who_gets_how_many_gives_them_and_takes_them_back(at_desk, free):
    page = at_desk("dai", reduced_motion="reduce")
    page.goto("/pool/")
    tick(page, "无主第0", "无主第1", "无主第2")
    page.locator("#zk-bulk button[value=assign]").click()
    for name in ("林晓", "梅芳"):
        page.locator("#people-ts-control").fill(name)
        page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Preview").click()

    plan = page.get_by_role("region", name="What it will do").locator("tbody tr")
    expect(plan).to_have_count(2)
    expect(plan.first).to_contain_text("林晓")
    assert faults(page) == []
    page.locator(".zk-confirm button[type=submit]").click()
    page.wait_for_url("**/pool/**")
    expect(page.locator("tbody tr")).to_have_count(3)

    page.goto("/runs/")
    page.locator("tbody a.zk-name").first.click()
    page.get_by_role("link", name="Undo").first.click()
    page.wait_for_url("**/take-back")
    page.get_by_role("button", name="Undo").last.click()
    page.wait_for_load_state("networkidle")
    page.goto("/pool/")
    expect(page.locator("tbody tr")).to_have_count(6)


def test_an_agent_claims_a_customer_on_the_phone_and_sees_its_number_then(at_desk, free):
    page = at_desk("lin", size=PHONE)
    page.goto("/pool/")
    card = page.locator("tbody tr").filter(has_text="无主第3")
    expect(card).not_to_contain_text("138 0013 8000")
    card.get_by_role("button", name="Claim").click()

    expect(page.locator("tbody tr").filter(has_text="无主第3")).to_have_count(0)
    page.goto(f"/customers/{free[3]}")
    expect(page.locator("main")).to_contain_text("138 0013 8000")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_supervisor_recalls_with_a_reason_and_the_agent_is_told(at_desk, site, free):
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        key = a_customer(name="许昌久未联系商贸有限公司").id
        db.session.remove()
    page = at_desk("sam")
    page.goto(f"/customers/{key}/bulk?action=recall")
    page.locator("#reason-ts-control").click()
    page.get_by_role("option", name="Poor follow-up").click()
    page.locator(".zk-confirm button[type=submit]").click()
    page.wait_for_load_state("networkidle")

    lin = at_desk("lin")
    lin.goto("/inbox/")
    expect(lin.locator("main")).to_contain_text("recalled customers of yours: 1")
    lin.goto(f"/customers/{key}")
    expect(lin.locator("main")).to_contain_text("Nothing is here")


def test_an_auditor_reads_who_held_whom_and_can_change_nothing(at_desk, free):
    page = at_desk("xu", reduced_motion="reduce")
    page.goto("/assignments/")
    expect(page.locator("tbody tr").filter(has_text="许昌").first).to_be_visible()
    page.goto(f"/customers/{free[3]}?tab=assignments")
    expect(page.locator("main")).to_contain_text("Claim")
    for label in ("Assign", "Recall", "Release to the pool", "Record follow-up", "Edit"):
        expect(page.get_by_role("link", name=label, exact=True)).to_have_count(0)
        expect(page.get_by_role("button", name=label, exact=True)).to_have_count(0)
    assert faults(page) == []
