"""The worker: does jobs, and runs what is on the timetable. ``make worker``, or threads in the server's process.

The database says what there is to do; huey only wakes: through Redis if there is one (REDIS_URL), else through a
file beside the database. A call that is lost is made again by the sweep.
"""

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from redis.exceptions import RedisError

from app import create_app
from app.base.actor import SYSTEM, Channel, acting
from app.base.timetable import TIMETABLE, Entry
from app.base.transaction import listen
from app.base.web import log_to_stderr
from app.extensions import db
from app.system.channels.facts import LettersWaiting
from app.system.jobs import services
from app.system.jobs.facts import JobWaiting
from config import Settings

log = logging.getLogger("zhike.worker")
JOBS, TURNS, CLOCK, LETTERS = "job", "turn", "clock", "letters"  # names among huey's tasks
SENDING = "system.channels.send"  # of the timetable, and called whenever something waits to be sent
LONGEST_WAIT_SECONDS = 1.0  # between two looks into the file queue
BEGIN_SECONDS = 10.0  # for the threads of a worker beside the server


def queue(settings: Settings) -> Huey:
    """Return the queue of this installation."""
    if settings.redis_url:
        return RedisHuey("zhike", url=settings.redis_url, results=False)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("zhike", filename=str(settings.data_dir / "queue.sqlite"), results=False)


class Caller:
    """Tells the workers of one application what there is to do, and does it where it is a worker itself."""

    def __init__(self, app: Flask, huey: Huey) -> None:
        self.app, self.huey = app, huey
        lease = app.config["ZHIKE"].job_lease_seconds
        self.job = huey.task(name=JOBS)(lambda job_id: self._in_app(lambda: services.work(job_id, lease_seconds=lease)))
        self.turn = huey.task(name=TURNS)(lambda name: self._in_app(lambda: run(TIMETABLE[name])))
        self.letters = huey.task(name=LETTERS)(lambda: self._in_app(send))
        huey.periodic_task(_at_every_minute, name=CLOCK)(self.tick)

    def call(self, fact: JobWaiting) -> None:
        """Wake a worker for a job. With the queue away the sweep does it later."""
        try:
            self.job(fact.job_id)
        except (RedisError, OSError):
            log.warning("queue away, job waits for the sweep", extra={"job": fact.job_id})

    def carry(self, _fact: LettersWaiting) -> None:
        """Wake a worker for what waits to be sent. With the queue away the timetable does it within a minute."""
        try:
            self.letters()
        except (RedisError, OSError):
            log.warning("queue away, letters wait for their turn")

    def tick(self) -> None:
        """Look, once a minute, at every entry of the timetable: its turn is taken by one worker alone."""
        for name in TIMETABLE:
            self.turn(name)

    def _in_app(self, do: Callable[[], Any]) -> None:
        with self.app.app_context():
            try:
                do()
            finally:
                db.session.remove()


def _at_every_minute(_moment: datetime) -> bool:
    return True


def run(entry: Entry) -> bool:
    """Run an entry's due turn with the system acting, unless another worker has it."""
    with acting(SYSTEM.by(Channel.WORKER)):
        ran = services.run_turn(entry)
    if ran:
        log.info("turn", extra={"task": entry.name})
    return ran


def send() -> None:
    """Send what waits, besides the turns of the timetable: nobody waits a minute for a message."""
    with acting(SYSTEM.by(Channel.WORKER)):
        TIMETABLE[SENDING].task()


class QuietConsumer(Consumer):
    """A consumer in the server's process: the signals are the server's."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.has_begun = threading.Event()

    def _set_signal_handlers(self) -> None:
        """Leave them alone: it is the last step of beginning, and only that is told."""
        self.has_begun.set()


def call_through(app: Flask, huey: Huey) -> Caller:
    """Let this application's jobs wake workers through the queue."""
    caller = Caller(app, huey)
    listen(JobWaiting, caller.call)
    listen(LettersWaiting, caller.carry)
    return caller


def begin(caller: Caller) -> None:
    """Look at once for jobs and letters whose worker died: perhaps it was this one."""
    with caller.app.app_context(), acting(SYSTEM.by(Channel.WORKER)):
        services.sweep()
        db.session.remove()
    caller.carry(LettersWaiting())


def work_beside(caller: Caller) -> Consumer:
    """Work in threads of this process, which also serves pages. Ends with it, or when told to ``stop``."""
    huey = caller.huey
    begin(caller)
    consumer = QuietConsumer(huey, workers=2, max_delay=LONGEST_WAIT_SECONDS, scheduler_interval=1)
    threading.Thread(target=consumer.run, daemon=True, name="worker").start()
    consumer.has_begun.wait(BEGIN_SECONDS)  # who stops it waits for its threads, which must have begun
    return consumer


def main() -> None:
    """Work until told to stop."""
    settings = Settings.from_environment()
    log_to_stderr(as_json=settings.log_json)
    log.setLevel(logging.INFO)
    app, huey = create_app(settings), queue(settings)
    begin(call_through(app, huey))
    log.info("%d tasks on the timetable: %s", len(TIMETABLE), ", ".join(sorted(TIMETABLE)))
    Consumer(huey, workers=2, max_delay=LONGEST_WAIT_SECONDS, scheduler_interval=1).run()


if __name__ == "__main__":
    from app import worker  # noqa: PLW0406 - this module is __main__, and huey finds a task by its module's name

    os.umask(0o077)
    worker.main()
