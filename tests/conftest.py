"""The application under test on both databases, with the cast employed, restored after each test.

A test that takes ``app`` (or anything made from it) runs on SQLite and on PostgreSQL. A test that does not care
says ``@pytest.mark.one_database``; one about a database itself, ``@pytest.mark.one_database("postgresql")``.
``ZHIKE_ONLY_SQLITE=1`` leaves PostgreSQL out, for a quick look; without it a missing server is a failure.

Assertions are made against the English sentences, which stand in the source: sessions of the test are in English.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from sqlalchemy import inspect

from app import load_models
from app.base import settings
from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.messages import compile_all
from app.system.settings import services as setting_services
from tests.bed import browsers, keeper, servers
from tests.bed.databases import POSTGRESQL, SQLITE, Watch, build

load_models()  # all of them, before a test imports a screen: a screen looks its model up
FOLDER = "ZHIKE_BED"
ONLY_SQLITE = os.environ.get("ZHIKE_ONLY_SQLITE") == "1"
_running: dict[str, tuple[Flask, Watch]] = {}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "one_database(name='sqlite'): runs on this database only")
    config.addinivalue_line("markers", "torture: long; runs in `make torture`, not in `make test`")
    if not hasattr(config, "workerinput"):  # once, before the workers read them
        compile_all()
        keeper.sweep(Path(tempfile.gettempdir()), f"{servers.PREFIX}*")
        folder = servers.new_folder()
        config.bed_lock, os.environ[FOLDER] = keeper.locked(folder), str(folder)
        command = [sys.executable, keeper.__file__, str(folder)]
        config.keeper = subprocess.Popen(
            command, stdin=subprocess.PIPE, start_new_session=True, pass_fds=[config.bed_lock]
        )


def pytest_collection_finish(session: pytest.Session) -> None:
    leave_to_stay()


def leave_to_stay() -> None:
    """Let Python no longer look through what stays until the end: a million objects, each time it tidies up."""
    gc.set_threshold(50_000, 10, 10)
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    _running.clear()
    if hasattr(config, "keeper"):
        config.keeper.stdin.close()
        config.keeper.wait()
        for _attempt in range(300):  # the keeper itself is nobody's child
            if not Path(os.environ[FOLDER]).exists():
                return
            time.sleep(0.1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("one_database")
    names = [*(marker.args or (SQLITE,))] if marker else [SQLITE, POSTGRESQL]
    skipped = pytest.mark.skipif(ONLY_SQLITE, reason="ZHIKE_ONLY_SQLITE=1")
    params = [pytest.param(name, marks=skipped if name == POSTGRESQL else ()) for name in names]
    metafunc.parametrize("database", params, indirect=True, scope="session")


@pytest.fixture(scope="session")
def bed() -> Path:
    """The folder of this run: servers, templates, copies. Gone when the run is over."""
    return Path(os.environ[FOLDER])


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, bed: Path) -> str:
    """The database of this test: "sqlite" or "postgresql"."""
    if request.param not in _running:
        app = build(bed, request.param)
        _running[request.param] = (app, Watch(app, bed))
        leave_to_stay()
    return request.param


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    """The application, shared by all tests of this worker on this database; what a test writes is undone."""
    app, watch = _running[database]
    yield app
    with app.app_context():
        db.session.remove()
    app.appbuilder.sm.limiter.reset()
    watch.restore()


@pytest.fixture
def watch(app: Flask, database: str) -> Watch:
    """What was written. A test that writes from another process says so: ``watch.touched.update({"table"})``."""
    return _running[database][1]


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """An app context for tests of services; who acts is up to the test. Never together with a browser."""
    with app.app_context():
        g.language = "en"
        yield app


@pytest.fixture
def no_key_data(app: Flask) -> None:
    """The house has no key data: whoever may change a customer may change all of it."""
    with app.app_context(), acting(SYSTEM):
        setting_services.change(settings.registered["key_fields"], [], actor=SYSTEM, revision=0)
        db.session.remove()


@pytest.fixture
def once(request: pytest.FixtureRequest, app: Flask, watch: Watch) -> Callable[..., Any]:
    """Make the rows a test begins with, by the services: ``once(build, ids, of="what")``, which returns ids.

    The first test that asks runs ``build``; the next ones find its rows put back. Whoever patches something gets
    rows of their own.
    """

    def make(build: Callable[..., Any], **given: Any) -> Any:
        def run() -> Any:
            with app.app_context():
                g.language = "en"
                return build(**given)

        if "monkeypatch" in request.fixturenames:
            return run()
        if has_app_context():
            db.session.remove()
        known = tuple((name, value if callable(value) else repr(value)) for name, value in sorted(given.items()))
        return watch.once((build, known), run)

    return make


@pytest.fixture
def saved(once: Callable[..., Any]) -> Callable[..., int]:
    """Save what a factory builds and return its id, leaving no context open."""
    return lambda factory, **given: once(id_of, factory=factory, **given)


def id_of(factory: Callable[..., Any], **given: Any) -> Any:
    return factory(**given).id


@pytest.fixture
def read(app: Flask) -> Callable[[type, Any], Any]:
    """Return a record as the database has it now, loose from any session; None if it is not there."""

    def look(model: type, key: Any) -> Any:
        with app.app_context(), acting(SYSTEM):
            record = db.session.get(model, key)
            if record is not None:
                db.session.refresh(record)
                assert not inspect(record).modified
                db.session.expunge(record)
            return record

    return look


@pytest.fixture
def as_user(app: Flask) -> Callable[..., browsers.Browser]:
    """Return a browser signed in as one of the cast: ``as_user("lin")``.

    It carries the CSRF token of a page it has read; with ``csrf=True`` the test must send it itself.
    """
    return lambda username, **given: browsers.signed_in(app, username, **given)


@pytest.fixture
def as_program(app: Flask) -> Callable[[str], browsers.Program]:
    """Return a program with a personal token of one of the cast: ``as_program("lin").get("/api/v1/…")``."""
    return lambda username: browsers.program(app, username)


@pytest.fixture
def stranger(app: Flask) -> browsers.Browser:
    """A browser in which nobody has signed in."""
    return browsers.stranger(app)


@pytest.fixture
def statements(watch: Watch) -> Callable[[], Any]:
    """Collect the SQL of a block: ``with statements() as seen: …`` and then ``len(seen)``."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def hear(statement: str, _parameters: Any) -> None:
            if not statement.startswith("BEGIN"):
                seen.append(statement)

        watch.hearers.append(hear)
        try:
            yield seen
        finally:
            watch.hearers.remove(hear)

    return collect
