"""An agent renews in one step what expires soon, and ends what is not renewed; the supervisor sees the totals."""

import pytest
from playwright.sync_api import expect

from app.base.actor import SYSTEM, acting
from app.extensions import db
from tests.crm.renewals.steps import served

SOON, LATE = "郑州快到期商贸有限公司", "洛阳已逾期商贸有限公司"


@pytest.fixture(scope="module")
def lines(site):
    """Two customers of Lin's: the service of one ends in nine days, that of the other ended five days ago."""
    app, _address = site
    with app.app_context(), acting(SYSTEM):
        found = [served(days, name=name, phone=f"+8637165001{days + 50:03}") for name, days in ((SOON, 9), (LATE, -5))]
        db.session.remove()
    return [line for _customer, line in found]


@pytest.mark.usefixtures("lines")
def test_an_agent_renews_one_ends_another_and_the_supervisor_sees_both(at_desk):
    lin = at_desk("lin")
    renew(lin)
    end(lin)
    look(at_desk("sam"))


def renew(lin):
    lin.goto("/")
    card = lin.locator("main").get_by_text("Services to be renewed")
    expect(card.first).to_be_visible()
    lin.goto("/renewals/")
    lin.get_by_role("link", name="Expiring soon").click()
    row = lin.locator("tbody tr", has_text=SOON)
    expect(row).to_contain_text("9 days left")
    row.hover()
    row.get_by_role("link", name="Renew").first.click()
    expect(lin.locator("#amount")).to_have_value("1200.00")
    expect(lin.locator("#period_from")).not_to_have_value("")
    lin.locator("[data-save]").click()
    expect(lin.get_by_text("It counts once finance has approved it.")).to_be_visible()


def end(lin):
    lin.goto("/renewals/")
    lin.get_by_role("link", name="Overdue", exact=True).click()
    late = lin.locator("tbody tr", has_text=LATE)
    expect(late).to_have_class("is-overdue")
    late.locator("a.zk-name").click()
    lin.locator(".zk-recordhead").get_by_role("link", name="Not renewed").click()
    lin.locator("#reason-ts-control").wait_for()  # the script has made a searching choice of it
    lin.locator("#reason").evaluate("box => box.tomselect.setValue('price')")
    lin.locator("#words").fill("嫌贵")
    lin.get_by_role("button", name="Not renewed: 1 row").click()
    expect(lin.get_by_text("嫌贵").first).to_be_visible()


def look(sam):
    sam.goto("/renewals/")
    sam.get_by_role("link", name="Renewal to be reviewed").click()
    expect(sam.locator("tbody tr", has_text=SOON)).to_be_visible()
    sam.get_by_role("link", name="Not renewed", exact=True).click()
    expect(sam.locator("tbody tr", has_text=LATE)).to_be_visible()
    sam.goto("/customers/")
    chips = sam.locator("tbody tr", has_text=LATE).locator(".zk-chip", has_text="Service limited")
    expect(chips).to_be_visible()
