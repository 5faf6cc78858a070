"""A person's identity document: typed wrong, mended by keyboard, found by the whole number, masked for others."""

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from tests.factories import a_customer
from tests.journeys.conftest import DESK, PHONE


@pytest.mark.parametrize(
    ("size", "card", "typed", "mask"),
    [
        (DESK, "11010519491231002X", "110105 19491231 002x", "1101**********002X"),
        (PHONE, "440524188001010014", "４４０５２４ 18800101 0014", "4405**********0014"),
    ],
    ids=["desk", "phone"],
)
def test_a_card_is_typed_wrong_mended_found_and_masked_for_others(at_desk, site, size, card, typed, mask):
    name = f"李文博{size['width']}"
    with site[0].app_context(), acting(SYSTEM):
        key = a_customer(kind="person", name=name).id
    page = at_desk("lin", size=size)

    page.goto(f"/customers/{key}/edit")
    write(page, card[:-1] + "1")
    expect(page.locator("main")).to_contain_text("the last character should be")
    write(page, typed)
    page.get_by_text("Saved:").wait_for()
    expect(page.locator("main")).to_contain_text(card)
    page.goto(f"/search/?q={card}")
    expect(page.locator("main")).to_contain_text(name)

    other = at_desk("dai", size=size)
    for address in (f"/customers/{key}", f"/customers/{key}/history"):
        other.goto(address)
        expect(other.locator("main")).not_to_contain_text(card)
    other.goto(f"/customers/{key}")
    expect(other.locator("main")).to_contain_text(mask)
    other.goto(f"/customers/{key}/edit")
    expect(other.locator("[name=document_number]")).to_have_count(0)


def write(page, number):
    page.wait_for_load_state()
    box = page.locator("[name=document_number]")
    box.fill(number)
    box.press("Control+s")


def test_a_company_is_not_asked_for_its_birthday_and_a_person_for_no_credit_code(at_desk):
    page = at_desk("lin")
    page.goto("/customers/new")
    page.wait_for_load_state()
    expect(page.locator("[name=credit_code]")).to_be_visible()
    expect(page.get_by_label("Birthday", exact=True)).to_be_hidden()
    page.locator("[name=credit_code]").fill("91410300MA9K2R4TXA")
    choose_kind(page, "person")
    expect(page.get_by_label("Birthday", exact=True)).to_be_visible()
    expect(page.locator("[name=credit_code]")).to_be_hidden()
    page.locator("[name=name]").fill("马小云")
    page.locator("[name=phone]").fill("13655519999")
    page.locator("[name=name]").press("Control+s")
    page.get_by_text("Saved:").wait_for()
    expect(page.locator("main")).not_to_contain_text("91410300MA9K2R4TXA")


def choose_kind(page, kind):
    page.locator("select[name=kind]").evaluate(
        """(box, kind) => {
            if (box.tomselect) { box.tomselect.setValue(kind); return; }
            box.value = kind;
            box.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        kind,
    )
