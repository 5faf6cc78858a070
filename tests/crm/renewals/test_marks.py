"""Wherever a customer appears it is said, red and in words, how its fees stand: today's, never yesterday's."""

import json
import re

import pytest

from app.base import settings
from app.base.actor import SYSTEM, acting
from app.base.screens.keptrows import KeptRows
from app.crm.customers.models import Customer
from app.crm.renewals.models.line import WITHIN
from app.crm.renewals.queries.lines import LIMITS
from app.extensions import db
from app.system.settings import services as setting_services
from tests.cast import ANRAN
from tests.crm.renewals.steps import a_fee, at, end, served

__all__ = ["at"]
NAME = "河南晨光商贸有限公司"


def shown(page):
    return re.sub(r"\s+", " ", page.text)


def chips(page):
    """Return the marks of fees on a page: (colour, words)."""
    found = re.findall(r'data-color="(\w+)"[^>]*>([^<]+)<', shown(page))
    return [pair for pair in found if pair[1].startswith(("Fee ", "Renewal", "Service limited"))]


def at_day(days, **given):
    return served(days, name=NAME, **given)


OVERDUE = [("red", "Fee overdue for 5 days"), ("red", "Service limited")]
PLACES = [
    "/customers/",
    "/customers/{id}",
    "/search/?q=晨光&kind=customer",
    "/search/quick?q=晨光",
    "/followups/new?customer={id}",
]


@pytest.mark.parametrize("address", PLACES)
def test_an_overdue_customer_is_red_wherever_it_appears(as_user, once, address):
    key, _line = once(at_day, days=-5)
    assert chips(as_user("lin").get(address.format(id=key))) == OVERDUE


def test_in_the_work_list_and_in_the_pool_too(app, as_user, once):
    key, _line = once(at_day, days=-5)
    wanted = json.dumps({"all": [{"field": "name", "op": "contains", "value": "晨光"}]})
    assert chips(as_user("lin").get("/today/", query_string={"filter": wanted})) == OVERDUE
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(Customer, key).owner_id = None
        db.session.commit()
        db.session.remove()
    for address in ("/pool/", f"/pool/{key}"):
        assert chips(as_user("anran").get(address)) == OVERDUE


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, [("red", "Fee overdue for 1 day"), ("red", "Service limited")]),
        (0, [("amber", "Fee ends today")]),
        (1, [("amber", "Fee ends in 1 day")]),
        (30, [("amber", "Fee ends in 30 days")]),
        (31, []),
    ],
)
def test_each_day_has_its_words(as_user, once, days, expected):
    once(at_day, days=days)
    assert chips(as_user("lin").get("/customers/")) == expected


def waiting():
    key, line = at_day(-5)
    a_fee(key, 300, state="unreviewed")
    return key, line


def ended():
    key, line = at_day(-5)
    end(line)
    return key, line


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (waiting, [("blue", "Renewal to be reviewed"), ("red", "Service limited")]),
        (ended, [("red", "Service limited")]),
    ],
)
def test_what_waits_or_is_ended_is_not_overdue(as_user, once, build, expected):
    once(build)
    assert chips(as_user("lin").get("/customers/")) == expected


def set_to(app, name, value):
    with app.app_context(), acting(ANRAN.actor) as anran:
        setting = settings.registered[name]
        row = setting_services.changing.queries.row_of(setting)
        setting_services.change(setting, value, actor=anran, revision=row.revision if row else 0)
        db.session.remove()


def test_the_house_may_limit_nobody(app, as_user, once):
    once(at_day, days=-5)
    lin = as_user("lin")
    assert chips(lin.get("/customers/")) == OVERDUE
    set_to(app, LIMITS, "0")
    assert chips(lin.get("/customers/")) == OVERDUE[:1]
    wanted = json.dumps({"all": [{"field": "service_limited", "op": "true"}]})
    assert NAME not in lin.get("/customers/", query_string={"filter": wanted}).text


def test_a_kept_row_follows_the_threshold(app, as_user, once):
    once(at_day, days=20)
    lin = as_user("lin")
    assert chips(lin.get("/customers/")) == [("amber", "Fee ends in 20 days")]
    set_to(app, WITHIN, "19")
    assert chips(lin.get("/customers/")) == []


def test_a_kept_row_does_not_keep_yesterdays_colour(app, as_user, at):
    at("2026-11-27T10:00")
    with app.app_context():
        at_day(0)
        db.session.remove()
    at("2026-11-27T23:59")
    lin = as_user("lin")
    assert chips(lin.get("/customers/")) == [("amber", "Fee ends today")]
    at("2026-11-28T00:00")
    assert chips(lin.get("/customers/")) == [("red", "Fee overdue for 1 day"), ("red", "Service limited")]


def test_without_the_day_in_its_key_a_kept_row_would(app, as_user, at, monkeypatch):
    """The guard taken out: what a row is kept by does not name the day."""
    monkeypatch.setattr(KeptRows, "_seen_alike", lambda _self: ())
    at("2026-11-27T23:59")
    with app.app_context():
        at_day(0)
        db.session.remove()
    lin = as_user("lin")
    assert chips(lin.get("/customers/")) == [("amber", "Fee ends today")]
    at("2026-11-28T00:00")
    assert chips(lin.get("/customers/")) == [("amber", "Fee ends today")]


def test_the_list_of_customers_costs_no_statement_more(app, as_user, statements, once):
    once(at_day, days=-5)
    lin = as_user("lin")
    lin.get("/customers/")
    with statements() as seen:
        lin.get("/customers/")
    assert not [one for one in seen if "renewals_" in str(one)]


def test_the_page_tells_until_when_and_of_each_product(as_user, once):
    key, line = once(at_day, days=-5)
    page = shown(as_user("lin").get(f"/customers/{key}?tab=renewals"))
    assert "Fee ends on" in page
    assert "overdue for 5 days" in page
    assert "软件服务费" in page
    assert f"/renewals/{line}/renew" in page


def test_who_may_not_look_at_lines_gets_no_tab(as_user, once):
    key, _line = once(at_day, days=-5)
    page = as_user("dai").get(f"/customers/{key}?tab=renewals").text
    assert "Service periods" not in page
    assert "Fee overdue" in page


@pytest.mark.parametrize(("value", "found"), [("overdue", True), ("expiring", False)])
def test_tabs_above_the_customers(as_user, once, value, found):
    once(at_day, days=-5)
    lin = as_user("lin")
    wanted = json.dumps({"all": [{"field": "fee_expiry", "op": "is", "value": value}]})
    page = lin.get("/customers/", query_string={"filter": wanted})
    assert (NAME in page.text) == found
    assert "Expiring soon" in page.text


# ── the first page ──


def test_agents_supervisors_and_finance_see_their_numbers(as_user, once):
    once(waiting)
    once(at_day, days=-5, phone="+8637165009999")
    home = {name: shown(as_user(name).get("/")) for name in ("lin", "sam", "qian", "mei")}
    assert "Services to be renewed" in home["lin"]
    assert "overdue for 5 days" in home["lin"]
    for name in ("sam", "qian"):
        assert "Services overdue" in home[name]
    assert "Renewals to be reviewed" in home["qian"]
    assert "None of your customers&#39; services ends soon." in home["mei"]
