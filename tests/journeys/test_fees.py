"""A fee on its way: entered with its voucher, rejected, corrected, approved; and an auditor reads how."""

import pytest
from playwright.sync_api import expect

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.extensions import db
from tests.factories import a_customer, a_product

NAME = "郑州缴费商贸有限公司"


@pytest.fixture(scope="module")
def customer(site):
    """A customer of Lin's, and a service that is sold by the year."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        key = a_customer(name=NAME, phone="+8637165001999").id
        a_product(code="NF-01", name="年度服务", price=1200, term_months=12)
        db.session.remove()
    return key


def enter(lin, customer, slip):
    """Enter a fee with its voucher; the usual amount and period are there by themselves."""
    lin.goto(f"/customers/{customer}?tab=fees")
    lin.locator("main").get_by_role("link", name="Enter fee").last.click()
    lin.locator("#product-ts-control").fill("年度")
    lin.get_by_role("option", name="年度服务").click()
    expect(lin.locator("#amount")).to_have_value("1200.00")
    expect(lin.locator("#period_from")).to_have_value(clock.today().isoformat())
    lin.set_input_files("#files", slip)
    lin.locator("[data-save]").click()
    lin.wait_for_url("**tab=fees")
    expect(lin.locator("td", has_text="¥1,200.00")).to_be_visible()


def open_pane(page, address):
    """Open the fee beside the ledger; return the pane."""
    page.goto(address)
    page.locator("tbody tr", has_text=NAME).locator("td.num").click()
    return page.locator("[data-pane]")


def reject(qian):
    pane = open_pane(qian, "/fees/waiting")
    expect(pane.get_by_text("回单.pdf")).to_be_visible()
    pane.get_by_role("link", name="Reject").click()
    qian.locator("#reason-ts-control").wait_for()  # the script has made a searching choice of it
    qian.locator("#reason").evaluate("box => box.tomselect.setValue('amount_differs')")
    qian.locator("#text").fill("少了两百")
    qian.locator("[data-save]").click()
    expect(qian.get_by_text("Rejected: FW-")).to_be_visible()


def correct(lin):
    lin.goto(open_pane(lin, "/fees/ledger").locator("a.btn-icon").get_attribute("href"))
    expect(lin.get_by_text("少了两百")).to_be_visible()
    lin.get_by_role("link", name="Correct").first.click()
    lin.locator("#amount").fill("1000")
    lin.locator("[data-save]").click()
    expect(lin.get_by_text("Saved: FW-")).to_be_visible()


def approve(qian):
    pane = open_pane(qian, "/fees/waiting")
    expect(pane.locator("del").first).to_have_text("¥1,200.00")
    expect(pane.locator("ins").first).to_have_text("¥1,000.00")
    pane.get_by_role("button", name="Approve").click()
    expect(qian.get_by_text("Approved: FW-")).to_be_visible()


def test_a_fee_from_its_entry_to_its_approval(at_desk, customer, tmp_path):
    slip = tmp_path / "回单.pdf"
    slip.write_bytes(b"%PDF-1.4 slip")
    lin, qian, xu = (at_desk(name) for name in ("lin", "qian", "xu"))

    enter(lin, customer, slip)
    reject(qian)
    correct(lin)
    approve(qian)

    xu.goto(open_pane(xu, "/fees/ledger").locator("a.btn-icon").get_attribute("href"))
    xu.get_by_role("link", name="History").first.click()
    expect(xu.locator("main")).to_contain_text("钱朵")
