"""The calendar feed: opened by its token alone, in its person's scope of the moment, without numbers."""

import re

import icalendar
import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.derived import set_derived
from app.base.history import update_versioned
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.followups.models import Feed
from app.crm.followups.queries import A_DAY
from app.extensions import db
from app.system.security import services as security
from app.system.security.models import Employee
from tests.cast import EVE, LIN
from tests.factories import a_customer

PHONE = "+8613800138000"


@pytest.fixture
def customer(app, saved):
    key = saved(a_customer, phone=PHONE)
    with app.app_context(), acting(SYSTEM):
        transaction(lambda: set_derived(Customer, [key], {"next_contact_at": clock.midnight() + A_DAY}))()
    return key


@pytest.fixture
def made():
    """Make the feed of a browser's person; return the path of its address."""

    def make(browser):
        page = browser.post("/calendar/feed")
        return re.search(r"/followups/feed/[^<\"]+\.ics", page.text)[0]

    return make


def events(answer):
    return list(icalendar.Calendar.from_ical(answer.data).walk("VEVENT"))


def test_the_feed_tells_what_is_planned_without_signing_in_and_without_numbers(as_user, stranger, customer, made):
    answer = stranger.get(made(as_user("lin")))

    (event,) = events(answer)
    assert answer.mimetype == "text/calendar"
    assert "河南晨光商贸有限公司" in event["summary"]
    assert event.decoded("dtstart").replace(tzinfo=None) == clock.midnight() + A_DAY
    assert f"/customers/{customer}" in event["url"]
    assert "13800138000" not in answer.text


def test_the_address_is_shown_once_and_the_table_does_not_know_it(as_user, read, customer, made):
    lin = as_user("lin")
    path = made(lin)
    assert path not in lin.get("/calendar/feed").text
    assert read(Feed, LIN.id).secret_hash not in path


def test_a_revoked_or_renewed_address_opens_nothing(as_user, stranger, customer, made):
    lin = as_user("lin")
    first = made(lin)
    second = made(lin)
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)

    lin.post("/calendar/feed/revoke")

    assert stranger.get(second).status_code == 404
    lin.post("/calendar/feed/revoke")  # twice is no error


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00"])
def test_a_guess_opens_nothing(stranger, token):
    assert stranger.get(f"/followups/feed/{token}.ics").status_code in (400, 404)


def test_a_customer_that_was_given_away_leaves_the_feed(as_user, app, stranger, customer, made):
    path = made(as_user("lin"))
    with app.app_context(), acting(SYSTEM):
        values = {"owner_id": EVE.id, "department_id": EVE.department_id}
        transaction(lambda: update_versioned(Customer, [customer], values))()
    assert events(stranger.get(path)) == []


def test_who_has_left_has_no_feed(as_user, app, stranger, customer, made):
    path = made(as_user("lin"))
    with app.app_context(), acting(SYSTEM):
        staff = db.session.get_one(Employee, LIN.id)
        security.disable(staff, actor=SYSTEM)
    assert stranger.get(path).status_code == 404


def test_nobody_makes_or_revokes_by_a_get(as_user, read):
    lin = as_user("lin")
    assert lin.get("/calendar/feed/revoke").status_code == 405
    lin.get("/calendar/feed")
    assert read(Feed, LIN.id) is None
