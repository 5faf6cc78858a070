"""Two who seal at once: every entry has one seal, the chain is one line, and nobody gets an error."""

import threading

import pytest
from sqlalchemy import func, select

from app.base import logbook
from app.base.actor import SYSTEM, acting
from app.base.logbook import Kind
from app.extensions import db
from app.system.logs import queries, services
from app.system.logs.models import Seal
from app.system.logs.services import chain
from tests.cast import ANRAN

KEY = "seals the log of the tests, and long enough"
ROUNDS = 6


def note(app, count):
    with app.app_context(), acting(ANRAN.actor):
        for number in range(count):
            logbook.note(Kind.SETTINGS_CHANGED, title=f"{number}")


def seal_at_once(app, count=3):
    """Let several seal at the same moment; return what each of them did, or the name of its error."""
    told, ready = [], threading.Barrier(count)

    def work():
        with app.app_context(), acting(SYSTEM):
            ready.wait(10)
            try:
                told.append(services.seal(key=KEY))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test wants to hear of it
                told.append(type(error).__name__)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work) for _worker in range(count)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    return told


def test_every_entry_is_sealed_once_and_the_chain_is_whole(app, watch):
    for _round in range(ROUNDS):
        note(app, 20)
        told = seal_at_once(app)
        assert all(isinstance(one, int) for one in told), told
    with app.app_context(), acting(SYSTEM):
        assert services.verify(key=KEY).reason is None
        assert db.session.scalar(select(func.count()).select_from(Seal)) == queries.head().number


@pytest.mark.one_database("postgresql")
def test_without_the_lock_two_sealers_collide(app, watch, monkeypatch):
    monkeypatch.setattr(chain, "lock", lambda _record: None)
    errors = []
    for _round in range(ROUNDS):
        note(app, 40)
        errors += [one for one in seal_at_once(app) if isinstance(one, str)]
    assert errors, "the lock is what keeps them apart"
