"""Many who claim at the same moment: nobody gets what another has, nobody holds more than they may."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from threading import Barrier, BrokenBarrierError, Thread

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import queries as customers
from app.crm.pool import services
from app.crm.pool.models import Hand
from app.crm.pool.services import claiming
from app.extensions import db
from tests.bed.databases import POSTGRESQL
from tests.cast import LIN
from tests.crm.pool.races import FREE, agents, claim_at_once, claims_counted, free_customers, held, open_spells

FEW = 8
LONG_AGO = datetime(2020, 1, 1)


def test_of_many_who_claim_the_same_customers_each_customer_goes_to_one(app):
    ids, people = free_customers(app, 5), agents(app, FEW)

    got = claim_at_once(app, people, ids, replace(FREE, hold_limit=2))

    taken = [key for _person, keys in got for key in keys]
    assert sorted(taken) == ids
    assert max(len(keys) for _person, keys in got) <= 2
    assert held(app).get(None) is None
    assert open_spells(app) == len(ids)


def test_two_windows_of_one_person_together_keep_the_limit(app):
    ids = free_customers(app, 2)

    got = claim_at_once(app, [LIN.id, LIN.id], ids, replace(FREE, hold_limit=1))

    assert sorted(len(keys) for _person, keys in got) == [0, 1]
    assert held(app)[LIN.id] == 1


def test_two_windows_of_one_person_together_keep_the_claims_of_the_day(app):
    ids = free_customers(app, 4)

    claim_at_once(app, [LIN.id, LIN.id], ids, replace(FREE, claim_per_day=3))

    assert held(app)[LIN.id] == 3
    assert claims_counted(app, LIN.id) == 3


# ── the guards taken out ──


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_of_the_hand_two_windows_break_the_limit(app, monkeypatch):
    """On PostgreSQL: SQLite has one writer at a time anyway."""
    first, second = free_customers(app, 2)
    monkeypatch.setattr(claiming, "locked_hands", lambda people: {key: db.session.get(Hand, key) for key in people})
    slowed(monkeypatch)
    seed_hand(app)

    claim_each(app, [first, second])

    assert held(app)[LIN.id] == 2


@pytest.mark.one_database(POSTGRESQL)
def test_with_the_lock_of_the_hand_the_same_two_windows_keep_it(app, monkeypatch):
    first, second = free_customers(app, 2)
    slowed(monkeypatch)
    seed_hand(app)

    claim_each(app, [first, second])

    assert held(app)[LIN.id] == 1


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_of_the_rows_two_people_get_the_same_customer(app, monkeypatch):
    ids, people = free_customers(app, 1), agents(app, 2)
    seen = Barrier(2)

    def unlocked(keys, _where):
        found = {key: customers.Held(key, None, None, LONG_AGO) for key in keys}
        seen.wait(20)
        return found

    monkeypatch.setattr(customers, "locked", unlocked)

    got = claim_at_once(app, people, ids)

    assert [keys for _person, keys in got] == [ids, ids]


# ── how ──


def slowed(monkeypatch):
    """Let both have counted before either writes, if nothing keeps the second from counting."""
    count, both = claiming.rooms, Barrier(2)

    def counted(*given, **more):
        found = count(*given, **more)
        with suppress(BrokenBarrierError):
            both.wait(1)
        return found

    monkeypatch.setattr(claiming, "rooms", counted)


def seed_hand(app):
    with app.app_context(), acting(SYSTEM):
        services.locked_hands([LIN.id])
        db.session.commit()


def claim_each(app, ids):
    """Let Lin claim one customer in each of two windows."""

    def claim(key):
        with app.app_context(), acting(LIN.actor):
            services.claim([key], actor=LIN.actor, terms=replace(FREE, hold_limit=1))
            db.session.remove()

    windows = [Thread(target=claim, args=(key,)) for key in ids]
    for one in windows:
        one.start()
    for one in windows:
        one.join(30)
