"""A masked number is shown by mouse and by keys, in place, without a new page; and, refused, with the sentence."""

from dataclasses import replace

import pytest

from app.base.actor import SYSTEM, acting
from tests.factories import a_contact, a_customer
from tests.journeys.axe import faults

MAIN = "138 0013 8000"


@pytest.fixture(scope="module")
def customer(site):
    with site[0].app_context(), acting(SYSTEM):
        made = a_customer(name="晨光商贸有限公司", phone="+8613800138000", legal_phone="+8613900139000")
        a_contact(name="王小明", phones=("+8613811113333", "+8637165001234"), customer=made)
        return made.id


def masks(page, name="phone"):
    return page.locator(f'[data-masked$="-{name}"]')


def test_a_number_in_a_list_is_shown_by_its_button_and_by_the_menu(at_desk, customer):
    page = at_desk("dai", reduced_motion="reduce")
    page.goto("/customers/")
    row = page.locator("tbody tr", has_text="晨光商贸")
    assert row.locator("[data-masked]").inner_text() == "138****8000"
    row.locator("[data-menu] > button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text(MAIN).first.wait_for()
    assert page.evaluate("document.activeElement.textContent") == MAIN
    assert page.url.endswith("/customers/")
    assert page.locator(".zk-pop:not([hidden])").count() == 0


def test_a_page_shows_one_value_wherever_it_stands_and_the_others_stay_masked(at_desk, customer):
    page = at_desk("dai", reduced_motion="reduce")
    page.goto(f"/customers/{customer}")
    page.get_by_role("button", name="Show in full: Main phone").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text(MAIN).first.wait_for()
    assert set(masks(page).all_inner_texts()) == {MAIN}
    assert masks(page, "legal_phone").all_inner_texts() == ["139****9000"]
    page.get_by_role("button", name="Show in full: Phones").click()
    page.get_by_text("138 1111 3333").first.wait_for()
    assert masks(page, "phones").all_inner_texts() == ["138 1111 3333", "0371-6500 1234"]
    assert page.get_by_role("button", name="Show in full: Phones").count() == 0
    page.reload()
    assert page.get_by_text(MAIN).count() == 0


def test_what_is_refused_stands_beside_the_mask(at_desk, site, customer, monkeypatch, complaints):
    monkeypatch.setitem(site[0].config, "ZHIKE", replace(site[0].config["ZHIKE"], reveal_per_day=0))
    page = at_desk("dai", reduced_motion="reduce")
    page.goto(f"/customers/{customer}")
    page.get_by_role("button", name="Show in full: Main phone").first.click()
    alert = page.get_by_role("alert").filter(has_text="You have revealed 0 values today")
    alert.wait_for()
    assert set(masks(page).all_inner_texts()) == {"138****8000"}
    complaints.clear()  # the browser itself notes a refused request


def test_masks_and_their_buttons_hide_nothing_from_assistive_technology(at_desk, customer):
    page = at_desk("dai", reduced_motion="reduce")
    page.goto(f"/customers/{customer}")
    assert faults(page) == []
