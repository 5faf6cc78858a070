"""Sorting, paging and filtering change the sheet, not the page: at once, and all of it is at work afterwards."""

import json

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.system.sign_in import services as sign_in
from tests.cast import ANRAN
from tests.factories import a_customer
from tests.journeys.conftest import PHONE

NOT_A = json.dumps({"all": [{"field": "name", "op": "contains", "value": "甲"}]})
FIRST_VISIT, LATER = 250_000, 40_000  # bytes of a list page, as they travel


@pytest.fixture(scope="module")
def many(site):
    """Sixty customers, half of them called 甲."""
    with site[0].app_context(), acting(SYSTEM):
        for number in range(60):
            a_customer(name=f"{'甲乙'[number % 2]}{number:02}商贸有限公司")


@pytest.fixture
def lists(at_desk, many):
    """The administrator's window on the list of customers, marked: a page that is loaded anew has no mark."""

    def open_list(address="/customers/?sort=name", **given):
        page = at_desk("anran", reduced_motion="reduce", **given)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.evaluate("window.mark = 1")
        return page

    return open_list


def is_same_page(page):
    return page.evaluate("window.mark === 1")


def names(page):
    return page.locator(".zk-table a.zk-name").all_inner_texts()


def test_a_column_is_sorted_by_in_place_and_the_focus_stays(lists):
    page = lists()
    first = names(page)[0]
    page.locator("#zk-sort-name").click()
    page.wait_for_url("**sort=-name**")
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    assert names(page)[0] != first
    expect(page.locator("#zk-sort-name:focus")).to_have_count(1)
    assert is_same_page(page)


def test_the_next_page_comes_by_a_key_and_is_said_aloud(lists):
    page = lists()
    page.keyboard.press("n")
    page.wait_for_url("**page=2**")
    expect(page.locator("[data-said]")).to_contain_text("26–50")
    expect(page.locator("#main:focus")).to_have_count(1)
    page.keyboard.press("p")
    expect(page.locator("[data-said]")).to_contain_text("1–25")
    assert is_same_page(page)


def test_a_condition_is_built_applied_and_removed_in_place(lists):
    page = lists()
    for _time in range(2):  # the second time on a sheet that was swapped in
        page.keyboard.press("f")
        page.locator(".zk-cond [data-field]").first.select_option("name")
        page.locator(".zk-cond [data-op]").first.select_option("contains")
        page.locator(".zk-cond [data-val] input").first.fill("甲")
        page.locator("[data-builder-apply]").click()
        expect(page.locator(".zk-filter")).to_have_count(1)
        assert all("甲" in name for name in names(page))
        page.locator(".zk-filter .x").click()
        expect(page.locator(".zk-filter")).to_have_count(0)
    assert is_same_page(page)


def test_rows_of_a_swapped_sheet_are_ticked_and_leave_with_the_right_conditions(lists):
    page = lists(f"/customers/?sort=name&filter={NOT_A}")
    page.locator("#zk-sort-name").click()
    page.wait_for_url("**sort=-name**")
    page.locator("[data-select-page]").check()
    expect(page.locator("[data-bulk]")).to_be_visible()
    page.locator("[data-bulk-all]").click()
    page.locator("#zk-bulk button[value=bulk_edit]").click()
    page.wait_for_url("**/bulk**")
    expect(page.locator("main")).to_contain_text("30")


def test_back_leads_to_what_was_shown_before(lists):
    page = lists()
    page.locator("#zk-sort-name").click()
    page.wait_for_url("**sort=-name**")
    page.go_back()
    page.wait_for_url("**sort=name")
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)


def test_who_was_signed_out_meanwhile_sees_the_door_and_not_a_door_within_the_page(lists, site):
    page = lists()
    with site[0].app_context(), acting(SYSTEM):
        sign_in.end_sessions(ANRAN.id)
    page.locator("#zk-sort-name").click()
    page.locator("form[data-login]").wait_for()
    expect(page.locator(".zk-side")).to_have_count(0)


def test_a_refusal_is_shown_as_the_page_it_is(lists):
    page = lists()
    page.locator("#zk-sort-name").evaluate("link => { link.href = '/customers/?segment=999999' }")
    page.evaluate("htmx.process(document.getElementById('main'))")
    page.locator("#zk-sort-name").click()
    page.locator(".zk-message").wait_for()
    assert not is_same_page(page)


def test_the_sheet_alone_is_asked_for_and_sent(lists):
    page = lists()
    with page.expect_response(lambda answer: "sort=-name" in answer.url) as waiting:
        page.locator("#zk-sort-name").click()
    text = waiting.value.text()
    assert "<main" in text
    assert "zk-side" not in text
    assert "<html" not in text


def test_rows_are_walked_opened_and_ticked_by_keys(lists):
    page = lists()
    page.keyboard.press("j")
    page.keyboard.press("j")
    first, second = names(page)[:2]
    expect(page.locator("a.zk-name:focus")).to_have_text(second)
    page.keyboard.press("x")
    expect(page.locator("tr.is-selected")).to_contain_text(second)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    expect(page.locator("h1").first).to_contain_text(first)


def test_on_a_phone_rows_are_cards_that_can_be_ticked_and_opened(lists):
    page = lists(size=PHONE, has_touch=True)
    card = page.locator(".zk-table tbody tr").first
    assert card.evaluate("row => getComputedStyle(row).display") == "block"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card.locator("input[name=ids]").check()
    expect(page.locator("[data-bulk]")).to_be_visible()
    page.locator("[data-bulk-clear]").click()
    card.tap(position={"x": 150, "y": 60})
    page.wait_for_url("**/customers/*")
    page.locator("h1").first.wait_for()


def test_a_list_page_weighs_little_and_less_the_second_time(many, at_desk):
    page = at_desk("anran")
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.clearBrowserCache")
    sent = []
    wire.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    page.goto("/customers/")
    page.wait_for_load_state("networkidle")
    assert 20_000 < sum(sent) < FIRST_VISIT
    sent.clear()
    page.goto("/customers/?page=2")
    page.wait_for_load_state("networkidle")
    assert 5_000 < sum(sent) < LATER


def test_keys_pressed_alone_can_be_switched_off_and_the_help_still_comes(lists):
    page = lists()
    page.keyboard.press("?")
    page.locator("#zk-shortcuts [data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("f")
    expect(page.locator("[data-builder]")).to_be_hidden()
    page.reload()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("f")
    expect(page.locator("[data-builder]")).to_be_hidden()
    assert "page=2" not in page.url
    page.keyboard.press("?")
    expect(page.locator("#zk-shortcuts [data-keys-switch]")).not_to_be_checked()
    page.locator("#zk-shortcuts [data-keys-switch]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("[data-builder]")).to_be_visible()
