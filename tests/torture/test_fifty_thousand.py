"""50,000 customers are given another department by a filter: history, progress, undo, and what was edited since."""

import json
import threading

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.engine import reading
from app.base.history import insert_versioned
from app.base.transaction import transaction
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from app.system.jobs.rules import State
from app.system.logs.models import Entry
from app.system.runs import services as runs
from app.system.runs.models import Run, RunRow
from app.system.runs.rules import Return
from tests.bed.databases import POSTGRESQL, SQLITE, build
from tests.cast import ANRAN, EVE, LIN
from tests.torture.test_killed_workers import departments, screen, versions_each

pytestmark = [pytest.mark.torture, pytest.mark.one_database]
ROWS, OTHERS, BATCH, EDITED = 50_000, 500, 10_000, 3
MEANT = json.dumps({"all": [{"field": "name", "op": "starts", "value": "河南客户"}]})


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def house(request, bed):
    """An application of its own, with 50,000 customers that the filter means and some that it does not."""
    app = build(bed, request.param)
    with app.app_context():
        with acting(SYSTEM):
            made = [row(f"河南客户{n}有限公司") for n in range(ROWS)] + [row(f"山东客户{n}") for n in range(OTHERS)]
            for start in range(0, len(made), BATCH):
                bring_in(made[start : start + BATCH])
        yield app
        db.session.remove()


def row(name):
    at = clock.now()
    about = {"owner_id": LIN.id, "department_id": LIN.department_id, "created_at": at, "updated_at": at}
    return {"kind": "company", "name": name, "status": "potential", **about}


@transaction
def bring_in(rows):
    insert_versioned(Customer, rows)


def worked(app, job_id):
    """Do a job as a worker would; return how far it was seen to be while it ran."""
    seen, over = [], threading.Event()

    def watch():
        with app.app_context(), acting(SYSTEM), reading():
            while not over.wait(0.05):
                seen.append(db.session.scalar(select(Job.done_count).where(Job.id == job_id)))
                db.session.rollback()
            db.session.remove()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        assert jobs.work(job_id, lease_seconds=60) == State.DONE
    finally:
        over.set()
        watcher.join()
    return seen


def test_fifty_thousand_customers_get_another_department_and_back(house):
    run_id, seen = given_another_department(house)
    assert departments() == {EVE.department_id: ROWS, LIN.department_id: OTHERS}
    assert versions_each() == {2: ROWS, 1: OTHERS}
    assert sorted(seen) == seen
    assert len(set(seen)) > 5, "somebody who watches sees it move"
    with acting(SYSTEM):
        assert db.session.scalar(select(func.count(Entry.id)).where(Entry.kind == "bulk_changed")) == 1

    edited = edit_some()
    taken_back(house, run_id)
    assert departments() == {EVE.department_id: EDITED, LIN.department_id: ROWS - EDITED + OTHERS}
    assert versions_each() == {3: ROWS, 1: OTHERS}
    with acting(SYSTEM):
        run = db.session.get_one(Run, run_id, populate_existing=True)
        assert (run.state, run.restored_count, run.kept_count) == ("undone", ROWS - EDITED, EDITED)
        kept = select(RunRow.record_id).where(RunRow.run_id == run_id, RunRow.undone == Return.KEPT)
        assert set(db.session.scalars(kept)) == set(edited), "those edited since are named"


def given_another_department(house):
    """Let every customer that the filter means have another department; return the run, and its progress as seen."""
    subject = screen(house).subject()
    with acting(ANRAN.actor) as actor:
        where = subject.meant(filter_text=MEANT, ticked=None, actor=actor)
        assert runs.counts(subject, where, actor=actor).writable == ROWS
        about = {"title": "Change many", "filter_text": MEANT, "ticked": None, "shown": ROWS, "in_background": True}
        given = {"department": EVE.department_id}
        run = runs.begin(subject, subject.actions["bulk_edit"], actor=actor, given=given, **about)
        run_id, job_id = run.id, run.job_id
    return run_id, worked(house, job_id)


def taken_back(house, run_id):
    with acting(ANRAN.actor) as actor:
        runs.begin_to_take_back(db.session.get_one(Run, run_id), actor=actor, in_background=True)
        job_id = db.session.get_one(Run, run_id).job_id
        db.session.rollback()
    worked(house, job_id)


def edit_some():
    """Save some of the changed customers, so that undo must leave them alone; return their ids."""
    with acting(LIN.actor) as actor:
        some = list(db.session.scalars(select(Customer.id).order_by(Customer.id).limit(EDITED)))
        for key in some:
            services.change(
                db.session.get_one(Customer, key), {"notes": "老板只在上午接电话"}, actor=actor, revision=None
            )
        return some
