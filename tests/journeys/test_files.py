"""Files of a customer, with a mouse, by keys and on a phone."""

import pytest

from app.base.actor import SYSTEM, acting
from tests.cast import LIN
from tests.factories import a_customer
from tests.system.files import samples


@pytest.fixture(scope="module")
def address(site):
    """The tab of files of a customer of Lin's."""
    with site[0].app_context(), acting(SYSTEM):
        return f"/customers/{a_customer(name='文件之旅有限公司', owner=LIN.id).id}?tab=files"


def given(name, content, mime="application/octet-stream"):
    return {"name": name, "mimeType": mime, "buffer": content}


def test_several_files_are_sent_shown_opened_and_removed(at_desk, address):
    page = at_desk("lin")
    page.goto(address)
    page.set_input_files(
        "#new-files", [given("营业执照.jpg", samples.picture()), given("宏.docx", samples.document(samples.MACROS))]
    )

    page.locator(".zk-files a.zk-name", has_text="营业执照.jpg").wait_for()
    page.locator("[data-upload-list] .is-danger", has_text="not taken in here").wait_for()
    assert page.locator(".zk-tab[aria-current] .n").inner_text() == "1"
    assert page.locator(".zk-files img").evaluate("one => one.naturalWidth") == 160

    page.reload()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="营业执照.jpg", exact=True).click()
    shown = opened.value
    shown.wait_for_load_state()
    assert shown.locator("img").evaluate("one => one.naturalWidth") == 400
    shown.close()

    page.locator(".zk-files .zk-menu-box button").first.click()
    page.get_by_role("menuitem", name="Remove").click()
    page.locator("[data-confirm-yes]").click()
    page.get_by_text("Removed files: 1").wait_for()


def test_a_file_is_dropped_into_the_zone(at_desk, address):
    page = at_desk("lin")
    page.goto(address)
    page.locator("[data-upload].is-ready").wait_for()
    page.evaluate(
        """() => {
            const held = new DataTransfer();
            held.items.add(new File(["合同第一条"], "拖来的.txt", { type: "text/plain" }));
            document.querySelector("[data-upload]").dispatchEvent(
                new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: held }));
        }"""
    )

    page.locator(".zk-files a.zk-name", has_text="拖来的.txt").wait_for()


def test_the_zone_is_reached_by_keys_and_a_file_too_large_is_refused_before_it_is_sent(at_desk, address):
    page = at_desk("lin")
    page.goto(address)
    page.locator("[data-upload].is-ready").wait_for()
    page.locator("#new-files").focus()
    assert page.evaluate("document.activeElement.id") == "new-files"
    page.evaluate("document.querySelector('[data-upload]').dataset.limit = '3'")
    page.set_input_files("#new-files", [given("大.txt", b"four")])

    page.locator("[data-upload-list] .is-danger", has_text="“大.txt” is too large. At most 50 MB a file.").wait_for()
