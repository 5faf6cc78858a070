"""People, customers and the night who meet at one ticket. Each with the guard taken out, too."""

from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.desk.reviews import services
from app.desk.reviews.models import Rating
from app.desk.reviews.services import linking
from app.desk.tickets import services as tickets
from app.desk.tickets.services import closing
from app.extensions import db
from tests.bed.databases import POSTGRESQL
from tests.cast import LIN, SAM
from tests.desk.tickets.steps import solved, ticket
from tests.desk.tickets.test_races import PATIENCE, now, pressing, together

GRADES = {"attitude": 4, "skill": 4, "response": 4, "overall": 5}


@pytest.fixture
def linked(app, once):
    """A solved ticket with a link that is out: its id, the token."""

    def make():
        key = solved()
        with acting(LIN.actor) as lin:
            return key, services.make_link(ticket(key), days=14, actor=lin)

    return once(make)


def rating(secret, **values):
    """Let the customer send the form; all have seen the page before."""

    def act(ready, _actor):
        with acting(SYSTEM):
            services.look(secret)
            db.session.rollback()
            ready.wait(PATIENCE)
            services.rate_by_link(secret, GRADES | values)

    return act


def ratings(app, key):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Rating).where(Rating.ticket_id == key).order_by(Rating.id))
        return [(one.state, one.overall) for one in found]


def met_before(monkeypatch, module, name):
    """Let both arrive before a guard, which is gone."""
    met = Barrier(2)

    def meet(*_given, **_more):
        try:
            met.wait(2)
        except BrokenBarrierError:
            return

    monkeypatch.setattr(module, name, meet)


# ── a link is used twice ──


def test_a_link_that_two_send_at_once_rates_once(app, linked):
    key, secret = linked
    outcomes = together(app, [(LIN, rating(secret, overall=5)), (LIN, rating(secret, overall=1))])
    assert outcomes == ["WrongState", "done"]
    assert [state for state, _stars in ratings(app, key)] == ["rated"]
    assert now(app, key)[2].count("revisit") == 1


def test_without_the_question_under_the_lock_the_second_would_have_the_last_word(app, linked, monkeypatch):
    key, secret = linked
    monkeypatch.setattr(linking, "_check", lambda *_given: None)
    outcomes = together(app, [(LIN, rating(secret, overall=5)), (LIN, rating(secret, overall=1))])
    assert outcomes == ["done", "done"]
    assert len(ratings(app, key)) == 1


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_locks_only_the_revision_of_the_row_stops_the_second(app, linked, monkeypatch):
    key, secret = linked
    met_before(monkeypatch, linking, "lock")
    assert together(app, [(LIN, rating(secret)), (LIN, rating(secret))]) == ["WrongState", "done"]
    assert len(ratings(app, key)) == 1


def test_the_customer_and_the_agent_rate_one_solving_once(app, linked):
    key, secret = linked
    asked = pressing(key, services.revisit, GRADES)
    outcomes = together(app, [(LIN, rating(secret)), (LIN, asked)])
    assert outcomes == ["WrongState", "done"]
    assert [state for state, _stars in ratings(app, key)] == ["rated"]


# ── closed by the night while somebody reopens ──


def closing_all(ready, _actor):
    ready.wait(PATIENCE)
    with acting(SYSTEM) as system:
        tickets.close_overdue(before=clock.now() + timedelta(minutes=1), actor=system)


def test_two_nights_at_once_close_a_ticket_once(app, once):
    key = once(solved)
    assert together(app, [(LIN, closing_all), (SAM, closing_all)]) == ["done", "done"]
    phase, _who, verbs = now(app, key)
    assert (phase, verbs.count("close")) == ("closed", 1)


def test_what_is_reopened_while_the_night_closes_is_open_in_the_end(app, once):
    key = once(solved)
    reopening = pressing(key, tickets.reopen, {"words": "又坏了"})
    assert together(app, [(LIN, closing_all), (LIN, reopening)]) == ["done", "done"]
    phase, _who, verbs = now(app, key)
    assert (phase, verbs[4:]) in (("working", ["reopen"]), ("working", ["close", "reopen"]))


def test_a_night_that_believed_what_it_read_would_close_what_was_reopened(app, once, monkeypatch):
    key = once(solved)
    held = closing._held

    def reopened_meanwhile(before):
        found = held(before)
        tickets.reopen(ticket(key), {"words": "又坏了"}, actor=SYSTEM, revision=None)
        return found

    monkeypatch.setattr(closing, "_held", reopened_meanwhile)
    with app.app_context(), acting(SYSTEM) as system:
        tickets.close_overdue(before=clock.now() + timedelta(minutes=1), actor=system)
    assert now(app, key)[0] == "closed"  # so what is closed must be locked where it is read
