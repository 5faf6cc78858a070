"""What runs by itself, and when. Domains put their tasks here; ``app.worker`` runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A task and the time of day, in the business's zone, at which it is due."""

    name: str
    hour: int
    minute: int
    task: Callable[[], Any]


TIMETABLE: dict[str, Entry] = {}


def daily(*, hour: int, minute: int) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Put the decorated task on the timetable. It runs with SYSTEM acting, inside an app context."""

    def enter(task: Callable[[], Any]) -> Callable[[], Any]:
        name = f"{task.__module__.removeprefix('app.').removesuffix('.tasks')}.{task.__name__}"
        TIMETABLE[name] = Entry(name, hour, minute, task)
        return task

    return enter
