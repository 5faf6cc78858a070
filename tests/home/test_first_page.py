"""The first page: cards by permission and role, figures that equal the rows behind them, and what it costs."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.base import clock, inbox
from app.base.actor import SYSTEM, acting
from app.base.background import Kind, kinds
from app.base.screens.home import Card, Content, Line, Nothing, Wait, first_page
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.imports.models import ImportRun
from app.system.jobs import services as jobs
from app.system.logs.models import Entry
from app.system.security import queries as security
from app.system.security.models import Employee
from app.system.security.services import change_employee, make_role
from app.system.sign_in.models import Attempt
from tests.cast import ANRAN, BY_USERNAME, EVE, LIN, MEI, PEOPLE, SAM
from tests.factories import a_customer

MOST_STATEMENTS = 14


def cards_of(page):
    return re.findall(r'data-card="(\w+)"', page)


def figures_of(page):
    """Return (label, number, address) of each figure."""
    found = re.findall(
        r'<a class="zk-stat[^"]*" href="([^"]+)">.*?</svg>([^<]+)</span><div class="v">([^<]+)</div>', page
    )
    return {label: (number, address.replace("&#34;", '"').replace("&amp;", "&")) for address, label, number in found}


# ── which cards ──


@pytest.mark.parametrize(
    ("username", "names"),
    [
        ("lin", ["my_customers", "inbox", "jobs"]),
        ("sam", ["my_customers", "unassigned", "changes", "inbox", "jobs"]),
        ("dai", ["unassigned", "inbox", "jobs"]),
        ("anran", ["accounts", "changes", "inbox", "jobs", "refusals"]),
        ("xu", ["changes", "inbox", "jobs", "refusals"]),
        ("qian", ["fees_waiting", "inbox", "jobs"]),
        ("bai", ["inbox"]),
    ],
)
@pytest.mark.one_database
def test_each_role_has_the_cards_of_its_work_in_its_order(as_user, username, names):
    assert cards_of(as_user(username).get("/").text) == names


@pytest.mark.one_database
def test_who_has_no_role_is_told_whom_to_ask(as_user):
    assert "Ask an administrator which role you should have." in as_user("bai").get("/").text
    assert "Ask an administrator which role" not in as_user("lin").get("/").text


@pytest.fixture
def hung():
    """Cards and waiting things of a test, taken down again."""
    before = dict(first_page.cards), dict(first_page.waits)
    yield first_page.add
    first_page.cards, first_page.waits = before


def card(name, **given):
    return Card(name, lambda _actor: Content([Line("A line")], Nothing("")), title=f"Card {name}", **given)


@pytest.mark.one_database
def test_a_card_whose_screen_is_closed_is_neither_shown_nor_offered(as_user, hung):
    hung(card("one", right=("can_list", "LogView")), card("two", right=("can_list", "CustomerView")))
    page = as_user("lin").get("/").text
    assert "Card two" in page
    assert "Card one" not in page
    assert "Card one" in as_user("anran").get("/").text


@pytest.mark.one_database
def test_a_role_made_here_sees_what_its_rights_open(app, as_user, hung):
    hung(card("one", right=("can_list", "CustomerView"), roles=("agent",)))
    assert "one" not in cards_of(as_user("xu").get("/").text)
    give_an_own_role(app, "xu")
    assert "one" in cards_of(as_user("xu").get("/").text)


def give_an_own_role(app, username):
    person = BY_USERNAME[username]
    with app.app_context(), acting(SYSTEM):
        auditor = next(role for role in security.roles() if role.name == "auditor")
        make_role("Our auditors", like=auditor, actor=ANRAN.actor)
        employee = db.session.get(Employee, person.id)
        values = {"roles": ["Our auditors"]}
        change_employee(employee, values, actor=ANRAN.actor, revision=employee.revision)


@pytest.mark.one_database
def test_first_for_a_role_stands_before_all_others(as_user, hung):
    hung(card("late", place=999, first_for=("agent",)))
    assert cards_of(as_user("lin").get("/").text)[0] == "late"
    assert cards_of(as_user("qian").get("/").text)[-1] == "late"


# ── figures ──


def test_every_figure_counts_the_rows_of_the_list_it_leads_to_within_the_scope(as_user, saved):
    saved(a_customer, name="林家")
    saved(a_customer, name="林家二店", level="a", region="410100")
    saved(a_customer, name="梅家", owner=MEI.id)
    saved(a_customer, name="叶家", owner=EVE.id)
    saved(a_customer, name="无主", owner=None)
    for username, wanted in {
        "lin": {"My customers": "2", "Changed today": "2", "To complete": "2"},
        "sam": {"My customers": "0", "Changed today": "3", "To complete": "0"},
        "dai": {"Unassigned": "1", "Changed today": "5"},
        "xu": {"Unassigned": "1", "Changed today": "5"},
    }.items():
        browser = as_user(username)
        found = figures_of(browser.get("/").text)
        assert wanted.items() <= {label: number for label, (number, _url) in found.items()}.items(), username
        for label, (number, address) in found.items():
            listed = browser.get(address).text
            rows = set(re.findall(r'data-href="(/(?:customers|pool)/\d+)', listed))
            assert not number.isdigit() or len(rows) == int(number), (username, label)


def test_a_figure_stops_counting_at_a_thousand(as_user, saved, monkeypatch):
    monkeypatch.setattr("app.crm.customers.queries.MOST_COUNTED", 2)
    for number in range(4):
        saved(a_customer, name=f"客户{number}")
    assert figures_of(as_user("lin").get("/").text)["My customers"][0] == "2+"


def test_the_condition_of_a_figure_is_the_address_of_its_rows(as_user, saved):
    saved(a_customer, name="林家")
    address = figures_of(as_user("lin").get("/").text)["Changed today"][1]
    asked = json.loads(parse_qs(urlsplit(address).query)["filter"][0])
    assert asked == {"all": [{"field": "updated_at", "op": "on", "value": f"{clock.today()}"}]}


# ── cards ──


def test_my_customers_are_mine_and_the_last_changed_comes_first(app, as_user, saved):
    first, second = saved(a_customer, name="林家"), saved(a_customer, name="林家二店")
    saved(a_customer, name="梅家", owner=MEI.id)
    with app.app_context(), acting(SYSTEM):
        row = db.session.get(Customer, first)
        customers.change(row, {"address": "文化路 1 号"}, actor=SYSTEM, revision=row.revision)
    page = as_user("lin").get("/").text
    assert page.index(f'href="/customers/{first}"') < page.index(f'href="/customers/{second}"')
    assert "梅家" not in page


def test_an_empty_card_says_what_to_do_next(as_user):
    page = as_user("lin").get("/").text
    assert "No customer belongs to you yet." in page
    assert 'class="btn btn-sm" href="/customers/new"' in page


def test_an_unread_message_stands_first_and_opens_by_a_post(app, as_user, saved):
    key = saved(a_customer, name="林家", owner=EVE.id)
    with app.app_context(), acting(SYSTEM):
        row = db.session.get(Customer, key)
        customers.share(row, employee_id=LIN.id, can_write=False, until_on=None, actor=EVE.actor)
    page = as_user("lin").get("/").text
    assert "叶薇 shared the customer “林家” with you" in page
    assert re.search(r'formaction="/inbox/\d+/open"', page)
    assert "1 unread" in page
    assert 'data-count="1"' in page, "the bell tells the same"


def test_locked_and_new_accounts_stand_before_the_administrator(app, as_user):
    with app.app_context(), acting(SYSTEM):
        for _time in range(app.config["ZHIKE"].lockout_failures):
            db.session.add(Attempt(username="mei", user_id=MEI.id, at=clock.now(), channel="web", outcome="wrong"))
        db.session.commit()
    page = as_user("anran").get("/").text
    assert "1 locked" in page
    assert f'href="/users/{MEI.id}"' in page
    assert "New account" in page  # the cast was employed just now


def test_a_success_or_an_unlock_ends_the_lock_on_the_card_too(app, as_user):
    with app.app_context(), acting(SYSTEM):
        for _time in range(app.config["ZHIKE"].lockout_failures):
            at = clock.now() - timedelta(seconds=5)
            db.session.add(Attempt(username="mei", user_id=MEI.id, at=at, channel="web", outcome="wrong"))
        db.session.add(Attempt(username="mei", user_id=MEI.id, at=clock.now(), channel="web", outcome="succeeded"))
        db.session.commit()
    assert "1 locked" not in as_user("anran").get("/").text


def test_what_was_refused_today_is_counted_and_what_was_refused_yesterday_is_not(app, as_user):
    with app.app_context(), acting(SYSTEM):
        for days in (0, 0, 2):
            at = clock.now() - timedelta(days=days)
            db.session.add(Entry(at=at, person_id=LIN.id, kind="refused", title=f"/asked/{days}", channel="web"))
        db.session.commit()
    page = as_user("anran").get("/").text
    assert "/asked/0" in page
    assert "/asked/2" not in page
    assert re.search(r'id="card-refusals">Refused today</h2><span class="n">2</span>', page)


# ── what waits ──


def an_import(app, person, state, **given):
    with app.app_context(), acting(SYSTEM):
        told = {"template": "company", "sheet": "", "heading_row": 1, "row_count": 3, "size_bytes": 1, "columns": []}
        run = ImportRun(user_id=person.id, kind="customers", state=state, at=clock.now(), **told, **given)
        db.session.add(run)
        db.session.commit()
        return run.id


def test_an_import_that_was_checked_waits_for_its_importer_alone(app, as_user):
    key = an_import(app, SAM, "checked", file_name="客户.xlsx")
    an_import(app, SAM, "imported", file_name="旧的.xlsx")
    page = as_user("sam").get("/").text
    assert cards_of(page)[0] == "waiting"
    assert f'href="/imports/customers/{key}"' in page
    assert "Look at the check, then import" in page
    assert "旧的.xlsx" not in page
    assert "客户.xlsx" not in as_user("anran").get("/").text


def test_where_nothing_waits_there_is_no_such_card(as_user):
    assert "waiting" not in cards_of(as_user("sam").get("/").text)


@pytest.mark.one_database
def test_every_domain_may_add_what_waits(as_user, hung):
    hung(Wait("test", lambda _actor: [Line("A fee to be approved", "/fees/1")], ("can_list", "CustomerView")))
    assert "A fee to be approved" in as_user("lin").get("/").text
    assert "A fee to be approved" not in as_user("bai").get("/").text


# ── what it costs ──


@pytest.fixture
def busy(app, saved):
    """Something on every card: customers, changes, a message about a customer, a running job, a checked import."""
    kinds["test"] = Kind("test", "Test of %(what)s", run=lambda _progress: None)
    key = saved(a_customer, name="林家", owner=EVE.id)
    with app.app_context(), acting(SYSTEM):
        row = db.session.get(Customer, key)
        customers.change(row, {"address": "文化路 1 号"}, actor=EVE.actor, revision=row.revision)
        for person in PEOPLE:
            place = inbox.Place("CustomerView.show", key)
            inbox.tell([person.id], "customer_asked_for", link=place, actor=EVE.actor)
            jobs.start("test", {}, words={"what": "five"}, actor=person.actor)
        db.session.commit()
    for person in (SAM, ANRAN):
        an_import(app, person, "checked", file_name="客户.xlsx")
    yield
    del kinds["test"]


@pytest.mark.parametrize("username", ["lin", "sam", "dai", "anran", "xu", "bai"])
def test_the_first_page_asks_at_most_fourteen_statements(as_user, busy, statements, username):
    browser = as_user(username)
    browser.get("/")
    with statements() as seen:
        page = browser.get("/").text
    assert "asks for the customer" in page
    assert len(seen) <= MOST_STATEMENTS, "\n".join(one[:120] for one in seen)
