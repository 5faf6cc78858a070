"""The worker is killed with kill -9 again and again while it sends mail: all arrive, and every copy is explained."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.engine import reading
from app.extensions import db
from app.system.channels.models import Delivery
from app.worker import call_through, queue
from tests.bed.databases import POSTGRESQL, SQLITE, build, environment
from tests.bed.torture import times
from tests.cast import PEOPLE
from tests.system.channels.servers import HOST, mail_server
from tests.system.channels.steps import a_channel, read, tell

pytestmark = [pytest.mark.torture, pytest.mark.one_database]
ROOT = Path(__file__).parents[2]
KILLS, TELLINGS, LEASE_SECONDS = times(6, full=20), times(7, full=18), 2
BETWEEN = (TELLINGS * len(PEOPLE) - 40) // KILLS  # mails between two kills; some are left for the last worker
LONGEST_SECONDS = 180


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def house(request, bed):
    app = build(bed, request.param)
    call_through(app, queue(app.config["ZHIKE"]))
    return app


def begun(app):
    """Start a real worker process."""
    settings = app.config["ZHIKE"]
    given = environment(settings) | {"JOB_LEASE_SECONDS": str(LEASE_SECONDS), "CHANNEL_HOSTS": HOST}
    with (settings.data_dir / "worker.log").open("ab") as log:
        words = [sys.executable, "-m", "app.worker"]
        return subprocess.Popen(words, cwd=ROOT, env=os.environ | given, stderr=log)


@contextmanager
def worker(app):
    running = begun(app)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


class Counting:
    """A mail server's postbox that tells how much has come, at the very moment it says 250."""

    def __init__(self, box):
        self.box, self.more = box, threading.Condition()
        self.keep = box.handle_DATA
        box.handle_DATA = self.handle

    async def handle(self, server, session, envelope):
        answer = await self.keep(server, session, envelope)
        with self.more:
            self.more.notify_all()
        return answer

    def wait(self, count):
        ends = time.monotonic() + LONGEST_SECONDS
        with self.more:
            while len(self.box.mails) < count:
                assert time.monotonic() < ends, f"{len(self.box.mails)} of {count} mails have come"
                self.more.wait(1)


def arrived(box):
    return Counter(read(one)["Message-ID"] for one in list(box.mails))


def standing(app):
    """Return the Message-ID of every delivery, with its state."""
    with app.app_context(), acting(SYSTEM), reading():
        found = dict(db.session.execute(select(Delivery.mail_id, Delivery.state)).all())
        db.session.remove()
    return found


def killed(app, box, counting, number):
    """Let a worker send some mails and kill it; return what had come by then although we had not noted it."""
    with worker(app) as running:
        counting.wait(len(box.mails) + BETWEEN)
        time.sleep(0.003 * (number % 5))  # at another step of a letter each time
        running.send_signal(signal.SIGKILL)
        running.wait()
    time.sleep(0.2)  # until what the server has in hand is told
    come = arrived(box)
    return [key for key, state in standing(app).items() if state == "sending" and key in come]


def finished(app):
    """Let a worker send what is left."""
    with worker(app):
        ends = time.monotonic() + LONGEST_SECONDS
        while set(standing(app).values()) != {"sent"}:
            assert time.monotonic() < ends, Counter(standing(app).values())
            time.sleep(0.5)


def test_every_mail_arrives_and_a_copy_only_after_a_kill_between_the_servers_yes_and_our_commit(house, capsys):
    with mail_server() as (box, port):
        counting = Counting(box)
        a_channel(house, port=port)
        for _time in range(TELLINGS):
            tell(house, *PEOPLE)
        expected = set(standing(house))
        unsure = Counter()
        for number in range(KILLS):
            unsure.update(killed(house, box, counting, number))
        finished(house)

        come = arrived(box)
    assert len(expected) == TELLINGS * len(PEOPLE)
    assert set(come) == expected
    copies = Counter({key: count - 1 for key, count in come.items() if count > 1})
    assert all(count <= unsure[key] for key, count in copies.items()), (copies, unsure)
    log = (house.config["ZHIKE"].data_dir / "worker.log").read_text()
    assert "Traceback" not in log, log
    with capsys.disabled():
        sys.stdout.write(f"\n{len(expected)} mails, {KILLS} kills, {sum(copies.values())} copies, each explained\n")
