"""Start the product: ``make run``, or in production ``python -m app.serve`` behind a proxy that speaks TLS.

In demo mode everything needed is done first: front end libraries, catalogues, migrations, demo records. In
production a deployment does that once, with ``flask setup``; here only the server is started. One process with
threads, because the default database is a file and the caches are then shared; more processes: WEB_WORKERS.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app import create_app, messages
from app.base import vendor
from app.base.web import log_to_stderr
from app.demo import people
from app.extensions import db
from app.system.security import queries as security
from app.system.sign_in import queries as sign_in
from app.worker import call_through, queue, work_beside
from config import Settings, SettingsError

#: gunicorn's settings. Source: https://docs.gunicorn.org/en/stable/settings.html
SERVER: dict[str, Any] = {
    "worker_class": "gthread",
    "threads": 8,
    "timeout": 60,
    "graceful_timeout": 30,
    "keepalive": 5,
    "limit_request_line": 8190,
    "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108 - gunicorn's heartbeat, in memory
    "control_socket_disable": True,
    "loglevel": "warning",
}


class Server(BaseApplication):
    """gunicorn with our settings in place of its command line."""

    def __init__(self, app: Flask, settings: Settings, greeting: str) -> None:
        self.app, self.settings, self.greeting = app, settings, greeting
        super().__init__()

    def load_config(self) -> None:
        for name, value in SERVER.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.set("workers", self.settings.web_workers)
        self.cfg.set("bind", f"{self.settings.host}:{self.settings.port}")
        self.cfg.set("post_worker_init", self._begin)

    def load(self) -> Flask:
        return self.app

    def _begin(self, worker: Any) -> None:
        huey = queue(self.settings)
        caller = call_through(self.app, huey)
        if not self.settings.redis_url:
            work_beside(caller)
        if worker.age == 1:  # not again when a worker was replaced
            sys.stdout.write(self.greeting)
            sys.stdout.flush()


def main() -> None:
    """Prepare what the mode asks for and serve until the process is told to stop."""
    try:
        settings = Settings.from_environment()
    except SettingsError as wrong:
        sys.exit(str(wrong))
    if settings.mode == "demo":
        sys.stdout.write(vendor.build() + "\n")
        messages.compile_all()
    log_to_stderr(as_json=settings.log_json)
    app = create_app(settings)
    greeting = f"\nZhike answers at http://{settings.host}:{settings.port}\n"
    if settings.mode == "demo":
        greeting += "".join(f"  {line}\n" for line in _prepare(app))
    with app.app_context():
        db.engine.dispose()  # the server's process is a fork of this one, and must not share its connections
    gc.collect()
    gc.freeze()  # what is loaded stays in memory that the processes share
    sys.stdout.flush()  # or the fork would say it again
    Server(app, settings, greeting).run()


def _prepare(app: Flask) -> list[str]:
    """Bring the database up to date, fill a new one with demo records; return what to tell the person."""
    run = app.test_cli_runner()
    _run(run, "setup")
    is_new = _is_empty(app)
    if is_new:
        _run(run, "demo")
    return _accounts(app) or ["There is no account yet. Make one with: FLASK_APP=run .venv/bin/flask create-admin"]


def _run(runner: Any, command: str) -> None:
    done = runner.invoke(args=[command], catch_exceptions=False)
    if done.exit_code:
        sys.exit(f"flask {command} failed: {done.output}")


def _is_empty(app: Flask) -> bool:
    with app.app_context():
        return not security.accounts_with_role("admin")


def _accounts(app: Flask) -> list[str]:
    """Return the demo accounts that are there, one line each."""
    shown = [person for person in people.PEOPLE if person.username in people.SHOWN]
    with app.app_context():
        there = [person for person in shown if sign_in.account_of(person.username)]
    lines = [f"{person.username:12} {person.name}  {person.role}" for person in there]
    return [f"Demo accounts, all with the password {people.PASSWORD}:", *lines] if lines else []


if __name__ == "__main__":
    os.umask(0o077)
    main()
