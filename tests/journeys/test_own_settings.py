"""Settings and columns by mouse and by keys; what is chosen in one browser is there in another."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from tests.factories import a_customer
from tests.journeys.conftest import sign_in

ROOT = "document.documentElement.dataset"


@pytest.fixture(scope="module")
def some(site):
    with site[0].app_context(), acting(SYSTEM):
        a_customer(name="甲级商行", website="https://a.example.cn")


def headings(page):
    return [one.strip() for one in page.locator(".zk-table th[scope=col]").all_inner_texts()]


def columns(page):
    page.get_by_role("button", name="Columns").click()
    panel = page.get_by_role("dialog", name="Columns")
    panel.wait_for()
    return panel


@pytest.mark.usefixtures("some")
def test_columns_are_chosen_ordered_and_given_back_with_the_mouse(at_desk):
    page = at_desk("lin", reduced_motion="reduce")
    page.goto("/customers/")
    usual = headings(page)
    panel = columns(page)
    assert panel.get_by_label("Customer name", exact=True).is_disabled()
    panel.get_by_label("Website", exact=True).check()
    panel.get_by_label("Tags", exact=True).uncheck()
    for _time in range(3):
        panel.get_by_role("button", name="Move Owner up").click()
    panel.get_by_role("button", name="Apply").click()
    page.get_by_role("columnheader", name="Website").wait_for()
    now = headings(page)
    assert now[:2] == ["Customer name", "Owner"]
    assert "Tags" not in now
    assert page.get_by_text("https://a.example.cn").first.is_visible()
    columns(page).get_by_role("button", name="Back to the default").click()
    page.get_by_role("columnheader", name="Tags").wait_for()
    assert headings(page) == usual


@pytest.mark.usefixtures("some")
def test_columns_are_chosen_with_the_keys_alone(at_desk):
    page = at_desk("sam", reduced_motion="reduce")
    page.goto("/customers/")
    page.get_by_role("button", name="Columns").focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Columns")
    panel.wait_for()
    panel.get_by_role("button", name="Move Customer status up").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-up]')")
    panel.get_by_label("Level", exact=True).press("Space")
    panel.get_by_role("button", name="Apply").press("Enter")
    page.get_by_role("columnheader", name="Level").wait_for()
    assert headings(page)[1] == "Customer status"


def test_the_look_is_kept_and_there_in_another_browser(at_desk, opened):
    page = at_desk("mei", reduced_motion="reduce")
    with page.expect_response("**/me/settings/keep"):
        page.get_by_role("button", name="Switch between light and dark").click()
        assert page.evaluate(f"{ROOT}.bsTheme") == "dark"
    with page.expect_response("**/me/settings/keep"):
        page.keyboard.press("[")
    other = opened()
    assert other.evaluate(f"{ROOT}.bsTheme") == "light"
    sign_in(other, "mei")
    assert other.evaluate(f"{ROOT}.bsTheme") == "dark"
    assert other.evaluate(f"{ROOT}.side") == "rail"


def test_a_switch_that_the_server_did_not_hear_is_shown_and_sent_again(at_desk, complaints):
    page = at_desk("guo", reduced_motion="reduce")
    page.route("**/me/settings/keep", lambda route: route.abort())
    page.get_by_role("button", name="Switch between light and dark").click()
    page.wait_for_timeout(200)
    page.unroute("**/me/settings/keep")
    with page.expect_response("**/me/settings/keep") as heard:
        page.goto("/customers/")
        assert page.evaluate(f"{ROOT}.bsTheme") == "dark"
    assert heard.value.status == 204
    page.goto("/")
    assert page.evaluate("localStorage.getItem('zk-unsent-theme')") is None
    assert page.evaluate(f"{ROOT}.bsTheme") == "dark"
    complaints.clear()  # the request that was cut off, on purpose


def test_like_the_device_follows_the_device(at_desk):
    page = at_desk("eve", reduced_motion="reduce", color_scheme="dark")
    page.goto("/me/")
    page.get_by_text("Like the device").click()
    page.get_by_text("Compact", exact=True).click()
    page.locator(".zk-own").get_by_role("button", name="Save").click()
    page.get_by_text("Your settings are saved.").wait_for()
    assert page.evaluate(f"{ROOT}.bsTheme") == "dark"
    assert page.evaluate(f"{ROOT}.density") == "compact"
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_own_settings_are_chosen_with_the_keys_alone(at_desk):
    page = at_desk("dai", reduced_motion="reduce")
    page.goto("/me/")
    page.locator('input[name="page_size"]:checked').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("Your settings are saved.").wait_for()
    assert page.locator('input[name="page_size"]:checked').input_value() == "50"


def test_an_administrator_names_the_installation_and_gives_it_a_logo(at_desk):
    page = at_desk("anran", reduced_motion="reduce")
    page.goto("/settings/")
    page.get_by_role("link", name="Edit: Name").click()
    page.wait_for_url("**/settings/site_name/edit")  # its scripts have run once it is loaded
    page.get_by_label("Name", exact=False).first.fill("河南客服")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/settings/")
    assert page.locator(".zk-side .zk-brand").inner_text().startswith("河南客服")
    page.get_by_role("link", name="Edit: Logo").click()
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), "#d6336c").save(drawn, "PNG")
    page.set_input_files("#picture", {"name": "logo.png", "mimeType": "image/png", "buffer": drawn.getvalue()})
    page.locator("[data-save]").click()
    page.wait_for_url("**/settings/")
    logo = page.locator(".zk-side img.zk-logo")
    assert logo.evaluate("one => one.complete && one.naturalWidth") == 64
    for name in ("Name", "Logo"):
        page.get_by_role("button", name=f"Back to the default: {name}").click()
        page.locator("[data-confirm-yes]").click()
        page.get_by_text(f"At its default again: {name}").first.wait_for()
    assert page.locator(".zk-side svg.zk-logo").count() == 1
