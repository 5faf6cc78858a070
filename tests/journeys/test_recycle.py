"""A customer goes into the recycle bin and comes back; another is entered twice. By mouse, and without one."""

import re

import pytest

from app.base.actor import SYSTEM, acting
from tests.cast import EVE
from tests.factories import a_contact, a_customer
from tests.journeys.axe import faults_as_it_stands
from tests.journeys.conftest import PHONE

NAME = "河南安然科技有限公司"


@pytest.fixture(scope="module")
def world(site):
    """One of Lin's customers with a contact, one of Eve's."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        a_contact(customer=a_customer(name=NAME, phone="+8613800138000"))
        a_customer(name="叶家贸易有限公司", phone="+8613700137000", owner=EVE.id)


@pytest.mark.usefixtures("world")
def test_a_customer_is_deleted_with_a_reason_restored_and_in_the_end_deleted_for_good(at_desk):
    page = at_desk("anran", reduced_motion="reduce")
    open_record(page)
    page.get_by_role("button", name="More actions").first.click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_text("With it go: 1 contact.").wait_for()
    found = faults_as_it_stands(page)
    delete(page)

    page.goto("/recycle/")
    page.get_by_role("link", name=NAME).click()
    page.get_by_text("与总店重复").wait_for()
    page.get_by_role("button", name="Restore").first.click()
    page.wait_for_url("**/customers/*")

    page.goto(page.url + "/delete")
    delete(page)
    page.goto("/recycle/")
    page.locator("thead [data-select-page]").check()
    page.get_by_role("button", name="Delete permanently").click()
    page.get_by_text("There is no way back").wait_for()
    found += faults_as_it_stands(page)
    page.get_by_label("Type how many rows are meant").fill("1")
    page.get_by_role("button", name="Delete permanently: 1 row").click()
    page.wait_for_url("**/recycle/")
    assert page.get_by_role("link", name=NAME).count() == 0
    assert found == []


def open_record(page):
    page.goto("/customers/")
    page.get_by_role("link", name=NAME).first.click()
    page.wait_for_url(re.compile(r"/customers/\d+$"))


def delete(page):
    page.locator("[name=reason]").select_option("duplicate")
    page.get_by_label("Explanation").fill("与总店重复")
    page.get_by_label("Type its name").fill(NAME)
    page.locator(".zk-confirm button.btn-danger").click()
    page.wait_for_url("**/customers/")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("size", [None, PHONE])
def test_who_enters_a_customer_twice_is_told_while_typing_and_saves_all_the_same_by_keyboard(at_desk, size):
    page = at_desk("eve", reduced_motion="reduce", **({"size": size} if size else {}))
    page.goto("/customers/new")
    page.locator("[name=name]").fill("叶家贸易")
    page.keyboard.press("Tab")
    page.locator("[data-alike] .zk-callout").wait_for()
    assert page.locator("[data-alike]").get_by_role("link", name="叶家贸易有限公司").count() == 1
    assert "similar name" in page.locator("[data-alike]").inner_text()
    page.locator("[name=phone]").fill("0371-65001234")
    page.locator("[name=name]").press("Enter")

    page.locator(".zk-errors").wait_for()
    assert page.locator("[name=name]").input_value() == "叶家贸易"
    yes = page.get_by_role("button", name="Save all the same")
    yes.focus()
    found = faults_as_it_stands(page)
    yes.press("Enter")
    page.wait_for_url(re.compile(r"/customers/\d+$"))
    assert found == []


@pytest.mark.usefixtures("world")
def test_asking_for_a_customer_keeps_what_is_typed(at_desk):
    page = at_desk("lin", reduced_motion="reduce")
    page.goto("/customers/new")
    page.locator("[name=name]").fill("新客户")
    page.locator("[name=phone]").fill("137 0013 7000")
    page.keyboard.press("Tab")
    ask = page.get_by_role("button", name="Ask for it")
    ask.wait_for()
    found = faults_as_it_stands(page)
    assert "叶家" not in page.locator("[data-alike]").inner_text()
    ask.click()
    page.get_by_text("Asked: its owner and the head of the department have a message.").wait_for()
    assert page.locator("[name=phone]").input_value() == "137 0013 7000"
    page.evaluate("sessionStorage.clear()")
    assert found == []
