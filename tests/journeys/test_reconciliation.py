"""A statement on its way: brought in by finance, proposals confirmed, a fee entered from a line, the rest set aside."""

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.extensions import db
from tests.crm.reconciliation.files import BANKS, as_csv
from tests.crm.reconciliation.steps import booked
from tests.factories import a_customer, a_fee, a_product

KNOWN, NEW = "郑州对账商贸有限公司", "洛阳未登商贸有限公司"


@pytest.fixture(scope="module")
def fee(site):
    """A fee of Lin's that waits, and a customer whose fee nobody has entered."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        product = a_product(code="DZ-01", name="对账年费", price=2400).id
        key = a_fee(customer=a_customer(name=KNOWN).id, product=product, amount=2400).id
        a_customer(name=NEW)
        db.session.remove()
    return key


def test_a_statement_from_the_file_to_matched_fees(at_desk, fee, tmp_path):
    assert fee
    file = tmp_path / "招行流水.csv"
    rows = [booked("2400", f"河南省{KNOWN}"), booked("3600", NEW), booked("12.34", "", summary="结息")]
    file.write_bytes(as_csv(BANKS["cmb"](rows)))
    qian = at_desk("qian")
    bring_in(qian, file)
    confirm_the_proposal(qian)
    enter_the_fee(qian)
    set_aside(qian)
    qian.goto("/fees/ledger")
    qian.locator("tbody tr", has_text=KNOWN).locator("td.num").click()
    expect(qian.locator("[data-pane]").get_by_text("Compared with the bank")).to_be_visible()


def bring_in(qian, file):
    qian.goto("/bank-statements/import")
    qian.set_input_files("#statement-file", file)
    qian.get_by_role("button", name="Upload and look at the lines").click()
    expect(qian.get_by_text("Recognised: a statement of China Merchants Bank.")).to_be_visible()
    qian.get_by_role("button", name="Import these lines").click()
    expect(qian.get_by_text("New lines: 3.")).to_be_visible()


def confirm_the_proposal(qian):
    qian.get_by_role("link", name="Open the bank lines").first.click()
    qian.get_by_role("link", name=KNOWN).click()
    expect(qian.get_by_text("Proposed fee")).to_be_visible()
    qian.get_by_role("button", name="Confirm this one").click()
    expect(qian.get_by_role("heading", name="Matched fee")).to_be_visible()


def enter_the_fee(qian):
    qian.goto("/bank-lines/")
    qian.get_by_role("link", name=NEW).click()
    qian.get_by_role("button", name="Enter the fee").click()
    expect(qian.locator("#amount")).to_have_value("3600.00")
    expect(qian.locator("#payer")).to_have_value(NEW)
    qian.locator("#product-ts-control").fill("对账")
    qian.get_by_role("option", name="对账年费").click()
    qian.locator("#amount").fill("3600")
    qian.locator("[data-save]").click()
    expect(qian.get_by_role("heading", name="Proposed fee")).to_be_visible()
    qian.get_by_role("button", name="Confirm this one").click()
    expect(qian.get_by_role("heading", name="Matched fee")).to_be_visible()


def set_aside(qian):
    qian.goto("/bank-lines/?filter=" + '{"all":[{"field":"summary","op":"contains","value":"结息"}]}')
    qian.locator("a.zk-name").first.click()
    qian.locator("#reason").evaluate("box => box.tomselect.setValue('interest')")
    qian.get_by_role("button", name="Set aside").click()
    expect(qian.get_by_text("Take the line up again").first).to_be_visible()
