"""Two who make the same deal, or take a customer's last one away, at the same moment."""

from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.deals import services
from app.crm.deals.models import Deal
from app.crm.deals.services import following
from app.extensions import db
from tests.bed.databases import POSTGRESQL
from tests.cast import LIN
from tests.factories import a_customer

PATIENCE = 30


def both(app, *jobs):
    """Run two services, each of which stops before its end until the other waits or has stopped there too."""
    outcomes, started = [None] * len(jobs), Barrier(len(jobs))

    def run(place, job):
        with app.app_context(), acting(SYSTEM):
            started.wait(PATIENCE)
            try:
                job()
                outcomes[place] = "done"
            except Exception as error:  # noqa: BLE001 - told to the test
                outcomes[place] = type(error).__name__
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcomes


def row(customer, key=7):
    given = {"origin": "fee", "origin_id": key, "customer_id": customer, "product_id": None, "agent_id": LIN.id}
    return given | {"amount": 1200, "dealt_on": clock.today()}


def state(app, customer):
    with app.app_context(), acting(SYSTEM):
        found = db.session.get_one(Customer, customer)
        return found.converted_on, len(db.session.scalars(select(Deal)).all())


def test_the_same_deal_made_by_two_at_once_is_one(app, saved):
    customer = saved(a_customer)
    make = transaction(lambda: services.from_origins([row(customer)], actor=SYSTEM))
    assert both(app, make, make) == ["done", "done"]
    assert state(app, customer)[1] == 1


@contextmanager
def meeting(monkeypatch, times=2):
    """Let both have looked for the deal before either makes it: what happens where nothing holds the second back."""
    looked, there = Barrier(times), following._there

    def stop(*given, **more):
        found = there(*given, **more)
        if more.get("is_locked"):
            looked.wait(3)
        return found

    monkeypatch.setattr(following, "_there", stop)
    yield


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_of_the_customer_the_second_is_refused_by_the_index_alone(app, saved, monkeypatch):
    customer = saved(a_customer)
    monkeypatch.setattr(following, "locked", lambda ids: sorted(set(ids)))
    make = transaction(lambda: services.from_origins([row(customer)], actor=SYSTEM))
    with meeting(monkeypatch):
        assert sorted(both(app, make, make)) == ["IntegrityError", "done"]
    assert state(app, customer)[1] == 1
