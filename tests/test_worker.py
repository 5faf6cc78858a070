"""What the worker runs, and when."""

from datetime import datetime

import pytest
from huey import MemoryHuey
from sqlalchemy import delete, update

from app import worker
from app.base.actor import SYSTEM, acting
from app.base.timetable import TIMETABLE, Entry
from app.crm.customers.models import PhoneNumber
from app.extensions import db
from app.system.search.models import Entry as SearchEntry
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


def test_the_nightly_count_sets_a_wrong_number_right(app, saved, read):
    saved(a_customer, phone="+8637165001234")
    with app.app_context(), acting(SYSTEM):
        db.session.execute(update(PhoneNumber.__table__).values(customer_count=7))
        db.session.commit()

    assert worker.run(app, TIMETABLE["crm.customers.recount_phones"]) == 1

    assert read(PhoneNumber, "+8637165001234").customer_count == 1


def test_the_nightly_tasks_of_search_mend_the_index_and_count_its_tokens(app, saved):
    saved(a_customer)
    with app.app_context(), acting(SYSTEM):
        db.session.execute(delete(SearchEntry.__table__))
        db.session.commit()
    assert worker.run(app, TIMETABLE["system.search.check_index"]) == {"missing": 1, "stale": 0, "orphaned": 0}
    assert worker.run(app, TIMETABLE["system.search.count_tokens"]) == 0


@pytest.mark.one_database
def test_huey_knows_every_task_of_the_timetable(app):
    huey = MemoryHuey()
    worker.hang(huey, app, TIMETABLE.values())
    known = {task.name.split(".")[-1] for task in huey._registry.periodic_tasks}
    assert known == {name.split(".")[-1] for name in TIMETABLE}


@pytest.mark.one_database
def test_a_task_due_now_is_run_by_huey(app, saved):
    ran, huey = [], MemoryHuey(immediate=False)
    worker.hang(huey, app, [Entry("crm.test", 2, 30, lambda: ran.append("ran"))])
    [task] = huey.read_periodic(datetime.fromisoformat("2026-11-22T18:30"))
    huey.execute(task)
    assert ran == ["ran"]
