"""The columns of a list as each person wants them: chosen, ordered, forgotten, exported; never a question per row."""

import csv
import io
import re
from itertools import pairwise

import pytest

from app.base.actor import acting
from app.base.screens import columns
from app.system.preferences import services
from tests.cast import BY_USERNAME, EVE, GUO, LIN, MEI
from tests.factories import a_contact, a_customer

MOST = 14  # statements of a list

USUAL = ["Customer name", "Follow-up status", "Customer status", "Owner", "Main phone"]
USUAL += ["Region", "Industry", "Tags", "Updated at"]


def headings(page):
    table = re.search(r"<thead>.*?</thead>", page, re.DOTALL)[0]
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r'<th scope="col".*?</th>', table, re.DOTALL)]


def panel(browser, screen="CustomerView"):
    return browser.get(f"/me/settings/columns/{screen}").text


def menu(browser):
    return re.findall(r'name="columns" value="(\w+)"( checked)?', panel(browser))


def choose(browser, *names, screen="CustomerView", **more):
    return browser.post(f"/me/settings/columns/{screen}", data={"columns": list(names), "next": "/customers/"} | more)


@pytest.fixture
def lin(as_user, saved):
    saved(a_customer, name="甲公司", website="https://a.example.cn", phone="+8613800138000")
    return as_user("lin")


def test_columns_are_chosen_ordered_and_the_first_one_stays(lin):
    assert headings(lin.get("/customers/").text) == USUAL
    assert choose(lin, "website", "owner", "level").location == "/customers/"
    page = lin.get("/customers/").text
    assert headings(page) == ["Customer name", "Website", "Owner", "Level"]
    assert "https://a.example.cn" in page
    ticked = [(name, " checked") for name in ("website", "owner", "level")]
    assert menu(lin)[:4] == [*ticked, ("followup_status", "")]
    choose(lin, "owner", "name", "website")
    assert headings(lin.get("/customers/").text) == ["Customer name", "Owner", "Website"]


def test_none_chosen_leaves_the_first_and_back_to_the_default_all(lin):
    choose(lin)
    assert headings(lin.get("/customers/").text) == ["Customer name"]
    choose(lin, usual="1")
    page = lin.get("/customers/").text
    assert headings(page) == USUAL
    assert 'name="usual"' not in panel(lin)


def test_columns_are_each_persons_own_and_each_lists(lin, as_user):
    sam = as_user("sam")
    choose(lin, "website")
    choose(sam, "birthday", screen="ContactView")
    assert headings(sam.get("/customers/").text) == USUAL
    page = lin.get("/me/").text
    assert "Lists with columns of your own" in page
    assert "/me/settings/columns/CustomerView" in page


def test_unknown_and_since_hidden_columns_are_left_out(app, lin):
    with app.app_context(), acting(BY_USERNAME["lin"].actor) as actor:
        services.keep({"columns:CustomerView": ["gone", "password", "owner", "document_index"]}, actor=actor)
    assert headings(lin.get("/customers/").text) == ["Customer name", "Owner"]
    choose(lin, "document_index", "revision", "level")
    assert headings(lin.get("/customers/").text) == ["Customer name", "Level"]


def test_what_one_sees_only_masked_is_chosen_as_a_mask(saved, as_user):
    saved(a_customer, name="甲公司", legal_phone="+8613900139000")
    dai = as_user("dai")
    choose(dai, "legal_phone")
    page = dai.get("/customers/").text
    assert headings(page) == ["Customer name", "Legal person&#39;s phone"]
    assert "9000" in page
    assert "139 0013 9000" not in page
    assert "****" in page


# ── gates ──


@pytest.mark.parametrize(("who", "screen", "status"), [("bai", "CustomerView", 403), ("lin", "EmployeeView", 403)])
def test_nobody_arranges_a_list_they_may_not_open(as_user, who, screen, status):
    assert choose(as_user(who), "name", screen=screen).status_code == status


@pytest.mark.parametrize("screen", ["Nothing", "HomeView", "DepartmentView", "ValueView"])
def test_what_has_no_columns_to_choose_is_not_there(as_user, screen):
    assert choose(as_user("anran"), "name", screen=screen).status_code == 404


def test_nobody_is_led_out_of_the_house(lin):
    assert choose(lin, "owner", next="https://evil.example").location == "/"


def test_the_conditions_of_a_segment_are_no_column(app):
    view = next(one for one in app.appbuilder.baseviews if type(one).__name__ == "SegmentView")
    assert "filter" not in columns.choosable(view)


# ── exports ──


def exported(browser, query):
    text = browser.get(f"/customers/export?format=csv{query}").data.decode("utf-8-sig")
    return next(csv.reader(io.StringIO(text)))


def export_urls(page):
    return [one.replace("&amp;", "&") for one in re.findall(r'href="(/customers/export[^"]*)"', page)]


def test_an_export_has_the_usual_columns_or_those_shown(saved, as_user):
    saved(a_customer, name="甲公司")
    sam = as_user("sam")
    usual = exported(sam, "")
    assert len(export_urls(sam.get("/customers/").text)) in (4, 6)  # desk and phone: xlsx, csv, a PDF where it can be
    choose(sam, "website", "tags", "owner")
    urls = export_urls(sam.get("/customers/").text)
    (own,) = {url for url in urls if "format=csv" in url and "columns=" in url}
    text = sam.get(own).data.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text))) == ["Customer name", "Website", "Tags", "Owner"]
    assert exported(sam, "") == usual


def test_an_export_names_no_columns_that_are_none(saved, as_user):
    saved(a_customer, name="甲公司")
    sam = as_user("sam")
    assert exported(sam, "&columns=name,document_index,password,level") == ["Customer name", "Level"]
    assert exported(sam, "&columns=nothing") == exported(sam, "")


# ── cost ──


def counted(browser, address, statements):
    browser.get(address)
    with statements() as seen:
        assert browser.get(address).status_code == 200
    return len(seen)


#: The screen → its address, and the row with which a short page begins.
SCREENS = {"CustomerView": ("/customers/", 11), "ContactView": ("/contacts/", 9), "EmployeeView": ("/users/", 16)}


@pytest.mark.parametrize("screen", SCREENS)
def test_no_column_costs_a_question_per_row(app, as_user, saved, statements, screen):
    """Every column alone, on a page of ten rows and on one of two."""
    with app.app_context():
        group = a_customer(name="集团", phone="+8613600136000")
        people = (LIN.id, MEI.id, EVE.id, GUO.id)
        for number in range(11):
            told = {"name": f"客户{number:02}", "phone": f"+86138001380{number:02}", "owner": people[number % 4]}
            a_customer(**told, parent=group.id)
            a_contact(name=f"联系人{number}", phones=(f"+86137001370{number:02}",))
    anran, (address, late) = as_user("anran"), SCREENS[screen]
    view = next(one for one in app.appbuilder.baseviews if type(one).__name__ == screen)
    costs = {}
    for name in columns.choosable(view)[1:]:
        choose(anran, name, screen=screen)
        queries = (f"{address}?page_size=10", f"{address}?page_size=10&row={late}")
        costs[name] = [counted(anran, query, statements) for query in queries]
    assert len(costs) > 5
    assert {name: cost for name, cost in costs.items() if cost[0] > cost[1] + 1 or cost[0] > MOST} == {}


def test_the_columns_of_a_screen_are_named_once(app):
    for view in app.appbuilder.baseviews:
        if columns.has_choice(view):
            names = columns.choosable(view)
            assert len(set(names)) == len(names)
            assert all(name in view.specs for name in names)
            assert all(first != second for first, second in pairwise(names))
