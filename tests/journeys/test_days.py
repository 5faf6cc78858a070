"""A day is typed as people say it, or chosen from a calendar: by keys, by mouse, and with a thumb."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from tests.factories import a_customer
from tests.journeys.axe import faults_within
from tests.journeys.conftest import PHONE

FIELD = "[name=registered_on]"
#: Tells whether a day of the calendar has the focus.
FOCUSED = "day => document.activeElement.shadowRoot?.activeElement?.textContent === day"


@pytest.fixture
def key(site):
    with site[0].app_context(), acting(SYSTEM):
        return a_customer(name="日期商贸有限公司").id


@pytest.fixture
def form(at_desk, key):
    page = at_desk("anran", reduced_motion="reduce")
    page.goto(f"/customers/{key}/edit")
    page.locator(f".zk-daybox {FIELD}").wait_for()
    return page


def weekday(page):
    return page.locator(f".zk-daybox:has({FIELD}) [data-day-weekday]")


def test_what_was_typed_is_understood_when_the_field_is_left(form, site, key):
    form.locator(FIELD).fill("2026.11.22")
    form.keyboard.press("Tab")
    expect(form.locator(FIELD)).to_have_value("2026-11-22")
    expect(weekday(form)).to_have_text("Sun")
    form.locator(FIELD).fill("今天")
    form.keyboard.press("Tab")
    expect(form.locator(FIELD)).to_have_value(clock.today().isoformat())
    form.keyboard.press("Control+s")
    form.get_by_text("Saved:").wait_for()
    with site[0].app_context(), acting(SYSTEM):
        assert db.session.get(Customer, key).registered_on == clock.today()


def test_what_may_be_two_days_is_refused_in_words_at_the_field(form):
    form.locator(FIELD).fill("3.4")
    form.keyboard.press("Tab")
    said = form.locator(f".zk-daybox:has({FIELD}) .said")
    expect(said).to_contain_text("This may be 03-04 or 04-03")
    expect(form.locator(FIELD)).to_have_attribute("aria-invalid", "true")
    expect(form.locator(FIELD)).to_have_value("3.4")
    form.locator(FIELD).fill("03-04")
    form.keyboard.press("Tab")
    expect(form.locator(FIELD)).to_have_value(f"{clock.today().year}-03-04")
    assert form.locator(FIELD).get_attribute("aria-invalid") is None


def test_the_calendar_is_walked_by_keys_alone(form):
    assert form.evaluate("customElements.get('calendar-date')") is None  # not loaded before somebody asks for it
    form.locator(FIELD).fill("2026-11-22")
    form.keyboard.press("Tab")
    form.locator(FIELD).focus()
    form.keyboard.press("Alt+ArrowDown")
    form.locator("dialog.zk-calendar[open]").wait_for()
    for key, day in (("", "22"), ("ArrowRight", "23"), ("ArrowDown", "30"), ("Enter", None)):
        if key:
            form.keyboard.press(key)
        if day:
            form.wait_for_function(FOCUSED, arg=day)
    expect(form.locator(FIELD)).to_have_value("2026-11-30")
    expect(form.locator(FIELD)).to_be_focused()
    form.keyboard.press("Alt+ArrowDown")
    form.locator("dialog.zk-calendar[open]").wait_for()
    form.keyboard.press("Escape")
    expect(form.locator(FIELD)).to_have_value("2026-11-30")


def test_the_calendar_begins_on_monday_marks_today_and_has_no_fault(form):
    form.locator(f".zk-daybox:has({FIELD}) [data-day-open]").click()
    calendar = form.locator("dialog.zk-calendar")
    expect(calendar.locator("thead th").first).to_contain_text("Mon")
    expect(calendar.locator("td [part~=today]")).to_have_text(str(clock.today().day))
    assert faults_within(form, "dialog.zk-calendar") == []
    calendar.get_by_role("button", name="Today", exact=True).click()
    expect(form.locator(FIELD)).to_have_value(clock.today().isoformat())
    form.locator(f".zk-daybox:has({FIELD}) [data-day-open]").click()
    calendar.get_by_role("button", name="Clear").click()
    expect(form.locator(FIELD)).to_have_value("")


def test_a_year_is_turned_by_its_button(form):
    form.locator(FIELD).fill("2024-02-29")
    form.keyboard.press("Tab")
    form.locator(f".zk-daybox:has({FIELD}) [data-day-open]").click()
    form.get_by_role("button", name="Previous year").click()
    form.locator("calendar-date td [part~=button]", has_text="28").last.click()
    expect(form.locator(FIELD)).to_have_value("2023-02-28")


def test_on_a_phone_every_day_is_as_large_as_a_thumb(at_desk, key):
    page = at_desk("anran", size=PHONE)
    page.goto(f"/customers/{key}/edit")
    page.locator(f".zk-daybox:has({FIELD}) [data-day-open]").click()
    page.locator("dialog.zk-calendar[open]").wait_for()
    sizes = page.locator(
        "dialog.zk-calendar button:visible, dialog.zk-calendar td [part~=button]:visible"
    ).evaluate_all("all => all.map(one => one.getBoundingClientRect()).map(one => Math.min(one.width, one.height))")
    assert len(sizes) > 28
    assert min(sizes) >= 44
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_conditions_and_shares_take_the_same_days(at_desk, key):
    page = at_desk("anran")
    page.goto('/customers/?filter={"all":[{"field":"registered_on","op":"on","value":"2026-11-22"}]}')
    page.locator(".zk-toolbar [data-builder-open]").first.click()
    box = page.locator(".zk-cond .zk-daybox")
    expect(box.locator("[data-day-weekday]")).to_have_text("Sun")
    box.locator("input").fill("昨天")
    page.keyboard.press("Tab")
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    expect(box.locator("input")).to_have_value(yesterday)
    expect(page.locator("[data-builder-sentence]")).to_contain_text(yesterday)
    page.goto(f"/customers/{key}?tab=access")
    page.locator("[data-dialog]", has_text="Share").first.click()
    page.locator("#share-until").fill("+3")
    page.keyboard.press("Tab")
    expect(page.locator("#share-until")).to_have_value((clock.today() + timedelta(days=3)).isoformat())
