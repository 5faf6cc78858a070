"""What the worker runs, and when."""

from datetime import datetime

import pytest
from huey import MemoryHuey
from sqlalchemy import update

from app import worker
from app.base.actor import SYSTEM, acting
from app.base.timetable import TIMETABLE, Entry
from app.crm.customers.models import PhoneNumber
from app.extensions import db
from tests.factories import a_customer


@pytest.fixture(autouse=True)
def timetable():
    worker.load_tasks()


def test_the_timetable_holds_the_tasks_of_the_domains():
    assert TIMETABLE["crm.customers.recount_phones"].hour == 2


@pytest.mark.parametrize(("utc", "is_due"), [("18:30", True), ("18:29", False), ("18:31", False), ("02:30", False)])
def test_a_task_is_due_in_the_zone_of_the_business(utc, is_due):
    entry = Entry("x", 2, 30, lambda: None)
    moment = datetime.fromisoformat(f"2026-11-22T{utc}")
    assert worker.is_due(entry)(moment) is is_due


@pytest.mark.parametrize(("utc", "is_due"), [("18:30", True), ("18:31", False), ("18:35", True), ("16:00", True)])
def test_a_task_may_come_round_every_few_minutes(utc, is_due):
    entry = Entry("x", 0, 0, lambda: None, every_minutes=5)
    assert worker.is_due(entry)(datetime.fromisoformat(f"2026-11-22T{utc}")) is is_due


def test_the_log_is_sealed_by_the_minute_and_pruned_by_night(app):
    assert TIMETABLE["system.logs.seal"].every_minutes == 1
    worker.run(app, TIMETABLE["system.logs.seal"])
    assert worker.run(app, TIMETABLE["system.logs.seal"]) == 0
    assert worker.run(app, TIMETABLE["system.logs.prune"]) == 0
    assert worker.run(app, TIMETABLE["system.notifications.sweep"]) == 0


def test_the_nightly_count_sets_a_wrong_number_right(app, saved, read):
    saved(a_customer, phone="+8637165001234")
    with app.app_context(), acting(SYSTEM):
        db.session.execute(update(PhoneNumber.__table__).values(customer_count=7))
        db.session.commit()

    assert worker.run(app, TIMETABLE["crm.customers.recount_phones"]) == 1

    assert read(PhoneNumber, "+8637165001234").customer_count == 1


@pytest.mark.one_database
def test_huey_knows_every_task_of_the_timetable(app):
    huey = MemoryHuey()
    worker.hang(huey, app, TIMETABLE.values())
    assert [task.name.split(".")[-1] for task in huey._registry.periodic_tasks] == [
        "seal",
        "prune",
        "sweep",
        "recount_phones",
    ]


@pytest.mark.one_database
def test_a_task_due_now_is_run_by_huey(app, saved):
    ran, huey = [], MemoryHuey(immediate=False)
    worker.hang(huey, app, [Entry("crm.test", 2, 30, lambda: ran.append("ran"))])
    [task] = huey.read_periodic(datetime.fromisoformat("2026-11-22T18:30"))
    huey.execute(task)
    assert ran == ["ran"]
