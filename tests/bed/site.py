"""The application served on loopback, to browsers with a window: a database of its own, for one module's journeys."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.worker import call_through, queue, work_beside
from tests.bed.databases import SQLITE, build


class Quiet(WSGIRequestHandler):
    """Keeps the test's output free of a line per request."""

    def log(self, *_words: object) -> None:
        return


@contextmanager
def served(folder: Path, name: str = SQLITE) -> Iterator[tuple[Flask, str]]:
    """Serve a fresh copy of the template by threads, with a worker beside; yield the application and its address."""
    app = build(folder, name)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    worker = work_beside(call_through(app, queue(app.config["ZHIKE"])))
    try:
        yield app, f"http://127.0.0.1:{server.server_port}"
    finally:
        worker.stop(graceful=True)
        server.shutdown()
        thread.join(10)
        server.server_close()
