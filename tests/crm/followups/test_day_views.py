"""The screens of what is to be done: work list, calendar, first page, cycles."""

import re

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.derived import set_derived
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.followups.models import Cycle
from app.crm.followups.queries import A_DAY
from tests.cast import LIN
from tests.crm.followups.steps import PHONE, shown
from tests.factories import a_customer


@pytest.fixture
def due(app, customer):
    """Let the customer be due: an hour before midnight of yesterday."""

    def plan(at):
        with app.app_context(), acting(SYSTEM):
            transaction(lambda: set_derived(Customer, [customer], {"next_contact_at": at}))()

    return plan


def test_the_menu_leads_to_what_is_to_be_done_today(as_user, due, customer):
    lin = as_user("lin")
    answer = lin.get("/today/day")
    assert "河南晨光商贸有限公司" not in lin.get(answer.headers["Location"]).text

    due(clock.midnight() - A_DAY)

    page = lin.get(answer.headers["Location"])
    assert "河南晨光商贸有限公司" in page.text
    assert f'href="tel:{PHONE}"' in page.text
    assert f"/followups/new?customer={customer}" in page.text
    assert 'class="is-overdue"' in page.text
    assert re.search(r"zk-chip[^>]*>Overdue<", page.text)  # in words too
    assert "河南晨光商贸有限公司" not in as_user("eve").get(answer.headers["Location"]).text


def test_a_row_of_the_work_list_leads_to_the_customer(as_user, due, customer):
    due(clock.midnight())
    page = as_user("lin").get("/today/day", follow_redirects=True)
    assert f'href="/customers/{customer}?tab=followups"' in page.text


def test_each_number_of_the_first_page_leads_to_its_rows(as_user, due):
    due(clock.midnight() - A_DAY)
    lin = as_user("lin")
    page = lin.get("/").text
    figure = re.search(
        r'href="(/today/\?filter=[^"]*overdue[^"]*)"><span class="k">.*?<div class="v">(\d+)', page, re.DOTALL
    )
    assert figure[2] == "1"
    assert "河南晨光商贸有限公司" in lin.get(figure[1].replace("&amp;", "&")).text


def test_the_customer_page_says_that_a_contact_is_overdue(as_user, due, customer):
    due(clock.midnight() - A_DAY)
    page = shown(as_user("lin").get(f"/customers/{customer}"))
    assert "Contact overdue" in page


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_the_calendar_shows_ones_own_planned_contacts(as_user, due, view):
    due(clock.midnight() + A_DAY / 2)
    address = f"/calendar/?view={view}&day={clock.today()}"
    assert "河南晨光商贸有限公司" in as_user("lin").get(address).text
    assert "河南晨光商贸有限公司" not in as_user("sam").get(address).text
    assert "河南晨光商贸有限公司" in as_user("sam").get(f"{address}&person={LIN.id}").text
    assert "河南晨光商贸有限公司" not in as_user("eve").get(f"{address}&person={LIN.id}").text


@pytest.mark.parametrize(
    "asked", ["view=year&day=never&person=x", "day=2026-02-29", "day=0001-01-01", "day=2200-12-31"]
)
def test_an_address_that_makes_no_sense_shows_a_calendar_all_the_same(as_user, asked):
    assert as_user("lin").get(f"/calendar/?{asked}").status_code == 200


def test_the_cycles_are_rows_on_a_screen(as_user, count):
    sam = as_user("sam")
    assert "Days between contacts" in sam.get("/cycles/").text
    before = count(Cycle)

    assert sam.post("/cycles/new", data={"level": "a", "days": "7"}).status_code == 422
    assert sam.post("/cycles/new", data={"level": "a", "progress": "no_need", "days": "7"}).status_code == 302
    assert count(Cycle) == before + 1
    assert as_user("lin").get("/cycles/").status_code == 403


def test_the_longest_overdue_stands_first_and_what_is_not_planned_last(app, as_user, saved):
    days = {"甲公司": -3, "乙公司": -1, "丙公司": None, "丁公司": None, "戊公司": 0}
    for name, due in days.items():
        key = saved(a_customer, name=name)
        with app.app_context(), acting(SYSTEM):
            transaction(set_derived)(Customer, [key], {"next_contact_at": due_in(due)})
    lin = as_user("lin")

    def names(query):
        return re.findall(r'class="zk-name" href="[^"]+">([^<]+)<', lin.get(f"/today/?{query}").text)

    assert names("") == ["甲公司", "乙公司", "戊公司", "丙公司", "丁公司"]
    walked, after = [], ""
    for _page in range(5):
        page = lin.get(f"/today/?page_size=10{after}").text
        walked += re.findall(r'class="zk-name" href="[^"]+">([^<]+)<', page)[:1]
        after = "&after=" + re.findall(r'data-href="/customers/(\d+)', page)[0]
    assert walked == names("")


def due_in(days):
    return None if days is None else clock.now() + days * A_DAY + A_DAY / 1000
