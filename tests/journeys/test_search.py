"""The box on every page: typed into, walked through by keys, touched on a phone; said to those who cannot see it."""

import re

import pytest

from app.base.actor import SYSTEM, acting
from tests.factories import a_contact, a_customer
from tests.journeys.axe import faults_as_it_stands
from tests.journeys.conftest import PHONE


@pytest.fixture(scope="module")
def lanshan(site):
    """Three customers, the last with a contact; the ids of the customers."""
    with site[0].app_context(), acting(SYSTEM):
        found = [a_customer(name=f"蓝山{name}商行") for name in "甲乙丙"]
        a_contact(name="蓝一山", customer=found[-1])
        return [one.id for one in found]


@pytest.fixture
def page(at_desk, lanshan):
    window = at_desk("lin", reduced_motion="reduce")
    window.goto("/contacts/")
    window.wait_for_load_state()
    return window


def box(page):
    return page.get_by_role("combobox", name="Quick search")


def options(page):
    return page.locator("#zk-suggest [role=option]")


def type_words(page, words, *, key="Control+k"):
    page.keyboard.press(key)
    page.keyboard.insert_text(words)
    options(page).first.wait_for()


@pytest.mark.parametrize("key", ["Control+k", "/"])
def test_two_keys_lead_to_the_box_and_arrows_and_enter_open_what_it_suggests(page, lanshan, key):
    type_words(page, "藍山", key=key)
    assert box(page).get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator('#zk-suggest [aria-selected="true"]')
    assert chosen.count() == 1
    assert box(page).get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert "蓝山乙商行" in chosen.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{lanshan[1]}")


def test_arrows_go_round_by_way_of_the_box(page):
    type_words(page, "蓝")
    page.keyboard.press("ArrowUp")
    assert page.locator('#zk-suggest [aria-selected="true"]').get_attribute("id") == "zk-hit-all"
    page.keyboard.press("ArrowDown")
    assert page.locator('#zk-suggest [aria-selected="true"]').count() == 0
    assert box(page).get_attribute("aria-activedescendant") is None


def test_escape_closes_the_list_first_and_keeps_the_words(page):
    type_words(page, "蓝山")
    page.keyboard.press("Escape")
    assert not page.locator("#zk-suggest").is_visible()
    assert (box(page).input_value(), box(page).get_attribute("aria-expanded")) == ("蓝山", "false")
    page.keyboard.press("ArrowDown")
    options(page).first.wait_for()


def test_enter_without_a_choice_leads_to_everything(page):
    type_words(page, "蓝山")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))
    assert box(page).input_value() == "蓝山"
    assert page.locator(".zk-hit .nm").all_inner_texts() == ["蓝山丙商行", "蓝山乙商行", "蓝山甲商行"]


def test_how_many_there_are_is_said(page):
    type_words(page, "蓝山")
    assert page.locator("[data-suggest-status]").inner_text() == "3 suggestions"
    box(page).fill("没有这个")
    page.get_by_text("Nothing found for “没有这个”").wait_for()
    assert page.locator("[data-suggest-status]").inner_text() == "0 suggestions"


def test_an_emptied_box_suggests_nothing(page):
    type_words(page, "蓝山")
    box(page).fill("")
    page.locator("#zk-suggest").wait_for(state="hidden")


def test_the_open_list_has_no_fault(page):
    type_words(page, "蓝")
    page.keyboard.press("ArrowDown")
    assert faults_as_it_stands(page) == []


def test_it_works_by_touch_on_a_phone(at_desk, lanshan):
    page = at_desk("lin", size=PHONE, has_touch=True, reduced_motion="reduce")
    page.wait_for_load_state()
    page.locator("[data-search-open]").tap()
    box(page).fill("蓝山丙")
    options(page).first.wait_for()
    edges = page.locator("#zk-suggest").bounding_box()
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= PHONE["width"]
    assert options(page).first.bounding_box()["height"] >= 44
    options(page).first.tap()
    page.wait_for_url(f"**/customers/{lanshan[2]}")
