"""Numbers in conditions: typed as text, read as people write them, and refused in words where they are none."""

import pytest
from playwright.sync_api import expect

BUILDER = ".zk-toolbar [data-builder-open]"


@pytest.fixture
def builder(at_desk):
    """The builder over the log, with a condition on a number."""
    page = at_desk("anran")
    page.goto('/logs/?filter={"all":[{"field":"subject_id","op":"above","value":"5"}]}')
    page.locator(BUILDER).first.click()
    return page


def test_a_number_takes_commas_and_no_wheel(builder):
    field = builder.locator(".zk-numbox input")
    expect(field).to_have_attribute("inputmode", "decimal")
    expect(field).to_have_attribute("type", "text")
    field.fill("1,000")
    builder.locator("[data-builder-apply]").click()
    builder.wait_for_url("**1%2C000**")
    expect(builder.get_by_role("list", name="Conditions").get_by_text("1,000").first).to_be_visible()


@pytest.mark.parametrize("typed", ["1e5", "12x", "1,00"])
def test_what_is_no_number_is_said_at_the_field_and_not_applied(builder, typed):
    field = builder.locator(".zk-numbox input")
    field.fill(typed)
    builder.keyboard.press("Tab")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(builder.locator(".zk-numbox .said")).to_contain_text("This is not a number")
    address = builder.url
    builder.locator("[data-builder-apply]").click()
    expect(field).to_be_focused()
    assert builder.url == address
    field.fill("12")
    expect(builder.locator(".zk-numbox .said")).to_be_hidden()


def test_days_are_whole_and_at_least_one(builder):
    builder.goto('/logs/?filter={"all":[{"field":"at","op":"last_days","value":7}]}')
    builder.locator(BUILDER).first.click()
    field = builder.locator(".zk-numbox.days input")
    expect(field).to_have_value("7")
    field.fill("0")
    builder.keyboard.press("Tab")
    expect(builder.locator(".zk-numbox .said")).to_have_text("Give a whole number of days, at least 1.")
    field.fill("30")
    builder.locator("[data-builder-apply]").click()
    expect(builder.get_by_role("list", name="Conditions").get_by_text("30 days").first).to_be_visible()


def test_a_new_record_is_called_alike_on_button_and_form(at_desk):
    page = at_desk("anran")
    page.goto("/customers/")
    page.get_by_role("link", name="New customer").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New customer")
