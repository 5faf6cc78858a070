"""The night on the timetable: at the time the house has set, once, whatever the clock and the workers do."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from app.base import clock, settings
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid
from app.base.timetable import TIMETABLE
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Turn
from app.system.jobs.services import turns
from app.system.settings import services as setting_services
from tests.cast import ANRAN, LIN
from tests.crm.recalls.steps import a_rule, assigned, customer, messages, runs

NAME = "crm.recalls.night"


@pytest.fixture
def at(monkeypatch):
    """Hold the clock still at a moment of the business's zone: ``at("2026-12-01T02:00")``."""

    def hold(text):
        moment = clock.stored(datetime.fromisoformat(text))
        monkeypatch.setattr(clock, "now", lambda: moment)

    return hold


def night():
    with acting(SYSTEM):
        return jobs.run_turn(TIMETABLE[NAME])


def set_to(text):
    with acting(ANRAN.actor) as anran:
        setting = settings.registered["recall_run_at"]
        row = setting_services.changing.queries.row_of(setting)
        setting_services.change(setting, text, actor=anran, revision=row.revision if row else 0)


@pytest.fixture
def begun(in_app, at):
    """The evening before: the worker knows the entry, a rule is on."""
    at("2026-11-30T20:00")
    night()
    return a_rule()


@pytest.mark.parametrize(
    ("set_to_", "now", "due"),
    [
        (None, "2026-12-01T02:00", "2026-12-01T02:00"),
        (None, "2026-12-01T01:59", "2026-11-30T02:00"),
        ("23:30", "2026-12-01T23:30", "2026-12-01T23:30"),
        ("23:30", "2026-12-01T23:29", "2026-11-30T23:30"),
        ("0:05", "2026-12-01T00:05", "2026-12-01T00:05"),
    ],
)
def test_the_night_is_due_when_the_house_says_in_the_zone_of_the_business(in_app, set_to_, now, due):
    if set_to_:
        set_to(set_to_)
    expected = clock.stored(datetime.fromisoformat(due))
    assert TIMETABLE[NAME].due_at(clock.stored(datetime.fromisoformat(now))) == expected


@pytest.mark.parametrize("typed", ["24:00", "2:60", "2", "02:00:00", "nachts", "２:00x"])
def test_what_is_no_time_of_day_cannot_be_set(in_app, typed):
    with pytest.raises(Invalid, match="Write a time of day"):
        set_to(typed)


@pytest.mark.parametrize(("typed", "kept"), [("2:05", "02:05"), ("23:59", "23:59"), ("02：00", "02:00")])
def test_a_time_of_day_is_kept_in_one_spelling(in_app, typed, kept):
    set_to(typed)
    assert settings.value("recall_run_at") == kept


@pytest.mark.parametrize(
    ("assigned_at", "is_recalled"),
    [("2026-11-01T23:59:59", True), ("2026-11-02T00:00:00", False)],  # 30 calendar days before 1 December, or 29
)
def test_days_end_at_midnight_of_the_business(begun, at, assigned_at, is_recalled):
    key = assigned(0)
    with acting(SYSTEM):
        row = customer(key)
        row.assigned_at = clock.stored(datetime.fromisoformat(assigned_at))
        db.session.commit()
    at("2026-12-01T02:00")
    assert night() is True
    assert (customer(key).owner_id is None) == is_recalled


def test_before_the_hour_nothing_is_done(begun, at):
    key = assigned(60)
    at("2026-12-01T01:59")
    assert night() is False
    assert customer(key).owner_id == LIN.id


def test_a_missed_night_is_caught_up_once_and_not_once_per_night(begun, at):
    key, soon = assigned(60), assigned(22, name="快了")
    at("2026-12-04T09:30")
    assert [night(), night()] == [True, False]
    assert customer(key).owner_id is None
    assert len(runs()) == 1
    assert [values["stages"] for _who, values in messages("recall_soon")] == [[[7, 1]]]
    assert customer(soon).owner_id == LIN.id


def test_a_clock_put_back_an_hour_does_not_run_the_night_again(begun, at):
    assigned(60)
    at("2026-12-01T02:10")
    assert night() is True
    later = assigned(90, name="后来")
    at("2026-12-01T01:10")
    assert night() is False
    at("2026-12-01T02:10")
    assert night() is False
    assert customer(later).owner_id == LIN.id
    at("2026-12-02T02:00")
    assert night() is True
    assert customer(later).owner_id is None


def test_warnings_come_before_the_recall_and_the_turn_says_how_many(begun, at):
    assigned(60)
    assigned(24, name="快了")
    at("2026-12-01T02:00")
    night()
    with acting(SYSTEM):
        turn = db.session.get_one(Turn, NAME)
        assert str(turn.result) == "Recalled: 1. Warned of: 1."


def two_workers(app):
    ready, ran = threading.Barrier(2), []

    def go():
        with app.app_context():
            ready.wait(10)
            ran.append(night())
            db.session.remove()

    workers = [threading.Thread(target=go) for _one in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    return sorted(ran)


@pytest.fixture
def due(app):
    """A night that is due, of three customers whose days have passed; their ids."""
    with app.app_context():
        a_rule()
        keys = [assigned(60, name=f"客户{n}") for n in range(3)]
        with acting(SYSTEM):
            db.session.execute(delete(Turn.__table__).where(Turn.__table__.c.name == NAME))
            before = clock.now() - timedelta(days=2)
            db.session.add(Turn(name=NAME, due_at=before, started_at=before, ended_at=before))
            db.session.commit()
        db.session.remove()
    return keys


def test_of_two_workers_that_meet_the_night_one_runs_it(app, due):
    assert two_workers(app) == [False, True]
    with app.app_context():
        assert [run.changed_count for run in runs()] == [3]
        assert messages("recalled") == [(LIN.id, {"count": 3, "rule": "未跟进"})]


def test_without_the_lock_of_the_turn_both_run_it_and_still_nobody_is_recalled_twice(app, due, monkeypatch):
    """The guard taken out: what is left are the locks of the rows."""
    monkeypatch.setattr(turns, "_take", lambda _name, _due_at: True)
    assert two_workers(app) == [True, True]
    with app.app_context():
        assert sum(run.changed_count for run in runs()) == 3
        assert sum(values["count"] for _who, values in messages("recalled")) == 3
        with acting(SYSTEM):
            assert {db.session.get(Customer, key).owner_id for key in due} == {None}
