"""The count that pages ask for by themselves: cheap, quiet, and never a reason to stay signed in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.notifications import services
from app.system.sign_in.models import LoginSession
from app.system.sign_in.views import QUIET_ENDPOINTS
from tests.cast import ANRAN, LIN

AS_JSON = {"Accept": "application/json"}


@pytest.fixture
def tell(app):
    def say(count=1):
        with app.app_context(), acting(SYSTEM):
            for _time in range(count):
                services.tell([LIN.id], "own_rights", actor=ANRAN.actor)

    return say


def test_it_answers_the_count_and_nothing_when_that_is_known(as_user, tell):
    lin = as_user("lin")
    tell(3)
    answer = lin.get("/inbox/stamp?known=0", headers=AS_JSON)
    assert answer.json == {"unread": 3, "text": "3"}
    unchanged = lin.get("/inbox/stamp?known=3", headers=AS_JSON)
    assert (unchanged.status_code, unchanged.data) == (204, b"")


@pytest.mark.parametrize("known", ["", "x", "-1", "3.0", "９"])
def test_whatever_is_known_it_answers(as_user, tell, known):
    tell()
    assert as_user("lin").get("/inbox/stamp", query_string={"known": known}, headers=AS_JSON).json["unread"] == 1


def test_it_stops_counting_at_a_hundred(as_user, tell):
    tell(101)
    assert as_user("lin").get("/inbox/stamp", headers=AS_JSON).json == {"unread": 100, "text": "99+"}


def test_it_asks_one_statement_of_the_messages_and_writes_nothing(as_user, tell, statements):
    lin = as_user("lin")
    tell(2)
    lin.get("/inbox/stamp?known=2")
    with statements() as seen:
        lin.get("/inbox/stamp?known=2")
    assert len([one for one in seen if "notifications_message" in one]) == 1
    assert not [one for one in seen if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def aged(app, minutes):
    """Make Lin's sessions last seen so many minutes ago; return when that was."""
    with app.app_context(), acting(SYSTEM):
        seen_at = clock.now() - timedelta(minutes=minutes)
        for row in db.session.scalars(select(LoginSession).where(LoginSession.user_id == LIN.id)):
            row.seen_at = seen_at
        db.session.commit()
        return seen_at


def last_seen(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(LoginSession.seen_at).where(LoginSession.user_id == LIN.id))


def test_a_page_that_asks_by_itself_keeps_no_idle_session_alive(app, as_user):
    lin = as_user("lin")
    seen_at = aged(app, 59)
    assert lin.get("/inbox/stamp", headers=AS_JSON).status_code == 200
    assert last_seen(app) == seen_at
    aged(app, 61)
    assert lin.get("/inbox/stamp", headers=AS_JSON).status_code == 401
    assert lin.get("/me/").status_code == 302


def test_without_the_exception_it_would(app, as_user, monkeypatch):
    lin = as_user("lin")
    seen_at = aged(app, 59)
    monkeypatch.setattr("app.system.sign_in.views.identity.QUIET_ENDPOINTS", set())
    lin.get("/inbox/stamp", headers=AS_JSON)
    assert last_seen(app) > seen_at
    assert {"InboxView.stamp", "JobView.mine"} == QUIET_ENDPOINTS


def test_a_person_at_the_page_does(app, as_user):
    lin = as_user("lin")
    seen_at = aged(app, 59)
    lin.get("/inbox/")
    assert last_seen(app) > seen_at


def test_it_sends_no_cookie(as_user):
    assert "Set-Cookie" not in as_user("lin").get("/inbox/stamp", headers=AS_JSON).headers


def test_every_page_shows_the_count_at_the_bell(as_user, tell):
    tell(4)
    page = as_user("lin").get("/customers/").text
    assert 'data-count="4"' in page
    assert 'aria-label="Messages, 4 unread"' in page
    assert 'data-count="0"' in as_user("eve").get("/customers/").text
