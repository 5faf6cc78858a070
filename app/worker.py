"""The worker: ``make worker``. Runs what is on the timetable, on huey.

Its clock and queue are in Redis if there is one (REDIS_URL), else in a file beside the database.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey

from app import create_app
from app.base import clock
from app.base.actor import SYSTEM, Channel, acting
from app.base.timetable import TIMETABLE, Entry
from app.base.web import log_to_stderr
from app.domains import DOMAINS
from config import Settings

log = logging.getLogger("zhike.worker")


def queue(settings: Settings) -> Huey:
    """Return the queue of this installation."""
    if settings.redis_url:
        return RedisHuey("zhike", url=settings.redis_url)
    return SqliteHuey("zhike", filename=str(settings.data_dir / "queue.sqlite"))


def load_tasks() -> None:
    """Let every domain put its tasks on the timetable."""
    for domain in DOMAINS:
        if find_spec(f"app.{domain}.tasks"):
            import_module(f"app.{domain}.tasks")


def run(app: Flask, entry: Entry) -> Any:
    """Run one task of the timetable, with the system acting."""
    with app.app_context(), acting(SYSTEM.by(Channel.WORKER)):
        result = entry.task()
    log.info("task", extra={"task": entry.name, "result": result})
    return result


def is_due(entry: Entry) -> Callable[[datetime], bool]:
    """Return the question huey asks once a minute, with a moment in UTC: is the task due now?"""

    def ask(moment: datetime) -> bool:
        here = clock.local(moment)
        if entry.every_minutes:
            return (here.hour * 60 + here.minute) % entry.every_minutes == 0
        return (here.hour, here.minute) == (entry.hour, entry.minute)

    return ask


def hang(huey: Huey, app: Flask, entries: Iterable[Entry]) -> None:
    """Make a periodic task of huey out of every entry."""
    for entry in entries:
        huey.periodic_task(is_due(entry), name=entry.name)(lambda entry=entry: run(app, entry))


def main() -> None:
    """Work until told to stop."""
    settings = Settings.from_environment()
    log_to_stderr(as_json=settings.log_json)
    log.setLevel(logging.INFO)
    app, huey = create_app(settings), queue(settings)
    load_tasks()
    hang(huey, app, TIMETABLE.values())
    log.info("%d tasks on the timetable: %s", len(TIMETABLE), ", ".join(sorted(TIMETABLE)))
    huey.create_consumer(workers=2, worker_type="thread").run()


if __name__ == "__main__":
    main()
