"""An agent's day: from the work list a follow-up is recorded in two clicks, at the desk and on the phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.followups.queries import midnight
from app.extensions import db
from tests.factories import a_customer, a_followup
from tests.journeys.conftest import PHONE

A_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def due(site):
    """Two customers of Lin's: one was to be called two days ago, one is to be called today."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        keys = []
        for name, day in (("郑州逾期商贸有限公司", -2), ("洛阳今日商贸有限公司", 0)):
            key = a_customer(name=name, phone="+8613800138000").id
            at = midnight(clock.today() + day * A_DAY) + A_DAY - timedelta(minutes=1)
            a_followup(customer=key, at=min(at, clock.now()) - 9 * A_DAY, next_contact_at=at)
            keys.append(key)
        db.session.remove()
    return keys


def record(page, row, words):
    """Record a follow-up from a row: one click opens the form, one saves it."""
    row.get_by_role("link", name="Record follow-up").click()
    page.locator("#progress-ts-control").click()
    page.get_by_role("option", name="Long-term follow-up").click()
    page.locator("#content").fill(words)
    page.locator("[data-save]").click()


def test_from_the_work_list_a_follow_up_is_two_clicks_away(at_desk, due):
    page = at_desk("lin")
    page.goto("/today/day")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    late = rows.filter(has_text="郑州逾期")
    expect(late).to_have_class("is-overdue")
    expect(late.locator('a[href="tel:+8613800138000"]').first).to_be_attached()

    late.hover()
    record(page, late, "约好明年再谈")

    page.wait_for_url("**/today/**")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"/customers/{due[0]}?tab=followups")
    expect(page.get_by_text("约好明年再谈")).to_be_visible()


def test_on_the_phone_the_work_list_is_cards_with_the_same_buttons(at_desk, due):
    page = at_desk("lin", size=PHONE)
    page.goto("/today/day")
    card = page.locator("tbody tr").filter(has_text="洛阳今日")
    expect(card.get_by_role("link", name="Call").first).to_be_visible()

    record(page, card, "下周再打")

    page.wait_for_url("**/today/**")
    expect(page.locator("tbody tr").filter(has_text="洛阳今日")).to_have_count(0)


def test_a_wrong_number_is_one_click_in_the_drawer_and_the_words_stay(at_desk, due):
    page = at_desk("lin")
    page.goto(f"/customers/{due[0]}?tab=followups")
    page.get_by_role("button", name="Record follow-up").click()
    drawer = page.locator("#new-followup")
    drawer.locator("#followup-content").fill("打不通")
    drawer.get_by_role("button", name="Suspended").click()

    expect(drawer.locator("#followup-content")).to_have_value("打不通")
    expect(drawer.locator(".zk-numbers .zk-chip")).to_have_text("Suspended")


def test_a_moment_is_chosen_in_the_calendar_or_typed_in_words(at_desk, due):
    page = at_desk("lin")
    page.goto(f"/followups/new?customer={due[0]}")
    field = page.locator("#next_contact_at")
    field.fill("明天 15:30")
    page.keyboard.press("Tab")
    expect(field).to_have_value(f"{clock.today() + A_DAY} 15:30")
    page.locator("[data-field-box]").filter(has=field).locator("[data-day-open]").click()
    page.locator("dialog[data-calendar] [data-day-pick]").first.click()
    expect(field).to_have_value(f"{clock.today()} 15:30")
