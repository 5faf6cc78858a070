"""The timetable: a due turn is run once, whoever else looks at the clock."""

import re
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.timetable import Entry
from app.extensions import db
from app.system.jobs import queries, rules, services
from app.system.jobs.models import Turn
from app.system.jobs.services import turns

ran = []
NIGHTLY = Entry("test.nightly", lambda: ran.append("ran") or "7 done", hour=2, minute=30)


@pytest.fixture(autouse=True)
def nobody_ran():
    ran.clear()


@pytest.mark.parametrize(
    ("utc", "due"),
    [
        ("2026-11-21T18:30", "2026-11-21T18:30"),
        ("2026-11-21T18:29", "2026-11-20T18:30"),
        ("2026-11-22T12:00", "2026-11-21T18:30"),
    ],
)
def test_a_daily_task_is_due_in_the_zone_of_the_business(utc, due):
    assert NIGHTLY.due_at(datetime.fromisoformat(utc)) == datetime.fromisoformat(due)


@pytest.mark.parametrize(("utc", "due"), [("10:07:31", "10:00"), ("10:00:00", "10:00"), ("09:59:59", "09:45")])
def test_a_task_of_every_quarter_is_due_at_the_quarters(utc, due):
    entry = Entry("x", lambda: None, minutes=15)
    day = "2026-11-22T"
    assert entry.due_at(datetime.fromisoformat(day + utc)) == datetime.fromisoformat(day + due)


@pytest.mark.parametrize(
    ("due", "taken_for", "is_over", "seconds", "free"),
    [
        (2, 1, True, 10, True),
        (2, 2, True, 10, False),
        (1, 2, True, 10, False),  # the clock was put back
        (2, 2, False, rules.HOUR_SECONDS, False),  # still being run
        (2, 2, False, rules.HOUR_SECONDS + 1, True),  # its worker died
        (1, 2, False, rules.HOUR_SECONDS + 1, False),
    ],
)
def test_when_a_turn_is_free(due, taken_for, is_over, seconds, free):
    due_at, before = (datetime(2026, 11, day) for day in (due, taken_for))
    assert rules.is_turn_free(due_at, taken_for=before, is_over=is_over, seconds_since=seconds) is free


def run():
    with acting(SYSTEM):
        return services.run_turn(NIGHTLY)


def kept():
    with acting(SYSTEM):
        db.session.expire_all()
        return queries.turns()[0]


def put_back(**times):
    with acting(SYSTEM):
        values = {name: getattr(kept(), name) - gone for name, gone in times.items()}
        db.session.execute(update(Turn.__table__).values(**values))
        db.session.commit()


def test_a_task_met_for_the_first_time_waits_for_its_next_turn(in_app):
    assert run() is False
    assert ran == []


def test_a_due_turn_is_run_once_and_its_result_is_kept(in_app):
    run()
    put_back(due_at=timedelta(days=1))
    assert [run(), run()] == [True, False]
    assert ran == ["ran"]
    assert (kept().result, kept().problem) == ("7 done", None)
    assert kept().ended_at is not None


def test_days_without_a_worker_make_one_turn_when_it_is_back(in_app):
    run()
    put_back(due_at=timedelta(days=9))
    assert [run(), run()] == [True, False]


def test_a_turn_whose_worker_died_is_run_again_after_an_hour(in_app):
    run()
    put_back(due_at=timedelta(days=1))
    with acting(SYSTEM):
        assert turns._take(NIGHTLY.name, NIGHTLY.due_at(clock.now())) is True  # and the worker dies
    assert run() is False
    put_back(started_at=timedelta(seconds=rules.HOUR_SECONDS + 1))
    assert run() is True


def test_a_task_that_fails_keeps_the_reason_and_the_next_is_run_all_the_same(in_app):
    def fall():
        raise ZeroDivisionError("by nought")

    falling = Entry("test.falling", fall, hour=2, minute=30)
    with acting(SYSTEM):
        services.run_turn(falling)
    put_back(due_at=timedelta(days=1))
    with acting(SYSTEM):
        assert services.run_turn(falling) is True
    assert (kept().problem, kept().result) == ("ZeroDivisionError: by nought", None)


def test_of_two_workers_that_meet_a_turn_one_runs_it(app):
    meet_a_turn(app)
    assert ran == ["ran"]


def test_without_the_lock_both_would_run_it(app, monkeypatch):
    def look_and_take(_name, _due_at):
        met.wait(10)
        return True

    met = threading.Barrier(2)
    monkeypatch.setattr(turns, "_take", look_and_take)
    meet_a_turn(app)
    assert ran == ["ran", "ran"]


def meet_a_turn(app):
    with app.app_context():
        db.session.add(
            Turn(name=NIGHTLY.name, due_at=datetime(2026, 1, 1), started_at=clock.now(), ended_at=clock.now())
        )
        db.session.commit()
        db.session.remove()
    ready = threading.Barrier(2)

    def go():
        with app.app_context():
            ready.wait(10)
            run()
            db.session.remove()

    workers = [threading.Thread(target=go) for _one in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)


def test_the_timetable_says_in_the_readers_words_what_each_task_does(app, as_user):
    moment = datetime(2026, 11, 22, 2, 30)
    with app.app_context(), acting(SYSTEM):
        db.session.add(Turn(name="system.logs.seal", due_at=moment, started_at=moment))
        db.session.add(Turn(name="former.task", due_at=moment, started_at=moment))
        db.session.commit()
    page = as_user("anran", language="zh_Hans").get("/timetable/").text
    assert "封存日志" in page
    assert "system.logs.seal" not in re.sub(r"<[^>]*>", "", page)
    assert "former.task" in page
