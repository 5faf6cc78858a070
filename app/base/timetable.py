"""What runs by itself, and when. Domains put their tasks here; ``app.worker`` runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.base import clock, settings


@dataclass(frozen=True)
class Entry:
    """A task and when it is due: at a time of day in the business's zone, or every so many minutes."""

    name: str
    task: Callable[[], Any]
    title: object = ""  # what it does, for the screen of the timetable
    hour: int = 0
    minute: int = 0
    minutes: int = 0  # between two runs; 0: once a day
    at: str = ""  # the setting ("HH:MM") that says the time of day in place of hour and minute

    def due_at(self, now: datetime) -> datetime:
        """Return the latest moment, not after ``now`` (both naive UTC), at which the task was due."""
        here = clock.local(now).replace(second=0, microsecond=0)
        if self.minutes:
            passed = (here.hour * 60 + here.minute) % self.minutes
            return clock.stored(here - timedelta(minutes=passed))
        hour, minute = self.time_of_day()
        today = here.replace(hour=hour, minute=minute)
        return clock.stored(today if today <= here else today - timedelta(days=1))

    def time_of_day(self) -> tuple[int, int]:
        """Return hour and minute at which a daily task is due: as the house has set it, where it may."""
        if not self.at:
            return self.hour, self.minute
        hour, _colon, minute = settings.value(self.at).partition(":")
        return int(hour), int(minute)


TIMETABLE: dict[str, Entry] = {}
Task = Callable[[], Any]


def daily(title: object, *, hour: int, minute: int, at: str = "") -> Callable[[Task], Task]:
    """Put the decorated task on the timetable. It runs with SYSTEM acting, inside an app context.

    ``at``: the name of a setting of the form "HH:MM", at hand once all screens are registered.
    """
    return _entering(title, hour=hour, minute=minute, at=at)


def every(title: object, *, minutes: int) -> Callable[[Task], Task]:
    """Put the decorated task on the timetable, every so many minutes of the day, counted from midnight."""
    return _entering(title, minutes=minutes)


def _entering(title: object, **when: Any) -> Callable[[Task], Task]:
    def enter(task: Task) -> Task:
        name = f"{task.__module__.removeprefix('app.').removesuffix('.tasks')}.{task.__name__}"
        TIMETABLE[name] = Entry(name, task, title, **when)
        return task

    return enter
