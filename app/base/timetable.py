"""What runs by itself, and when. Domains put their tasks here; ``app.worker`` runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A task and the time of day, in the business's zone, at which it is due, or its distance in minutes."""

    name: str
    hour: int
    minute: int
    task: Callable[[], Any]
    every_minutes: int = 0


TIMETABLE: dict[str, Entry] = {}


Task = Callable[[], Any]


def daily(*, hour: int, minute: int) -> Callable[[Task], Task]:
    """Put the decorated task on the timetable. It runs with SYSTEM acting, inside an app context."""
    return lambda task: _enter(task, hour, minute)


def every(*, minutes: int) -> Callable[[Task], Task]:
    """Put the decorated task on the timetable, to run every so many minutes of the day."""
    return lambda task: _enter(task, 0, 0, every_minutes=minutes)


def _enter(task: Task, hour: int, minute: int, *, every_minutes: int = 0) -> Task:
    name = f"{task.__module__.removeprefix('app.').removesuffix('.tasks')}.{task.__name__}"
    TIMETABLE[name] = Entry(name, hour, minute, task, every_minutes)
    return task
