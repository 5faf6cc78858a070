"""The pictures of the user guide, into docs/guide/pictures/: ``make guide``.

A demo of its own is served from a folder that is thrown away; the people of the demo work in it, in Chinese, and are
photographed. Rerun it when a screen has changed, and look at what it took.
"""

import io
import sys
from functools import partial
from urllib.parse import quote

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from tests.bed import demo
from tests.bed.chromium import ARGUMENTS, chromium
from tests.bed.demo import PHONE, ROOT
from tests.system.files import samples

TARGET = ROOT / "docs" / "guide" / "pictures"
MESSY = ROOT / "tests" / "data" / "customers-messy.xlsx"
JOB_MS = 120_000
PAPER = {"width": 1000, "height": 700}
TALL = {"width": 1280, "height": 1180}
LUOYANG = quote('{"all":[{"field":"region","op":"is","value":"410300"},{"field":"level","op":"not_is","value":"a"}]}')
#: In Henan, not of level A, and either with technology in the name or changed in the last 30 days.
GROUPED = quote(
    '{"all":[{"field":"region","op":"is","value":"410000"},{"field":"level","op":"not_is","value":"a"},'
    '{"any":[{"field":"name","op":"contains","value":"科技"},{"field":"updated_at","op":"last_days","value":"30"}]}]}'
)


Photographer = partial(demo.Photographer, target=TARGET)


def daily(browser: Browser, address: str) -> None:
    """What a clerk does every day."""
    Photographer(browser, address, "").take("sign-in")
    Photographer(browser, address, "wangli").take("home")
    li = Photographer(browser, address, "lijing")
    page = li.page
    li.take("list", "/customers/")
    page.goto(f"/customers/?filter={GROUPED}")
    page.locator("[data-builder-open]").locator("visible=true").last.click()
    page.locator(".zk-cond").first.wait_for()
    li.take("filter")
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("郑州")
    page.locator("#zk-suggest [role=option]").first.wait_for()
    li.take("search")


def services_that_end(browser: Browser, address: str) -> None:
    """What is overdue, red and in words."""
    li = Photographer(browser, address, "lijing")
    overdue = quote('{"all":[{"field":"state","op":"is","value":"overdue"}]}')
    li.take("renewals", f"/renewals/?filter={overdue}")


def the_frame(browser: Browser, address: str) -> None:
    """What stands round every page, in dark too, and how one makes it one's own."""
    li = Photographer(browser, address, "lijing")
    page = li.page
    page.locator("[data-dialog=zk-cards]").click()
    li.take("arrange")
    li.take("own-settings", "/me/")
    page.goto("/customers/")
    page.keyboard.press("?")
    li.take("shortcuts")
    page.goto("/customers/")
    page.get_by_role("button", name="列", exact=True).click()
    page.locator("[data-columns] [name=columns]").first.wait_for()
    li.take("columns")
    li.take("way-out", "/customers/999999")
    page.set_viewport_size(PAPER)
    page.goto("/customers/")
    page.emulate_media(media="print")
    li.take("print")


def in_the_dark(browser: Browser, address: str) -> None:
    """What one person chose, on the desk and in the pocket."""
    zhao = Photographer(browser, address, "zhaomin")
    zhao.page.locator("[data-theme-toggle]").first.click()
    zhao.page.wait_for_load_state("networkidle")
    zhao.take("dark", zhao.first("/customers/"))
    phone = Photographer(browser, address, "zhaomin", PHONE)
    phone.take("phone-dark")
    chen = Photographer(browser, address, "chenfang", PHONE)
    chen.page.goto("/customers/")
    for place in range(2):
        chen.page.locator(".zk-table [name=ids]").nth(place).check()
    chen.take("phone-ticked")


def two_at_once(browser: Browser, address: str) -> None:
    """A day from the calendar, and a customer whom two people change at once."""
    li, chen = Photographer(browser, address, "lijing"), Photographer(browser, address, "chenfang")
    form = f"{li.first('/customers/')}/edit"
    for one, website in ((li, "https://www.example.cn"), (chen, "https://example.com.cn")):
        one.page.goto(form)
        one.page.fill("[name=website]", website)
    chen.page.fill("[name=notes]", "开票找财务，电话上午打。")
    li.page.locator("[data-day-open]").locator("visible=true").first.click()
    li.page.locator("calendar-date").wait_for()
    li.take("calendar")
    li.page.keyboard.press("Escape")
    for one in (chen, li):
        one.page.locator("[data-save]").click()
        one.page.wait_for_load_state("networkidle")
    li.page.locator("[data-conflict]").wait_for()
    li.take("conflict")


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
    page.locator("[data-tray] > button").click()
    chen.take("tray")
    chen.take("job", chen.first("/jobs/"))
    page.locator("main").get_by_text("完成", exact=True).first.wait_for(timeout=JOB_MS)
    chen.take("run", run)


def whose_they_are(browser: Browser, address: str) -> None:
    """The work of the day, the pool, who is given how many customers, and whom a rule would recall."""
    wang = Photographer(browser, address, "wangli")
    wang.take("today", "/today/day")
    key = wang.first("/today/day").split("/customers/")[1].split("?")[0]
    wang.take("followup", f"/followups/new?customer={key}")
    wang.take("planned", "/calendar/")
    wang.take("pool", "/pool/")
    chen = Photographer(browser, address, "chenfang")
    page = chen.page
    page.goto("/pool/")
    page.locator("thead [data-select-page]").check()
    page.locator("#zk-bulk button[value=assign]").click()
    page.wait_for_load_state("networkidle")
    for name in ("王丽", "刘洋"):
        page.locator("#people-ts-control").fill(name)
        page.locator(".ts-dropdown [data-selectable]", has_text=name).first.click()
    page.locator(".zk-confirm button[type=submit]").click()
    page.get_by_role("region", name="将会怎样").wait_for()
    chen.take("assign")
    chen.take("recall", "/recall-rules/1/dry-run")


def what_was_paid(browser: Browser, address: str) -> None:
    """The ledger with a fee beside it."""
    ma = Photographer(browser, address, "mahuimin")
    page = ma.page
    page.goto("/fees/waiting")
    page.locator("tbody tr td.num").first.click()
    page.locator("[data-pane] .zk-pane-head").wait_for()
    ma.take("ledger")
    proposed = '{"all":[{"field":"state","op":"is","value":"proposed"}]}'
    ma.take("bank-line", ma.first(f"/bank-lines/?filter={proposed}"))


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
    page.goto("/customers/?sort=name")
    page.locator("tbody tr", has_text="****").first.locator("a.zk-name").click()
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
    page.goto("/settings/site_logo/edit")
    page.set_input_files("input[type=file]", {"name": "logo.png", "mimeType": "image/png", "buffer": _logo()})
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/settings/")
    admin.take("settings")


def messages(browser: Browser, address: str) -> None:
    """What somebody is told, and the list in the hand."""
    wang = Photographer(browser, address, "wangli")
    wang.page.locator("[data-bell]").first.click()
    wang.take("inbox", "/inbox/")
    phone = Photographer(browser, address, "wangli", PHONE)
    phone.take("phone", "/customers/")


def channels(browser: Browser, address: str) -> None:
    """How messages leave: a channel, the words of a message, and what one person wants."""
    admin = Photographer(browser, address, "admin")
    admin.page.goto("/channels/1")
    admin.page.get_by_role("button", name="启用", exact=True).first.click()
    admin.page.wait_for_load_state("networkidle")
    admin.take("channel", "/channels/1")
    admin.take("template", "/message-templates/1")
    Photographer(browser, address, "wangli").take("notifications", "/me/notifications/")


def approvals(browser: Browser, address: str) -> None:
    """What waits for a supervisor, who decides meanwhile, and the flow as an administrator sees it."""
    li = Photographer(browser, address, "lijing")
    li.take("approvals", "/approvals/waiting/")
    li.take("approval-delegation", "/delegations/new")
    admin = Photographer(browser, address, "admin")
    admin.page.goto("/approval-flows/")
    admin.page.locator("tbody a.zk-name").first.click()
    admin.page.locator("main a", has_text="编辑").first.click()
    admin.page.locator("#step-0-kind").wait_for()
    admin.take("approval-flow")


def selling(browser: Browser, address: str) -> None:
    """Opportunities on the board, one of them, the funnel, and what a customer bought."""
    li = Photographer(browser, address, "lijing")
    page = li.page
    li.take("opportunity-board", "/opportunity-board/")
    page.locator(".zk-opp .zk-name").first.click()
    page.locator(".zk-stages").wait_for()
    li.take("opportunity")
    li.take("funnel", "/opportunity-funnel/")
    bought = quote('{"all":[{"field":"deal_amount","op":"above","value":"5000"}]}')
    li.take("transactions", f"{li.first(f'/customers/?filter={bought}')}?tab=deals")


IN_WORK = '{"all":[{"field":"phase","op":"is","value":"working"}]}'


def how_tickets_go(browser: Browser, address: str) -> None:
    """The flow of service, drawn."""
    admin = Photographer(browser, address, "admin")
    admin.take("ticket-flow", "/ticket-flows/1")
    manager = Photographer(browser, address, "gaoxiang")
    manager.take("ticket", manager.first(f"/tickets/?filter={quote(IN_WORK)}"))
    manager.take("ticket-board", "/ticket-board/")
    manager.take("ticket-calendar", "/ticket-calendar/")
    manager.take("step-times", "/ticket-times/?type=fault&period=all")
    technician = Photographer(browser, address, "liqiang", PHONE)
    technician.take("my-tickets", "/my-tickets/")


def a_call_is_taken_in(browser: Browser, address: str) -> None:
    """Who calls is found while typing, and what was solved before stands below."""
    agent = Photographer(browser, address, "wangli")
    page = agent.page
    page.set_viewport_size(TALL)
    page.goto("/tickets/new")
    page.wait_for_load_state("networkidle")
    page.keyboard.type("郑州")
    page.locator("#zk-found input").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#zk-caller .zk-whose").wait_for()
    page.fill("#description", "加密狗识别不到，早上开机就这样")
    page.locator("#zk-similar li").first.wait_for()
    agent.take("ticket-intake")


def how_it_was(browser: Browser, address: str) -> None:
    """The agent asks how it was; or the customer says it on the phone."""
    agent = Photographer(browser, address, "wangli")
    agent.page.goto("/revisits/")
    agent.take("revisit", str(agent.page.locator(".zk-table a[href^='/revisits/']").first.get_attribute("href")))
    agent.page.get_by_role("button", name="生成评价链接").click()
    link = agent.page.locator("code.zk-break").inner_text()
    customer = Photographer(browser, address, "", PHONE)
    customer.take("rate", link)
    Photographer(browser, address, "gaoxiang").take("ratings", "/ratings/")


def _logo() -> bytes:
    """Draw a mark that is clearly not ours: two rings on green."""
    picture, out = Image.new("RGBA", (256, 256)), io.BytesIO()
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((8, 8, 248, 248), radius=56, fill="#0f7a4d")
    pen.ellipse((52, 76, 152, 176), outline="white", width=18)
    pen.ellipse((104, 76, 204, 176), outline="white", width=18)
    picture.save(out, "PNG")
    return out.getvalue()


#: The administrator comes last: from then on the installation has another logo.
PARTS = (
    daily,
    services_that_end,
    the_frame,
    in_the_dark,
    on_a_record,
    two_at_once,
    whose_they_are,
    what_was_paid,
    in_bulk,
    selling,
    how_tickets_go,
    a_call_is_taken_in,
    how_it_was,
    bringing_in,
    messages,
    channels,
    approvals,
    administration,
)


def main() -> None:
    with demo.served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for part in PARTS:
            part(browser, address)
        browser.close()
    sys.stdout.write(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
