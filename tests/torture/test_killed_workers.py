"""The worker is killed with kill -9 in the middle of an import, an export, a bulk run: nothing half done or twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from app.base import storage
from app.base.actor import SYSTEM, acting
from app.base.engine import reading
from app.base.history import versions_of
from app.base.screens import longexports
from app.crm.customers.models import Customer, PhoneEntry
from app.crm.customers.views import CustomerView
from app.extensions import db
from app.system.imports import services as imports
from app.system.imports.models import ImportRun
from app.system.jobs.models import Job
from app.system.jobs.rules import State
from app.system.logs.models import Entry
from app.system.runs import services as runs
from app.system.runs.models import Run
from app.worker import call_through, queue
from tests.bed.databases import POSTGRESQL, SQLITE, build, environment
from tests.bed.torture import times
from tests.cast import ANRAN, EVE
from tests.system.imports.steps import checked, imported, workbook

pytestmark = [pytest.mark.torture, pytest.mark.one_database]
ROOT = Path(__file__).parents[2]
ROWS = 5_000  # some chunks of two thousand
LEASE_SECONDS = 2
#: How far the job is when its worker is killed: just taken, in the middle, near its end.
POINTS = times((0.4,), full=(0, 0.4, 0.8))
LONGEST_SECONDS = 120


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def house(request, bed):
    """An application on a database of its own, whose queue real workers read."""
    app = build(bed, request.param)
    call_through(app, queue(app.config["ZHIKE"]))
    with app.app_context():
        yield app
        db.session.remove()


@contextmanager
def worker(app):
    """A real worker process. Killed at the end, if it still lives."""
    settings = app.config["ZHIKE"]
    given = environment(settings) | {"JOB_LEASE_SECONDS": str(LEASE_SECONDS)}
    log = (settings.data_dir / "worker.log").open("ab")
    running = subprocess.Popen([sys.executable, "-m", "app.worker"], cwd=ROOT, env=os.environ | given, stderr=log)
    try:
        yield running
    finally:
        running.kill()
        running.wait()
    said = Path(log.name).read_text()
    assert "Traceback" not in said, said


def job_of(job_id):
    db.session.rollback()
    with acting(SYSTEM), reading():  # or on SQLite looking would take the write lock
        job = db.session.get(Job, job_id, populate_existing=True)
        db.session.expunge(job)
        db.session.rollback()
    return job


def wait_for(job_id, reached):
    ends = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < ends:
        job = job_of(job_id)
        if reached(job):
            return job
        time.sleep(0.02)
    pytest.fail(f"The job is {job.state} at {job.done_count} of {job.total_count}: {job.problem}")


def killed_at(app, job_id, point):
    """Let a worker begin the job, kill it at the point; let others finish it."""
    with worker(app) as running:
        wait_for(job_id, lambda job: job.state == State.DONE or is_at(job, point))
        running.send_signal(signal.SIGKILL)
        running.wait()
    cut = job_of(job_id)
    time.sleep(LEASE_SECONDS + 0.5)  # until the lease of the dead has run out
    with worker(app):
        ended = wait_for(job_id, lambda job: job.state not in (State.WAITING, State.RUNNING))
    assert ended.state == State.DONE, ended.problem
    assert cut.state == State.DONE or ended.losses == 1
    return cut


def is_at(job, point):
    return job.state == State.RUNNING and job.done_count >= point * (job.total_count or 0)


def write(tmp_path):
    rows = [[f"河南客户{n}有限公司", f"139{n:08}"] for n in range(ROWS)]
    return workbook(tmp_path, ["单位名称", "电话"], *rows)


@pytest.mark.parametrize("point", POINTS)
def test_an_import_whose_worker_is_killed_brings_every_row_in_once(house, tmp_path, point):
    with acting(ANRAN.actor):
        run = checked(write(tmp_path), ANRAN)
        imports.in_background(run, imports.IMPORT, actor=ANRAN.actor)
        run_id, job_id = run.id, run.job_id
    killed_at(house, job_id, point)
    with acting(SYSTEM):
        run = db.session.get(ImportRun, run_id, populate_existing=True)
        assert (run.state, run.counts["create"]) == ("imported", ROWS)
        assert db.session.scalar(select(func.count(Customer.id))) == ROWS
        assert db.session.scalar(select(func.count(PhoneEntry.id))) == ROWS
        assert db.session.scalar(select(func.count(versions_of(Customer).id))) == ROWS


@pytest.mark.parametrize("point", POINTS)
def test_a_bulk_run_whose_worker_is_killed_changes_every_row_once_and_is_taken_back(house, tmp_path, point):
    imported(write(tmp_path), ANRAN)
    with acting(ANRAN.actor) as actor:
        subject = screen(house).subject()
        given = {"department": EVE.department_id}
        about = {"title": "Change many", "filter_text": "", "ticked": None, "shown": ROWS, "in_background": True}
        run = runs.begin(subject, subject.actions["bulk_edit"], actor=actor, given=given, **about)
        run_id, job_id = run.id, run.job_id
    killed_at(house, job_id, point)
    assert departments() == {EVE.department_id: ROWS}
    assert versions_each() == {2: ROWS}

    with acting(ANRAN.actor) as actor:
        runs.begin_to_take_back(db.session.get(Run, run_id), actor=actor, in_background=True)
        job_id = db.session.get(Run, run_id).job_id
        db.session.rollback()
    killed_at(house, job_id, point)
    assert departments() == {ANRAN.department_id: ROWS}
    assert versions_each() == {3: ROWS}
    with acting(SYSTEM):
        run = db.session.get(Run, run_id, populate_existing=True)
        assert (run.state, run.changed_count, run.restored_count, run.kept_count) == ("undone", ROWS, ROWS, 0)


@pytest.mark.parametrize("point", POINTS)
def test_an_export_whose_worker_is_killed_is_whole_and_logged_once(house, tmp_path, point):
    imported(write(tmp_path), ANRAN)
    with acting(ANRAN.actor):
        job_id = longexports.begin(screen(house), {}, file_format="xlsx")
    killed_at(house, job_id, point)
    with acting(SYSTEM), storage.opened(job_of(job_id).file["sha256"]) as file:
        rows = list(
            openpyxl.load_workbook(file, read_only=True).active.iter_rows(min_row=2, max_col=2, values_only=True)
        )
        assert len({row[1] for row in rows}) == len(rows) == ROWS
        logged = select(func.count()).select_from(Entry).where(Entry.kind == "exported")
        assert db.session.scalar(logged) == 1


def screen(house):
    return next(view for view in house.appbuilder.baseviews if isinstance(view, CustomerView))


def departments():
    with acting(SYSTEM):
        counted = select(Customer.department_id, func.count()).group_by(Customer.department_id)
        return dict(db.session.execute(counted).all())


def versions_each():
    """Return how many customers have how many lines of history."""
    with acting(SYSTEM):
        kept = versions_of(Customer)
        return Counter(db.session.scalars(select(func.count(kept.id)).group_by(kept.id)))
