"""A hand-over and a follow-up at the same moment: one is before the other, and whoever is late is told so."""

from contextlib import suppress
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text

from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError, NotAllowed
from app.base.history import update_versioned
from app.base.i18n import speaking
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.followups import services
from app.crm.followups.models import Followup
from app.crm.followups.services import recording
from app.extensions import db
from tests.bed.databases import POSTGRESQL, SQLITE
from tests.cast import EVE, LIN
from tests.factories import a_customer

PATIENCE = 30


class Meeting:
    """Lin has the customer before her when Eve is given it; then Lin saves."""

    def __init__(self, app, key):
        self.app, self.key = app, key
        self.is_open, self.is_given, self.may_end = Event(), Event(), Event()
        self.outcome = None

    def run(self):
        threads = [Thread(target=self._give), Thread(target=self._record)]
        for thread in threads:
            thread.start()
        assert self.is_given.wait(PATIENCE)
        for _try in range(20):
            threads[1].join(0.05)
            if not threads[1].is_alive() or self._somebody_waits():
                break
        self.may_end.set()
        for thread in threads:
            thread.join(PATIENCE)
        return self.outcome

    def _give(self):
        @transaction
        def held():
            update_versioned(Customer, [self.key], {"owner_id": EVE.id, "department_id": EVE.department_id})
            self.is_given.set()
            assert self.may_end.wait(PATIENCE)

        with self.app.app_context(), acting(SYSTEM):
            assert self.is_open.wait(PATIENCE)
            held()
            db.session.remove()

    def _record(self):
        with self.app.app_context(), acting(LIN.actor) as lin, speaking("en"):
            try:
                customer = self._opened()
                services.record(customer, {"progress": "interested"}, actor=lin)
                self.outcome = "done"
            except DomainError as refusal:
                self.outcome = refusal
            finally:
                db.session.remove()

    def _opened(self):
        customer = db.session.get_one(Customer, self.key)
        if db.engine.dialect.name == SQLITE:  # whose transactions hold its only lock from their beginning
            db.session.rollback()
        self.is_open.set()
        assert self.is_given.wait(PATIENCE)
        return customer

    def _somebody_waits(self):
        with self.app.app_context(), suppress(Exception):
            if db.engine.dialect.name != SQLITE:
                return bool(db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
        return False


@pytest.fixture
def meeting(app, saved):
    return Meeting(app, saved(a_customer))


def kept(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(func.count(Followup.id)))


def test_whose_customer_is_given_away_meanwhile_records_nothing_and_is_told_why(app, meeting):
    refusal = meeting.run()

    assert isinstance(refusal, NotAllowed)
    assert "not yours, or not any more" in str(refusal)
    assert kept(app) == 0


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_it_would_be_recorded_at_somebody_elses_customer(app, meeting, monkeypatch):
    monkeypatch.setattr(recording, "lock", lambda _customer: None)

    assert meeting.run() == "done"
    assert kept(app) == 1
