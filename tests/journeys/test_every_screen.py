"""Every main screen, light and dark: nothing for axe to report (WCAG 2.2 A and AA), nothing on the console.

``complaints`` hears the console, refused content (CSP) and calls to other hosts; see conftest.
"""

import re
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from app.base import vendor
from app.base.actor import SYSTEM, acting
from app.crm.customers import queries, services
from app.extensions import db
from app.system.recycle.models import BinEntry
from tests.cast import EVE, LIN
from tests.factories import a_contact, a_customer
from tests.journeys.conftest import DESK, PHONE
from tests.system.imports.steps import workbook

QUICK = {"resultTypes": ["violations"]}  # what passes is not written down
RULES = QUICK | {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
IN_THE_DARK = QUICK | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # the rest is the same page
KNOWN_ICONS = set(re.findall(r'id="ti-([\w-]+)"', (vendor.TARGET / "icons.svg").read_text()))
SHARES = 8  # of the addresses, to be looked through side by side
ADDRESSES = [
    "/", "/customers/?page_size=10", "/customers/?page_size=10&filter={filter}", "/customers/?page_size=10&page=2",
    "/customers/{customer}", "/customers/{customer}?tab=contacts", "/customers/{customer}?tab=access",
    "/customers/{customer}/edit", "/customers/{customer}/history", "/customers/{gone}/history", "/customers/new",
    "/contacts/", "/contacts/{contact}", "/contacts/{contact}/edit", "/changes/?page_size=10", "/logs/?page_size=10",
    "/logs/1", "/inbox/", "/imports/customers/", "/users/?page_size=10", "/users/{person}", "/users/{person}/edit",
    "/roles/", "/roles/4", "/departments/", "/departments/1/edit", "/dictionaries/?page_size=10",
    "/dictionary-values/?page_size=10", "/dictionary-values/1/edit", "/me/", "/me/password", "/search/",
    "/search/?q=商贸", "/search/?q=nothing", "/nothing", "/recycle/", "/recycle/{binned}", "/recycle/{binned}/purge",
    "/customers/{customer}/delete", "/settings/", "/settings/site_name/edit", "/jobs/", "/runs/", "/segments/",
    "/files/", "/contacts/new", "/contacts/{contact}/history", "/contacts/{contact}/delete",
    "/departments/1", "/departments/new", "/dictionary-values/1",
    "/timetable/", "/users/new",
]  # fmt: skip
FILTER = '{"any":[{"field":"name","op":"not_contains","value":"甲"},{"field":"level","op":"empty"}]}'


@pytest.fixture(scope="module")
def world(site):
    """Some thirty customers, one of them with a contact, a collaborator and a history; one deleted."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        for number in range(28):
            a_customer(name=f"郑州第{number}商贸有限公司", tags=("old_customer",), level="a" if number % 2 else None)
        one = a_customer(legal_person="刘志远", legal_phone="+8613800138000")
        contact = a_contact(customer=one)
        services.share(one, employee_id=EVE.id, can_write=True, until_on=None, actor=SYSTEM)
        services.change(one, {"address": "文化路 1 号", "needs": "换财务软件"}, actor=SYSTEM, revision=one.revision)
        gone = a_customer(name="关门有限公司")
        services.delete(gone, actor=SYSTEM)
        binned = db.session.scalar(select(BinEntry.id))
        known = {"customer": one.id, "contact": contact.id, "gone": gone.id, "binned": binned, "person": LIN.id}
        return SimpleNamespace(**known, filter=FILTER)


@pytest.fixture
def desk(at_desk, world):
    """The administrator's window; nothing moves in it, so that a colour is what it will be."""
    return at_desk("anran", reduced_motion="reduce")


def faults(page):
    """Return what axe finds on the page as it stands, in the light and in the dark, and on the phone sideways."""
    page.wait_for_load_state()
    found = violations(page, RULES)
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    found += violations(page, IN_THE_DARK)
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
    page.set_viewport_size(PHONE)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url} scrolls sideways at {PHONE['width']} px")
    page.set_viewport_size(DESK)
    return found + [f"{page.url} draws no such icon: {name}" for name in sorted(icons(page) - KNOWN_ICONS)]


def icons(page):
    """Return the names of the icons on a page; one that the sprite lacks is an empty place."""
    return set(page.eval_on_selector_all("use", "all => all.map(one => one.getAttribute('href').split('#ti-')[1])"))


def violations(page, rules):
    return [
        f"{page.url} {one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in Axe().run(page, options=rules).response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("some", range(SHARES))
def test_no_screen_has_a_fault(desk, world, some):
    found = []
    for address in ADDRESSES[some::SHARES]:
        desk.goto(address.format(**vars(world)))
        found += faults(desk)
    assert found == []


def test_the_builder_and_the_dialogs_have_no_fault(desk, world):
    desk.goto(f"/customers/?filter={FILTER}")
    desk.locator(".zk-toolbar [data-builder-open][aria-expanded]").click()
    desk.locator(".zk-cond").first.wait_for()
    found = faults(desk)
    desk.goto(f"/customers/{world.customer}")
    desk.locator("[data-dialog=new-contact]").first.click()
    desk.locator("#new-contact [name=contact-name]").fill("王小明")
    desk.locator("#new-contact [name=contact-phones]").fill("12")
    desk.locator("#new-contact button[type=submit]").click()
    desk.locator("#new-contact[open] .err").wait_for()  # what was refused stands open, and is kept
    assert desk.locator("#new-contact [name=contact-name]").input_value() == "王小明"
    found += faults(desk)
    desk.goto("/customers/")
    desk.wait_for_load_state()
    desk.keyboard.press("?")
    desk.locator("#zk-shortcuts").wait_for()
    assert found + faults(desk) == []


def test_a_refused_form_and_a_conflict_have_no_fault(desk, site, world):
    desk.goto("/customers/new")
    desk.locator("[name=email]").fill("no address")
    desk.locator("[data-save]").click()
    desk.locator(".zk-errors").wait_for()
    found = faults(desk)

    desk.goto(f"/customers/{world.customer}/edit")
    change_meanwhile(site[0], world.customer)
    desk.locator("[name=address]").fill("我的地址")
    desk.locator("[data-save]").click()
    desk.locator("[data-conflict]").wait_for()
    assert found + faults(desk) == []


def change_meanwhile(app, key):
    with app.app_context(), acting(SYSTEM):
        customer = queries.by_id(key)
        values = {"address": f"别人的地址 {customer.revision}", "notes": f"备注 {customer.revision}"}
        services.change(customer, values, actor=SYSTEM, revision=customer.revision)


def test_the_steps_of_an_import_have_no_fault(desk, tmp_path):
    rows = [
        ["洛阳恒泰有限公司", "138 1234 5678", "红"],
        ["", "13812345679", ""],
        ["郑州第3商贸有限公司", "0371-65001234", ""],
    ]
    file = workbook(tmp_path, ["单位名称", "法人手机", "颜色"], *rows)
    desk.goto("/imports/customers/")
    desk.locator("input[type=file]").set_input_files(file)
    desk.locator("main form button[type=submit]").click()
    desk.locator(".zk-map").first.wait_for()
    found = faults(desk)
    desk.get_by_role("button", name="Check all rows").click()
    desk.locator(".zk-probs").wait_for()
    found += faults(desk)
    desk.get_by_role("button", name="Import", exact=True).click()
    desk.get_by_role("link", name="To the list").wait_for()
    found += faults(desk)
    desk.get_by_role("link", name="Take the import back").click()
    assert found + faults(desk) == []


def test_the_door_and_a_closed_door_have_no_fault(opened, at_desk):
    page = opened(reduced_motion="reduce")
    found = faults(page)
    page.locator("#username").fill("lin")
    page.locator("#password").fill("wrong")
    page.locator("form[data-login] button[type=submit]").click()
    page.get_by_role("alert").wait_for()
    found += faults(page)
    bai = at_desk("bai")
    bai.goto("/customers/")
    assert found + faults(bai) == []
