"""Two people at one deleted record: exactly one wins, and the other is told so in words."""

from contextlib import suppress
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError, Invalid, Missing, WrongState
from app.base.i18n import speaking
from app.base.transaction import transaction
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.recycle import queries, services
from app.system.recycle.models import BinEntry
from app.system.recycle.services import purging
from tests.bed.databases import SQLITE
from tests.cast import ANRAN
from tests.system.recycle.steps import CODE, a_deleted_customer, alive, is_there

NAME = "河南晨光商贸有限公司"
PATIENCE = 30
GONE = "This record is not in the recycle bin any more."


class Race:
    """The first does its work and holds its transaction open until the second waits for it, or is done."""

    def __init__(self, app):
        self.app, self.has_done, self.may_end = app, Event(), Event()
        self.outcomes = {}

    def run(self, first, second):
        threads = [Thread(target=self._one, args=one) for one in (("first", first), ("second", second))]
        threads[0].start()
        assert self.has_done.wait(PATIENCE)
        threads[1].start()
        for _try in range(20):
            threads[1].join(0.05)
            if not threads[1].is_alive() or self._somebody_waits():
                break
        self.may_end.set()
        for thread in threads:
            thread.join(PATIENCE)
        return self.outcomes["first"], self.outcomes["second"]

    def _one(self, name, work):
        with self.app.app_context(), acting(ANRAN.actor), speaking("en"):
            try:
                self._held(work) if name == "first" else transaction(work)()
                self.outcomes[name] = "done"
            except (DomainError, IntegrityError) as refusal:
                self.outcomes[name] = refusal
            finally:
                self.has_done.set()
                db.session.remove()

    def _held(self, work):
        @transaction
        def held():
            work()
            db.session.flush()
            self.has_done.set()
            assert self.may_end.wait(PATIENCE)

        held()

    def _somebody_waits(self):
        with self.app.app_context(), suppress(Exception):
            if db.engine.dialect.name == SQLITE:
                return False
            return bool(db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
        return False


@pytest.fixture
def race(app):
    return Race(app)


@pytest.fixture
def gone(app):
    with app.app_context():
        return a_deleted_customer(credit_code=CODE, phone=None)  # a number would forbid it by a foreign key


def found(gone):
    """Return the entry as a screen does, which answers 404 if it is not there: so on SQLite, where readers wait."""
    entry = db.session.get(BinEntry, gone.entry)
    if entry is None:
        raise Missing(GONE)
    return entry


def restoring(gone):
    return lambda: services.restore(found(gone), actor=ANRAN.actor)


def purging_it(gone):
    return lambda: services.purge(found(gone), typed=NAME, actor=ANRAN.actor)


def creating(name="新来的"):
    return lambda: customers.create({"name": name, "credit_code": CODE}, actor=ANRAN.actor)


def is_gone(refusal):
    return isinstance(refusal, Missing | WrongState) and GONE in str(refusal)


def with_the_code(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(func.count(Customer.id)).where(Customer.credit_code == CODE))


def test_of_a_restoring_and_a_new_customer_with_its_code_the_first_wins(app, race, gone):
    first, second = race.run(creating(), restoring(gone))
    assert first == "done"
    assert isinstance(second, Invalid)
    assert "Another customer has the credit code" in str(second) or "takes its place" in str(second)
    assert with_the_code(app) == 1


def test_a_new_customer_whose_code_is_being_restored_is_refused(app, race, gone):
    first, second = race.run(restoring(gone), creating())
    assert first == "done"
    assert isinstance(second, Invalid | IntegrityError)
    assert with_the_code(app) == 1


@pytest.mark.one_database("postgresql")
def test_without_the_unique_key_both_would_have_the_code(app, race, gone):
    with app.app_context():
        definition = db.session.scalar(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ux_customer_credit_code'")
        )
        db.session.execute(text("DROP INDEX ux_customer_credit_code"))
        db.session.commit()
    try:
        assert race.run(creating(), restoring(gone)) == ("done", "done")
        assert with_the_code(app) == 2
    finally:
        with app.app_context():
            db.session.execute(text("DELETE FROM customers_phone_entry"))
            db.session.execute(text("DELETE FROM customers_holding"))
            db.session.execute(text("DELETE FROM customers_customer"))
            db.session.execute(text(definition))
            db.session.commit()


def test_what_is_being_purged_is_not_restored(app, race, gone):
    first, second = race.run(purging_it(gone), restoring(gone))
    assert first == "done"
    assert is_gone(second)
    with app.app_context():
        assert not is_there(Customer, gone.id)


def test_what_is_being_restored_is_not_purged(app, race, gone):
    first, second = race.run(restoring(gone), purging_it(gone))
    assert first == "done"
    assert is_gone(second)
    with app.app_context():
        assert alive() == [NAME]


def test_of_two_who_purge_one_does_it_and_logs_it(app, race, gone):
    first, second = race.run(purging_it(gone), purging_it(gone))
    assert first == "done"
    assert is_gone(second)
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalar(text("SELECT count(*) FROM logs_entry WHERE kind = 'purged'")) == 1


@pytest.mark.one_database("postgresql")
def test_without_the_locks_a_restored_customer_would_be_purged(app, race, gone, monkeypatch):
    unlocked = queries.in_bin
    monkeypatch.setattr(queries, "in_bin", lambda ids, **_lock: unlocked(ids))
    monkeypatch.setattr(purging, "_still_deleted", lambda _kind, records: records)
    assert race.run(restoring(gone), purging_it(gone)) == ("done", "done")
    with app.app_context():
        assert alive() == []


def test_of_two_runs_that_restore_the_same_one_finds_it_gone(race, gone):
    def restoring_many():
        applied = services.restore_many([gone.entry], {}, ANRAN.actor)
        counts.append(len(applied.changed))

    counts = []
    assert race.run(restoring_many, restoring_many) == ("done", "done")
    assert sorted(counts) == [0, 1]


def test_a_run_leaves_in_the_bin_what_the_database_refuses(app, race, gone):
    def restoring_many():
        told.append(services.restore_many([gone.entry, other.entry], {}, ANRAN.actor))

    told = []
    with app.app_context():
        other = a_deleted_customer(name="另一家")
    race.run(creating(), restoring_many)
    assert told[0].changed == [other.entry]
    (sentence,) = told[0].refused.values()
    assert "takes its place" in sentence or "has the credit code" in sentence
