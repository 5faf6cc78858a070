"""What the worker runs, when, and how it is called."""

from datetime import datetime, timedelta

import pytest
from huey import MemoryHuey, RedisHuey
from sqlalchemy import delete, update

from app import worker
from app.base import background, clock
from app.base.actor import SYSTEM, acting
from app.base.background import Kind
from app.base.i18n import speaking
from app.base.timetable import TIMETABLE
from app.crm.customers.models import PhoneNumber
from app.extensions import db
from app.system.jobs import services
from app.system.jobs.facts import JobWaiting
from app.system.jobs.models import Job, Turn
from app.system.jobs.rules import State
from app.system.search.models import IndexEntry
from tests.bed.servers import free_port
from tests.factories import a_customer


@pytest.fixture
def kind():
    background.register(Kind("test", "Test", run=lambda _progress: {"rows": 1}))
    yield
    del background.kinds["test"]


@pytest.fixture
def job(app, kind):
    with app.app_context(), acting(SYSTEM):
        return services.start("test", {}, words={}, actor=SYSTEM)


@pytest.mark.usefixtures("app")
def test_the_timetable_holds_the_tasks_of_the_domains():
    assert TIMETABLE["crm.customers.recount_phones"].hour == 2
    assert TIMETABLE["system.jobs.sweep"].minutes == 1


def test_the_log_is_sealed_by_the_minute_and_pruned_by_night(app):
    assert TIMETABLE["system.logs.seal"].minutes == 1
    with app.app_context(), acting(SYSTEM):
        TIMETABLE["system.logs.seal"].task()
        done = [TIMETABLE[f"system.{name}"].task() for name in ("logs.seal", "logs.prune", "notifications.sweep")]
    assert done == [0, 0, 0]


def test_the_nightly_count_sets_a_wrong_number_right(app, saved, read):
    saved(a_customer, phone="+8637165001234")
    entry = TIMETABLE["crm.customers.recount_phones"]
    with app.app_context(), acting(SYSTEM):
        db.session.execute(update(PhoneNumber.__table__).values(customer_count=7))
        yesterday = clock.now() - timedelta(days=2)
        db.session.add(Turn(name=entry.name, due_at=yesterday, started_at=yesterday, ended_at=yesterday))
        db.session.commit()
        assert worker.run(entry) is True

    assert read(PhoneNumber, "+8637165001234").customer_count == 1
    assert read(Turn, entry.name).result == "1"


def test_search_mends_its_index_and_counts_its_tokens_by_night(app, saved):
    saved(a_customer)
    with app.app_context(), acting(SYSTEM):
        db.session.execute(delete(IndexEntry.__table__))
        db.session.commit()
        with speaking("en"):
            told = str(TIMETABLE["system.search.check_index"].task())
        assert told == "Missing: 1, out of date: 0, left over: 0"
        assert TIMETABLE["system.search.count_tokens"].task() == 0


@pytest.mark.one_database
def test_a_call_through_the_queue_does_the_job(app, job, read):
    huey = MemoryHuey(immediate=False)
    caller = worker.Caller(app, huey)
    caller.call(JobWaiting(job_id=job))
    huey.execute(huey.dequeue())
    assert read(Job, job).state == State.DONE


@pytest.mark.one_database
def test_the_clock_calls_every_entry_of_the_timetable_once_a_minute(app):
    huey = MemoryHuey(immediate=False)
    worker.Caller(app, huey)
    [tick] = huey.read_periodic(datetime(2026, 11, 22, 10, 7))
    huey.execute(tick)
    called = [huey.dequeue().args[0] for _entry in TIMETABLE]
    assert sorted(called) == sorted(TIMETABLE)


@pytest.mark.one_database
def test_with_the_queue_away_the_job_waits_for_the_sweep_and_the_page_works(app, job, read, caplog):
    caller = worker.Caller(app, RedisHuey("zhike", url=f"redis://127.0.0.1:{free_port()}/0"))
    caller.call(JobWaiting(job_id=job))
    assert "queue away" in caplog.text
    assert read(Job, job).state == State.WAITING
