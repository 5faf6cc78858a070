"""Redis is killed and started again: pages work, jobs wait for it, and go on by themselves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.base.actor import SYSTEM, acting
from app.base.screens import longexports
from app.extensions import db
from app.system.jobs.models import Job
from app.system.jobs.rules import State
from tests.bed import servers
from tests.bed.browsers import signed_in
from tests.bed.databases import SQLITE, build, environment
from tests.cast import LIN
from tests.torture.test_killed_workers import ROOT, screen

pytestmark = [pytest.mark.torture, pytest.mark.one_database]
LONGEST_SECONDS = 150  # the sweep comes once a minute


@pytest.fixture
def redis(bed):
    """A Redis of this test's own: its address and its folder."""
    home = bed / f"redis-away-{servers.free_port()}"
    yield servers._start_redis(home), home
    stop(home)


def stop(home):
    if (home / "redis.pid").exists():
        os.kill(int((home / "redis.pid").read_text()), signal.SIGKILL)
        (home / "redis.pid").unlink()


def start_again(home):
    servers._run(home, servers.program("redis-server"), home / "redis.conf")


def test_pages_work_while_redis_is_away_and_jobs_go_on_when_it_is_back(bed, redis):
    address, home = redis
    app = build(bed, SQLITE)
    settings = app.config["ZHIKE"]
    given = environment(settings) | {"REDIS_URL": address}
    with (settings.data_dir / "worker.log").open("ab") as log:
        worker = subprocess.Popen([sys.executable, "-m", "app.worker"], cwd=ROOT, env=os.environ | given, stderr=log)
    try:
        stop(home)
        assert signed_in(app, "lin").get("/customers/").status_code == 200
        with app.app_context(), acting(LIN.actor):
            job_id = longexports.begin(screen(app), {}, file_format="csv")
            db.session.remove()
        start_again(home)
        assert ended(app, job_id) == State.DONE, Path(log.name).read_text()[-3000:]
    finally:
        worker.kill()
        worker.wait()


def ended(app, job_id):
    ends = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < ends:
        with app.app_context(), acting(SYSTEM):
            state = db.session.get(Job, job_id).state
            db.session.remove()
        if state not in (State.WAITING, State.RUNNING):
            return state
        time.sleep(1)
    return state
