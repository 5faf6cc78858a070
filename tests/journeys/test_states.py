"""What only a hand brings about: open panels, refused forms, files on their way. Looked at as all screens are.

Among the long tests (``make torture``).
"""

import json
from threading import Event

import pytest
from playwright.sync_api import expect

from app.base import background
from app.base.actor import SYSTEM, acting
from app.base.background import Kind
from app.crm.customers import queries, services
from app.system.jobs import services as jobs
from app.system.sign_in import services as sign_in
from tests.cast import ANRAN, LIN
from tests.journeys.axe import OPENED, faint_under_the_mouse, faults_as_it_stands, faults_within
from tests.journeys.conftest import DESK, PHONE, cookie
from tests.journeys.world import depopulate, peopled
from tests.system.files import samples
from tests.system.segments.steps import LEVEL_B, kept

pytestmark = pytest.mark.torture
GROUPS = json.dumps(
    {
        "all": [
            {"field": "owner", "op": "in", "value": ["3"]},
            {"field": "registered_on", "op": "between", "value": ["2026-11-01", "2026-11-22"]},
            {"any": [{"field": "name", "op": "not_contains", "value": "甲"}, {"field": "level", "op": "empty"}]},
        ]
    }
)


@pytest.fixture(scope="module")
def world(site, tmp_path_factory):
    """The house, with a message for the administrator, more segments than there is room for, and work going on."""
    app, gate = site[0], Event()
    found = peopled(app, tmp_path_factory.mktemp("world"))
    background.register(Kind("held", "Export of %(what)s", run=lambda progress: wait(progress, gate)))
    with app.app_context(), acting(SYSTEM):
        other = queries.by_id(found.customer)
        services.share(other, employee_id=ANRAN.id, can_write=False, until_on=None, actor=LIN.actor)
        for number in range(7):
            kept(f"第{number}个分段的名称", LEVEL_B, who=ANRAN)
        jobs.start("held", {}, words={"what": "客户"}, actor=ANRAN.actor)
    yield found
    gate.set()
    del background.kinds["held"]
    depopulate()


def wait(progress, gate):
    progress.tell(done=1, total=4)
    gate.wait(1200)  # as long as the tests of this file may take
    return {"rows": 1234}


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(at_desk, world, request):
    """The administrator's window; nothing moves in it, so that a colour is what it will be."""
    return at_desk("anran", size=request.param, reduced_motion="reduce")


def is_phone(page):
    return page.viewport_size == PHONE


def opened(page, opener):
    """Open a menu, a panel or a dialog, look at it and close it."""
    opener.click()
    found = faults_within(page, OPENED)
    page.keyboard.press("Escape")
    expect(page.locator(OPENED)).to_have_count(0)
    return found


def test_the_menus_and_panels_of_the_frame(page):
    page.locator("[data-tray] > button").wait_for()
    found = []
    for opener in page.locator(".zk-top [data-menu] > button").locator("visible=true").all():
        opener.click()
        page.locator(OPENED).locator("a, button, li").first.wait_for()  # what is fetched has come
        found += faults_within(page, OPENED)
        page.keyboard.press("Escape")
    if is_phone(page):
        page.locator("[data-drawer-open]").click()
        found += faults_as_it_stands(page)
        page.keyboard.press("Escape")
    else:
        page.locator("[data-rail]").click()
        found += faults_as_it_stands(page)
        page.locator("[data-rail]").click()
    page.keyboard.press("?")
    assert found + faults_within(page, "#zk-shortcuts[open]") == []


@pytest.mark.parametrize(
    "address",
    [
        "/", "/customers/?page_size=10&filter={filter}", "/customers/{customer}", "/customers/{customer}/edit",
        "/customers/{customer}/history", "/customers/{customer}/delete", "/roles/4", "/search/?q=商贸",
    ],
)  # fmt: skip
def test_what_the_mouse_is_over_can_be_read(at_desk, world, address):
    page = at_desk("anran", reduced_motion="reduce")
    page.goto(address.format(**vars(world)))
    assert faint_under_the_mouse(page) == []


def test_quick_search_with_suggestions_and_with_none(page):
    if is_phone(page):
        page.locator("[data-search-open]").click()
    search = page.locator("[data-quick-search]")
    search.fill("商贸")
    page.locator("#zk-suggest [role=option]").first.wait_for()
    search.press("ArrowDown")
    found = faults_within(page, ".zk-top")
    search.fill("没有这个")
    page.get_by_text("Nothing found for “没有这个”").wait_for()
    assert found + faults_within(page, ".zk-top") == []


def test_conditions_with_groups_and_what_their_values_are_chosen_from(page):
    page.goto(f"/customers/?page_size=10&filter={GROUPS}")
    page.locator(".zk-toolbar [data-builder-open]").last.click()
    page.locator(".zk-cond .ts-control").first.wait_for()
    page.locator(".zk-cond .ts-control input").first.click()
    page.locator(".ts-dropdown .option").locator("visible=true").first.wait_for()
    found = faults_within(page, "[data-builder]")
    page.keyboard.press("Escape")
    page.locator(".zk-cond [data-day-open]").first.click()
    found += faults_within(page, OPENED)
    page.keyboard.press("Escape")
    page.locator("[data-builder-save]").click()
    found += faults_within(page, "#zk-segment[open]")
    assert found == []


def test_ticked_rows_and_all_of_them(page):
    page.goto("/customers/?page_size=10")
    page.locator("tbody tr input[name=ids]").first.check()
    page.locator("[data-bulk]").wait_for()
    found = faults_as_it_stands(page)
    for box in page.locator("tbody tr input[name=ids]").all():
        box.check()
    page.locator("[data-bulk-all]").click()
    found += faults_within(page, "[data-bulk]")
    page.locator("#zk-bulk button[value=bulk_edit]").click()
    page.wait_for_url("**/bulk**")
    found += faults_as_it_stands(page)
    page.locator("form.zk-confirm button[type=submit]").first.click()
    page.locator(".zk-errors").wait_for()  # nothing was filled in
    assert found + faults_as_it_stands(page) == []


def test_the_choices_and_the_calendar_of_a_form(page, world):
    page.goto(f"/customers/{world.customer}/edit")
    page.locator("#region-ts-control, #parent-ts-control").first.click()
    page.locator(".ts-dropdown .option").locator("visible=true").first.wait_for()
    found = faults_within(page, ".zk-form")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.locator("[name=registered_on]").fill("3.4")
    page.locator("[name=address]").fill("文化路 9 号")
    page.locator(".zk-daybox .said.is-wrong").wait_for()
    found += faults_within(page, ".zk-form")
    found += opened(page, page.locator(".zk-daybox:has([name=registered_on]) [data-day-open]"))
    page.evaluate("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)")
    page.reload()
    page.locator("[data-draft]:not([hidden])").wait_for()
    assert found + faults_within(page, "[data-draft]") == []


def test_a_refused_form_and_a_conflict(page, site, world):
    page.goto("/customers/new")
    page.locator("[name=email]").fill("no address")
    page.locator("[data-save]").click()
    page.locator(".zk-errors").wait_for()
    found = faults_as_it_stands(page)

    page.goto(f"/customers/{world.customer}/edit")
    change_meanwhile(site[0], world.customer)
    page.locator("[name=address]").fill("我的地址")
    page.locator("[data-save]").click()
    page.locator("[data-conflict]").wait_for()
    assert found + faults_as_it_stands(page) == []


def change_meanwhile(app, key):
    with app.app_context(), acting(SYSTEM):
        customer = queries.by_id(key)
        values = {"address": f"别人的地址 {customer.revision}", "notes": f"备注 {customer.revision}"}
        services.change(customer, values, actor=SYSTEM, revision=customer.revision)


def test_a_session_that_ended_before_the_form_was_sent(page, site, world):
    page.goto(f"/customers/{world.contact}/edit")
    page.locator("[name=address]").fill("文化路 9 号")
    with site[0].app_context(), acting(SYSTEM):
        sign_in.end_sessions(ANRAN.id)
    page.locator("[data-save]").click()
    page.locator("form[data-login], .zk-message").first.wait_for()
    found = faults_as_it_stands(page)
    page.context.add_cookies([{"url": site[1], "name": "zhike", "value": cookie(site[0], "anran")}])
    assert found == []


def test_the_dialogs_of_a_record_with_what_they_refuse(page, world):
    page.goto(f"/customers/{world.customer}")
    page.locator("[data-dialog=share]").locator("visible=true").first.click()
    page.locator("#share-employee-ts-control").click()
    page.locator("#share .ts-dropdown .option").first.wait_for()
    found = faults_within(page, "#share[open]")
    page.locator("#share-employee-ts-control").press("Tab")
    page.locator("#share [data-day-open]").click()
    found += faults_within(page, ".zk-calendar[open]")
    page.keyboard.press("Escape")
    page.locator("#share [data-close]").click()
    page.locator("[data-dialog=new-contact]").locator("visible=true").first.click()
    page.locator("#new-contact [name=contact-name]").fill("王小明")
    page.locator("#new-contact [name=contact-phones]").fill("12")
    page.locator("#new-contact button[type=submit]").click()
    page.locator("#new-contact[open] .err").wait_for()  # what was refused stands open, and is kept
    assert page.locator("#new-contact [name=contact-name]").input_value() == "王小明"
    assert found + faults_within(page, "#new-contact[open]") == []


def test_a_question_a_toast_and_a_note(page):
    page.goto("/jobs/")
    page.locator("[data-tray] > button").click()
    page.locator("[data-tray-list] [data-stop]").first.click()
    found = faults_within(page, "[data-confirm-dialog][open]")
    page.locator("[data-confirm-no]").click()
    page.evaluate("""async () => {
        const { toast } = await import(document.querySelector('script[src*=toasts]').src);
        const { refused } = await import(document.querySelector('script[src*=notes]').src);
        const offer = [{ label: 'Download “客户.csv”', url: '/files/', download: '客户.csv' }];
        toast('Done: Export of 客户 · 1,234 rows', 60, offer);
        await refused(null);
    }""")
    page.locator(".zk-toast").wait_for()
    assert found + faults_as_it_stands(page) == []


def test_files_of_a_record_on_their_way_and_refused(page, world, complaints):
    page.goto(f"/customers/{world.customer}?tab=files")
    page.locator("[data-upload].is-ready").wait_for()
    held = hold(page, "**/attachments/of/**")
    page.set_input_files(
        "#new-files", [document("宏.docx", samples.document(samples.MACROS)), document("二.txt", b"2")]
    )
    page.locator("[data-upload-list]", has_text="Sending").wait_for()
    found = faults_within(page, "[data-upload]")
    held[0].continue_()
    page.locator("[data-upload-list] .is-danger", has_text="not taken in here").wait_for()
    expect(page.locator("[data-upload-list] progress")).to_have_count(1)
    found += faults_within(page, "[data-upload]")
    held[1].abort()
    page.locator("[data-upload-list] .is-danger", has_text="The connection broke").wait_for()
    complaints.clear()  # the browser itself notes what was cut off
    assert found + opened(page, page.locator(".zk-files .zk-menu-box button").first) == []


def hold(page, address):
    """Hold what is sent to an address, until a test lets it go."""
    held = []

    def keep(route):
        held.append(route)

    page.route(address, keep)
    return held


def document(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_file_to_import_on_its_way_and_refused(page):
    page.goto("/imports/customers/")
    page.locator("[data-upload-one].is-ready").wait_for()
    held = hold(page, "**/imports/customers/upload")
    page.set_input_files("#import-file", document("客户.xlsx", b"nonsense"))
    page.get_by_role("button", name="Upload and look at the columns").click()
    page.locator("[data-upload-bar]").wait_for()
    found = faults_within(page, "[data-upload-one]")
    held[0].continue_()
    page.get_by_role("alert").wait_for()
    assert found + faults_as_it_stands(page) == []
