"""Nobody needs a mouse; and a question that was answered with no is never carried out."""

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import ContactLink, Customer
from app.extensions import db
from tests.factories import a_contact, a_customer
from tests.journeys.hands import has_focus_ring


@pytest.fixture(scope="module")
def keys(site):
    """The ids of three customers."""
    with site[0].app_context(), acting(SYSTEM):
        return [a_customer(name=f"键盘{name}商贸有限公司").id for name in "甲乙丙"]


def is_there(site, model, key):
    with site[0].app_context(), acting(SYSTEM):
        return db.session.get(model, key) is not None


def test_a_record_is_found_opened_edited_and_saved_by_keys_alone(at_desk, site, keys):
    page = at_desk("anran")
    page.wait_for_load_state()
    skip(page)
    tab_to(page, ".zk-menu summary", text="Customers")
    page.keyboard.press("Enter")
    tab_to(page, ".zk-menu-link", text="Customer records")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/")
    page.locator("tr[data-href]").first.wait_for()
    tab_to(page, "a.zk-name", text="键盘丙")
    page.keyboard.press("Enter")
    page.locator("h1", has_text="键盘丙").wait_for()
    tab_to(page, "a[href$='/edit']")
    page.keyboard.press("Enter")
    page.locator("#zk-form").wait_for()
    page.wait_for_load_state()
    tab_to(page, "[name=address]")
    page.keyboard.type("文化路 7 号")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved:").wait_for()
    expect(page.locator("main")).to_contain_text("文化路 7 号")


def skip(page):
    """The first key of a page leads past the frame."""
    page.keyboard.press("Tab")
    expect(page.locator(".zk-skip:focus")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#main:focus")).to_have_count(1)
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    page.reload()


MOST_TABS = 150


def tab_to(page, selector, *, text=""):
    """Press Tab until the focus stands on the element, and is to be seen there."""
    page.wait_for_load_state()
    for _time in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([s, t]) => document.activeElement.matches(s) && document.activeElement.textContent.includes(t)",
            [selector, text],
        ):
            assert has_focus_ring(page), f"no visible focus on {selector}"
            return
    pytest.fail(f"Tab does not reach {selector} {text}")


def test_conditions_are_built_by_keys_alone(at_desk, keys):
    page = at_desk("anran")
    page.goto("/customers/")
    page.wait_for_load_state()
    page.keyboard.press("f")
    page.locator(".zk-cond [data-field]").first.wait_for()
    expect(page.locator("[data-field]:focus")).to_have_count(1)
    choose(page, "Customer name")
    page.keyboard.press("Tab")
    choose(page, "does not contain")
    page.keyboard.press("Tab")
    page.keyboard.type("键盘乙")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**filter=**")
    expect(page.locator(".zk-filter.is-not")).to_have_count(1)
    names = page.locator("table a.zk-name").all_inner_texts()
    assert "键盘甲商贸有限公司" in names
    assert "键盘乙商贸有限公司" not in names


MOST_CHOICES = 80


def choose(page, label):
    """Go down a closed list, as the arrow keys let one do."""
    page.keyboard.press("Home")
    for _time in range(MOST_CHOICES):
        if page.evaluate("document.activeElement.selectedOptions[0].text") == label:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"The arrow keys do not reach {label}")


def test_escape_closes_the_conditions_and_returns_to_their_button(at_desk, keys):
    page = at_desk("anran")
    page.goto("/customers/")
    page.wait_for_load_state()
    page.keyboard.press("f")
    page.locator(".zk-cond [data-field]").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("[data-builder]")).to_be_hidden()
    expect(page.locator("[data-builder-open]:focus")).to_have_count(1)


def test_a_cancelled_question_is_not_carried_out_by_the_next_yes(at_desk, site, keys):
    page, (first, second, _third) = at_desk("anran"), keys
    links = place_contacts(site, first, second)
    page.goto(f"/customers/{first}")
    press(page, TAKE_OFF)
    page.locator("[data-confirm-no]").press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    press(page, TAKE_OFF)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)

    page.goto(f"/customers/{second}")
    press(page, TAKE_OFF)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("The contact was taken off.").wait_for()

    assert [is_there(site, ContactLink, link) for link in links] == [True, False]


#: Asks, says no, and asks again before the browser has told that the first question was closed. Waits until it has.
AT_ONCE = """async () => {
  const button = document.querySelector('[data-confirm]');
  const ask = () => button.form.requestSubmit(button);
  const told = new Promise((done) => document.querySelector('[data-confirm-dialog]').addEventListener('close', done));
  ask();
  document.querySelector('[data-confirm-no]').click();
  ask();
  await told;
}"""


def test_a_question_stands_that_is_asked_at_once_after_another(at_desk, site, keys):
    page = at_desk("anran")
    place_contacts(site, keys[0])
    page.goto(f"/customers/{keys[0]}")
    page.wait_for_load_state("networkidle")
    page.evaluate(AT_ONCE)
    expect(page.locator("dialog[open] [data-confirm-yes]")).to_be_visible()


def test_two_questions_on_one_page_are_answered_apart(at_desk, site, keys):
    page, (*_others, third) = at_desk("anran"), keys
    (link,) = place_contacts(site, third)
    page.goto(f"/customers/{third}/edit")
    page.locator("[name=address]").fill("新地址")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved:").wait_for()
    page.goto(f"/customers/{third}")
    press(page, TAKE_OFF)
    page.locator("[data-confirm-no]").click()
    page.get_by_role("link", name="Whole history").click()
    page.get_by_role("button", name="Take back to").click()
    page.locator("[data-confirm-yes]").click()
    page.wait_for_load_state()
    assert is_there(site, ContactLink, link)


TAKE_OFF = "Take off this customer"


def place_contacts(site, *customers):
    """Give each of the customers a contact; return the ids of their places."""
    with site[0].app_context(), acting(SYSTEM):
        return [a_contact(customer=db.session.get(Customer, key)).links[0].id for key in customers]


def press(page, label):
    """Open the contact's further actions and choose one, by keys."""
    page.wait_for_load_state()
    page.get_by_role("button", name="More actions: 王小明").focus()
    page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name=label)
    item.wait_for()
    item.focus()
    page.keyboard.press("Enter")
    page.locator("dialog[open]").wait_for()
