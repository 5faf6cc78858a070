"""The pictures of the user guide, into docs/guide/pictures/: ``make guide``.

A demo of its own is served from a folder that is thrown away; the people of the demo work in it, in Chinese, and are
photographed. Rerun it when a screen has changed, and look at what it took.
"""

import sys
from functools import partial
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from tests.bed import demo
from tests.bed.chromium import ARGUMENTS, chromium
from tests.bed.demo import PHONE, ROOT
from tests.system.files import samples

TARGET = ROOT / "docs" / "guide" / "pictures"
MESSY = ROOT / "tests" / "data" / "customers-messy.xlsx"
JOB_MS = 120_000
LUOYANG = quote('{"all":[{"field":"region","op":"is","value":"410300"},{"field":"level","op":"not_is","value":"a"}]}')


Photographer = partial(demo.Photographer, target=TARGET)


def daily(browser: Browser, address: str) -> None:
    """What a clerk does every day."""
    Photographer(browser, address, "").take("sign-in")
    li = Photographer(browser, address, "lijing")
    page = li.page
    li.take("home")
    li.take("list", "/customers/")
    page.locator("[data-builder-open]").first.click()
    page.locator(".zk-cond").first.wait_for()
    li.take("filter")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("郑州")
    page.locator("#zk-suggest [role=option]").first.wait_for()
    li.take("search")


def on_a_record(browser: Browser, address: str) -> None:
    """A customer's page, its form, its history, its files; and one entered twice."""
    li = Photographer(browser, address, "lijing")
    page, customer = li.page, li.first("/customers/")
    li.take("record", customer)
    li.take("form", f"{customer}/edit")
    li.take("history", f"{customer}/history")
    li.take("changes", "/changes/")
    page.goto(f"{customer}?tab=files")
    page.set_input_files(
        "#new-files",
        [
            {"name": "营业执照.jpg", "mimeType": "image/jpeg", "buffer": samples.picture()},
            {"name": "服务合同.txt", "mimeType": "text/plain", "buffer": "服务合同".encode()},
        ],
    )
    page.locator(".zk-files a.zk-name", has_text="服务合同").wait_for()
    li.take("files", f"{customer}?tab=files")
    name = page.locator("h1").first.inner_text().strip()
    page.goto("/customers/new")
    page.fill("[name=name]", name)
    page.keyboard.press("Tab")
    page.locator("[data-alike] .zk-callout").wait_for()
    li.take("duplicates")


def in_bulk(browser: Browser, address: str) -> None:
    """A segment, a bulk action, and what runs behind it."""
    li = Photographer(browser, address, "lijing")
    page = li.page
    page.goto(f"/customers/?filter={LUOYANG}")
    page.get_by_role("button", name="存为分段").first.click()
    page.keyboard.insert_text("洛阳，非 A 级")
    li.take("segments")
    chen = Photographer(browser, address, "chenfang")
    page = chen.page
    page.goto("/customers/")
    page.locator("thead [data-select-page]").check()
    page.locator("[data-bulk-all]").click()
    chen.take("bulk-bar")
    page.locator("#zk-bulk button[value=bulk_edit]").click()
    page.wait_for_load_state("networkidle")
    page.locator("select[name=level]").evaluate("e => { e.tomselect ? e.tomselect.setValue('b') : e.value = 'b' }")
    chen.take("bulk")
    page.locator(".zk-confirm button[type=submit]").click()
    page.wait_for_url("**/runs/*")
    run = page.url
    chen.take("job", chen.first("/jobs/"))
    page.get_by_text("完成", exact=True).first.wait_for(timeout=JOB_MS)
    chen.take("run", run)


def bringing_in(browser: Browser, address: str) -> None:
    """An import, and a number shown on purpose."""
    chen = Photographer(browser, address, "chenfang")
    page = chen.page
    page.goto("/imports/customers/")
    page.set_input_files("input[type=file]", MESSY)
    page.locator("main form button[type=submit]").click()
    page.locator(".zk-map").first.wait_for()
    page.locator("main button.btn-primary[type=submit]").last.click()
    page.locator(".zk-probs").wait_for(timeout=JOB_MS)
    chen.take("import-3")
    masked = chen.first("/customers/?sort=name")
    page.goto(masked)
    page.locator("button[data-reveal]").first.click()
    page.wait_for_timeout(500)
    chen.take("personal")


def administration(browser: Browser, address: str) -> None:
    """The recycle bin and the administrator's screens."""
    admin = Photographer(browser, address, "admin")
    page = admin.page
    for place in range(3):
        customer = admin.first("/customers/")
        name = page.locator("a.zk-name").first.inner_text().strip()
        page.goto(f"{customer}/delete")
        page.locator("[name=reason]").select_option("duplicate")
        if not place:
            admin.take("delete")
        if page.locator("[name=typed]").count():
            page.fill("[name=typed]", name)
        page.locator(".zk-confirm button.btn-danger").click()
        page.wait_for_url("**/customers/")
    admin.take("recycle", "/recycle/")
    admin.take("users", "/users/")
    admin.take("roles", "/roles/4")
    admin.take("all-files", "/files/")
    admin.take("logs", "/logs/")
    wang = Photographer(browser, address, "wangli")
    wang.page.locator("[data-bell]").first.click()
    wang.take("inbox", "/inbox/")
    phone = Photographer(browser, address, "wangli", PHONE)
    phone.take("phone", "/customers/")


def main() -> None:
    with demo.served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for part in (daily, on_a_record, in_bulk, bringing_in, administration):
            part(browser, address)
        browser.close()
    sys.stdout.write(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
