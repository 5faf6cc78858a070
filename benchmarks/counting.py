"""Beside an application under measurement: every answer says in a header how many statements it took."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Engine, event

HEADER = "X-Statements"


class Counting:
    """A WSGI application around another. A request is answered by one thread, which counts its own statements."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app, self.local = app, threading.local()
        event.listen(Engine, "before_cursor_execute", self._hear)

    def _hear(self, *_about: Any) -> None:
        self.local.count = getattr(self.local, "count", 0) + 1

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.local.count = 0

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, (HEADER, str(self.local.count))], *more)

        return self.app(environ, start)
