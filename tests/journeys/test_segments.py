"""Segments by mouse and by keys, at a desk and on a phone; said to those who cannot see them."""

import json
import re

import pytest

from app.base.actor import SYSTEM, acting
from tests.cast import LIN, SAM
from tests.factories import a_customer
from tests.journeys.axe import faults_as_it_stands
from tests.journeys.conftest import DESK, PHONE
from tests.system.segments.steps import kept, one

LEVEL_A = json.dumps({"all": [{"field": "level", "op": "is", "value": "a"}]})


@pytest.fixture(scope="module")
def many(site):
    """Two customers, and nine segments: eight of Sam's, one of them open to Lin."""
    with site[0].app_context(), acting(SYSTEM):
        a_customer(name="甲级商行", level="a")
        a_customer(name="乙级商行", level="b")
        for number in range(8):
            text = one("level", "is", "a")
            kept(f"第{number}个分段的名称", text, who=SAM, to=(LIN,) if number == 0 else ())


def tab(page, name):
    return page.locator(".zk-tabs > a.zk-tab", has_text=name)


def current(page):
    return page.locator('.zk-tabs > a.zk-tab[aria-current="true"]').inner_text().strip()


@pytest.mark.usefixtures("many")
def test_a_filter_is_kept_in_two_clicks_changed_and_discarded(at_desk):
    page = at_desk("sam", reduced_motion="reduce")
    page.goto(f"/customers/?filter={LEVEL_A}")
    page.get_by_role("button", name="Save as segment").first.click()
    page.keyboard.insert_text("甲级")  # the name has the focus
    page.get_by_label("Who sees it").select_option(label="客服一部 and below")
    page.keyboard.press("Tab")
    page.locator("#zk-segment button[type=submit]").click()
    page.wait_for_url(re.compile(r"/customers/\?segment=\d+$"))
    assert current(page) == "甲级"
    assert page.get_by_text("乙级商行").count() == 0
    kept_at = page.url

    page.locator(".zk-filter .x").first.click()
    page.wait_for_url(re.compile("filter="))
    assert page.get_by_text("Conditions changed").is_visible()
    assert page.get_by_role("link", name="乙级商行").first.is_visible()
    page.get_by_role("link", name="Discard").click()
    page.wait_for_url(kept_at)
    assert page.get_by_text("Conditions changed").count() == 0


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_tabs_without_room_are_in_a_menu_and_the_current_one_never_is(at_desk, size):
    page = at_desk("sam", size=size, reduced_motion="reduce")
    page.goto("/customers/")
    row = page.locator("[data-tabs]")
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")
    more = page.locator(".zk-tabs-more > button")
    more.focus()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu", name="More segments")
    menu.wait_for()
    page.keyboard.press("End")
    last = menu.get_by_role("menuitem").last
    name = last.inner_text().strip()
    assert last.evaluate("item => item === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"segment="))
    assert current(page) == name
    assert page.locator('.zk-tabs > a.zk-tab[aria-current="true"]').is_visible()
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")


@pytest.mark.usefixtures("many")
def test_tabs_are_arranged_and_hidden_by_keys(at_desk):
    page = at_desk("sam", reduced_motion="reduce")
    page.goto("/customers/")
    page.get_by_role("button", name="Arrange tabs").focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Arrange tabs")
    panel.wait_for()
    panel.get_by_role("button", name="Move 第1个分段的名称 up").press("Enter")
    panel.get_by_label("第0个分段的名称", exact=True).press("Space")
    panel.get_by_role("button", name="Apply").press("Enter")
    page.wait_for_load_state()
    names = page.locator(".zk-tabs > a.zk-tab").all_text_contents()
    own = [name.strip() for name in names if "个分段" in name]
    assert own[0] == "第1个分段的名称"
    assert "第0个分段的名称" not in own


@pytest.mark.usefixtures("many")
def test_a_segment_is_opened_to_others_from_its_page(at_desk):
    page = at_desk("sam", reduced_motion="reduce")
    page.goto("/customers/")
    page.goto(f"/customers/{tab(page, '第2个').first.get_attribute('href')}")  # its tab may be in the menu
    page.get_by_role("button", name="Segment “第2个分段的名称”").click()
    page.get_by_role("menuitem", name="Conditions and who sees it").click()
    page.wait_for_url(re.compile(r"/segments/\d+$"))
    page.wait_for_load_state()
    page.get_by_role("button", name="Share").click()
    page.locator("#share-role-ts-control").click()
    page.get_by_role("option", name="Agent").click()
    page.keyboard.press("Escape")  # closes the list, which lies over the button
    page.locator("#share button[type=submit]").click()
    page.get_by_role("button", name="Stop sharing with").wait_for()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_about_segments_is_hidden_from_assistive_technology(at_desk, size):
    page = at_desk("sam", size=size, reduced_motion="reduce")
    page.goto("/segments/?sort=name")
    page.wait_for_load_state()
    here = page.locator("a.zk-name").locator("visible=true").first.get_attribute("href")
    for address in ("/customers/", "/segments/", here, f"/customers/?segment={here.split('/')[-1]}&sort=name"):
        page.goto(address)
        page.wait_for_load_state()
        assert faults_as_it_stands(page) == [], address
    page.goto(f"{here}?share=1")
    page.locator("#share[open]").wait_for()
    assert faults_as_it_stands(page) == []
