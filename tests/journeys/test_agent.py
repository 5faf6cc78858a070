"""Issue 2, second journey: an agent sees her own customers and those shared with her, wherever she looks."""

import json
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers import services
from app.extensions import db
from app.system.logs.models import Entry
from tests.cast import EVE, LIN, MEI
from tests.factories import a_contact, a_customer
from tests.journeys.conftest import downloading
from tests.journeys.test_administrator import read

COMMON = "+8613700137000"
OURS = {"林家商贸有限公司", "梅家商贸有限公司"}  # Lin's own, and Mei's that is shared with her
HIDDEN = "叶家商贸有限公司"


@pytest.fixture(scope="module")
def world(site):
    """Three companies that share a number: Lin's, Mei's (shared with Lin), Eve's."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        hers = a_customer(name="林家商贸有限公司", legal_phone=COMMON, owner=LIN.id)
        shared = a_customer(name="梅家商贸有限公司", legal_phone=COMMON, owner=MEI.id)
        services.share(shared, employee_id=LIN.id, can_write=False, until_on=None, actor=SYSTEM)
        hidden = a_customer(name="叶家旧名有限公司", legal_phone=COMMON, owner=EVE.id)
        services.change(hidden, {"name": HIDDEN}, actor=SYSTEM, revision=hidden.revision)
        contact = a_contact(name="叶家联系人", customer=hidden)
        return SimpleNamespace(hers=hers.id, shared=shared.id, hidden=hidden.id, contact=contact.id)


def test_an_agent_sees_hers_and_what_is_shared_wherever_she_looks(at_desk, site, world):
    page = at_desk("lin")

    page.goto("/customers/")
    assert set(page.locator("table .zk-name").all_inner_texts()) == OURS
    page.goto("/search/?q=商贸")
    assert set(page.locator(".zk-hit .nm").all_inner_texts()) == OURS
    assert offered(page, world.hers) == {"梅家商贸有限公司"}
    page.goto(f"/customers/{world.hers}?tab=related")
    assert "梅家商贸有限公司" in page.locator("main").inner_text()
    assert "叶家" not in page.locator("main").inner_text()
    assert {row["Customer name"] for row in export(page)} == OURS
    for address in ("/", "/contacts/", f"/customers/{world.shared}", f"/customers/{world.hers}/history"):
        page.goto(address)
        assert "叶家" not in page.locator("body").inner_text()
    assert last_export(site[0]) == (LIN.id, 2)


def offered(page, key):
    """Return the parent companies that the searching choice of the form offers."""
    page.goto(f"/customers/{key}/edit")
    with page.expect_response("**/customers/choices/parent?q=*"):
        page.locator("#parent-ts-control").fill("家商贸")
    page.locator(".ts-dropdown .option", has_text="梅家").wait_for()
    found = set(page.locator(".ts-dropdown .option").all_inner_texts())
    page.locator("#parent-ts-control").press("Escape")
    return {one.strip() for one in found} - {"林家商贸有限公司"}


def export(page):
    page.goto("/customers/")
    page.get_by_role("button", name="Export").click()
    with downloading(page) as kept:
        page.get_by_role("menuitem", name="xlsx").click()
    return read(kept[0])


def last_export(app):
    with app.app_context(), acting(SYSTEM):
        exports = select(Entry).where(Entry.kind == "exported").order_by(Entry.id.desc())
        entry = db.session.scalars(exports).first()
        return entry.person_id, entry.details["rows"]


@pytest.mark.parametrize(
    "address", ["customers/{hidden}", "customers/{hidden}/edit", "customers/{hidden}/history", "contacts/{contact}"]
)
def test_a_typed_address_of_somebody_elses_is_not_found(at_desk, world, address):
    page = at_desk("lin")
    answer = page.goto(f"/{address.format(**vars(world))}")
    assert answer.status == 404
    assert "叶家" not in page.content()
    assert "Nothing is here" in page.locator("h1").inner_text()


def test_a_token_made_on_her_own_page_reaches_no_further_than_she_does(at_desk, site, world):
    page = at_desk("lin")
    page.goto("/me/")
    page.locator("#token-name").fill("表格同步")
    page.get_by_role("button", name="Make a token").click()
    secret = page.locator("[data-copy^=zk_]").get_attribute("data-copy")
    ask = caller(page, site[1], secret)

    answer = ask("/api/v1/customers/").json()
    assert {row["name"] for row in answer["result"]} == OURS
    assert answer["count"] == len(OURS)
    wish = json.dumps({"all": [{"field": "name", "op": "contains", "value": "叶家"}]})
    assert ask("/api/v1/customers/", params={"filter": wish}).json()["count"] == 0
    assert ask(f"/api/v1/customers/{world.hidden}").status == 404
    assert ask(f"/api/v1/contacts/{world.contact}").status == 404
    assert ask(f"/api/v1/customers/{world.hers}").json()["result"]["name"] == "林家商贸有限公司"

    page.goto("/me/")
    page.get_by_role("button", name="Revoke").click()
    page.locator("[data-confirm-yes]").click()
    page.get_by_text("The token is revoked.").wait_for()
    assert ask("/api/v1/customers/").status == 401


def caller(page, address, secret):
    """Return how a program asks: with the token, without any cookie."""
    program = page.context.browser.new_context()

    def ask(path, **given):
        return program.request.get(address + path, headers={"Authorization": f"Bearer {secret}"}, **given)

    return ask


def test_an_agent_has_no_way_into_imports_changes_or_administration(at_desk):
    page = at_desk("lin")
    menu = page.locator(".zk-menu").inner_text()
    for address in ("/imports/customers/", "/users/", "/roles/", "/departments/", "/logs/"):
        assert page.goto(address).status == 403
    assert "Roles" not in menu


def test_an_agent_shares_a_customer_by_its_page(at_desk, world):
    page = at_desk("mei")
    page.goto(f"/customers/{world.shared}")
    page.locator("[data-dialog=share]").click()
    page.locator("#share-employee-ts-control").fill("叶")
    page.locator("#share .option", has_text=EVE.name).click()
    page.locator("#share button[type=submit]").click()
    page.get_by_text("The customer is shared.").wait_for()
    expect(page.locator("main")).to_contain_text(EVE.name)
