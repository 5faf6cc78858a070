"""How long steps take: sums over flow records, within what one sees, and drawn along the flow."""

import re
from datetime import timedelta

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.desk.tickets import queries, services
from app.desk.tickets.models import TicketMove
from app.desk.tickets.queries import times
from app.desk.tickets.views import flowdrawing
from app.extensions import db
from tests.cast import EVE, GAO, JI, LIN
from tests.desk.tickets.steps import by, solved, ticket
from tests.factories import a_ticket

HOUR = 3600


def hours(stay):
    """A stay in whole hours: what stands in rows by default begins some milliseconds after the test's clock."""
    return stay.left, *(round(one / HOUR) for one in (stay.seconds, stay.longest, stay.average))


@pytest.fixture
def timed(monkeypatch):
    """Say that it is some hours after now, until the next word."""
    begin = clock.now()

    def later(hours):
        monkeypatch.setattr(clock, "now", lambda: begin + timedelta(hours=hours))

    later(0)
    return later


def walked(later, **given):
    """A ticket: an hour undispatched, two with Ji, two more after a transfer, three in work, solved; its id."""
    later(0)
    key = a_ticket(**given).id
    later(1)
    by(GAO, services.dispatch, key, {"assignee": JI.id})
    later(3)
    by(JI, services.transfer, key, {"assignee": GAO.id, "words": "要懂数据库"})
    later(5)
    by(GAO, services.accept, key)
    later(8)
    by(GAO, services.solve, key, {"solution": "好了"})
    return key


@pytest.mark.usefixtures("in_app")
class TestSums:
    def test_a_transfer_ends_no_stay(self, timed):
        walked(timed)
        with acting(SYSTEM):
            found = times.course("after_sales", since=None).stays
        assert {code: hours(one) for code, one in found.items()} == {
            "undispatched": (1, 1, 1, 1),
            "dispatched": (1, 4, 2, 4),
            "in_progress": (1, 3, 3, 3),
        }

    def test_what_nobody_left_has_no_average(self):
        assert times.Stay("x", 0, 0, 0).average is None

    def test_averages_are_those_of_several(self, timed):
        walked(timed)
        later = timed
        later(0)
        key = a_ticket().id
        later(3)
        by(GAO, services.dispatch, key, {"assignee": JI.id})
        with acting(SYSTEM):
            found = times.course("after_sales", since=None).stays["undispatched"]
        assert hours(found) == (2, 4, 3, 2)

    def test_ways_are_counted_by_type_and_period(self, timed):
        walked(timed)
        with acting(SYSTEM):
            ways = times.course("after_sales", since=None).ways
            assert ways == {
                ("undispatched", "dispatched"): 1,
                ("dispatched", "in_progress"): 1,
                ("in_progress", "resolved"): 1,
            }
            assert times.course("consultation", since=None).ways == {}
            since = clock.now() - timedelta(hours=4)
            assert times.course("after_sales", since=since).ways.keys() == {
                ("dispatched", "in_progress"),
                ("in_progress", "resolved"),
            }
            assert times.course("after_sales", since=since).stays.keys() == {"dispatched", "in_progress"}

    def test_what_stands_where_now(self, timed):
        walked(timed)
        first, second = a_ticket().id, a_ticket().id
        with acting(SYSTEM):
            found = times.standing("after_sales")
            assert found["undispatched"].number == 2
            assert found["undispatched"].since == ticket(first).moved_at < ticket(second).moved_at
            assert found["resolved"].number == 1

    def test_only_what_one_sees_is_counted(self, timed):
        walked(timed, by=LIN)
        with acting(EVE.actor):
            assert times.course("after_sales", since=None).stays == {}
            assert times.course("after_sales", since=None).ways == {}
            assert times.standing("after_sales") == {}
        with acting(LIN.actor):
            assert times.course("after_sales", since=None).ways

    def test_deleted_tickets_are_not_counted(self, timed):
        key = walked(timed)
        with acting(SYSTEM) as actor:
            services.delete(ticket(key), actor=actor)
            assert times.course("after_sales", since=None).stays == {}
            assert times.standing("after_sales") == {}


# ── on the screen ──


def test_the_flow_is_drawn_with_times_and_counts(as_user, once):
    once(solved)
    page = as_user("gao").get("/ticket-times/?type=after_sales&period=7").text
    assert re.findall(r'<text class="count"[^>]*>([^<]+)</text>', page) == ["1", "1", "1"]
    assert '">under a minute</text>' in page
    assert "is-unused" in page


def test_nothing_of_a_drawing_stands_outside_it(in_app):
    flow = queries.edition_for("after_sales").flow
    found = flowdrawing.picture(flow, counts={(one.source, one.target): 7 for one in flow.arrows})
    tops = [one["at"]["y"] for one in found["arrows"]]
    assert min(tops) > 0
    assert max(tops) < found["height"]


def test_an_empty_house_says_so(as_user):
    page = as_user("gao").get("/ticket-times/").text
    assert "No steps were taken in this time." in page


@pytest.mark.parametrize(
    "asked", ["type=nonsense", "period=-1", "type=&period=9999999999", "type=%E4%B8%AD&period=%E4%B8%AD"]
)
def test_odd_questions_are_answered_with_the_usual(as_user, asked):
    answer = as_user("gao").get(f"/ticket-times/?{asked}")
    assert answer.status_code == 200
    assert 'aria-current="true">30 days' in answer.text.replace('"true" ', '"true"')


def test_who_has_no_flow_records_has_no_times(as_user):
    bai = as_user("bai").get("/ticket-times/")
    assert bai.status_code in (302, 403)
    assert "/ticket-times/" not in as_user("xiao").get("/").text
    assert as_user("xiao").get("/ticket-times/").status_code in (302, 403)


def test_a_state_of_an_older_version_stands_below(app, as_user, once):
    key = once(solved)
    with app.app_context(), acting(SYSTEM):
        move = db.session.query(TicketMove).filter_by(ticket_id=key).order_by(TicketMove.id.desc()).first()
        move.from_state = "investigating"  # of complaints; as if an older version of this flow had had it
        db.session.commit()
    page = as_user("gao").get("/ticket-times/?type=after_sales").text
    rows = re.findall(r"<tr><td><span[^>]*>([^<]+)</span>", page)
    assert rows.index("Closed") < rows.index("Investigation")
