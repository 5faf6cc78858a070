"""Two people save the customer they both opened. One wins; the other hears of it and overwrites nothing."""

import threading

import pytest

from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, WrongState
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.crm.customers.services import edit
from app.extensions import db
from tests.bed.databases import SQLITE
from tests.cast import ANRAN, SAM
from tests.factories import a_customer

pytestmark = pytest.mark.torture
ROUNDS = 15


def save_at_once(app, key, revision):
    """Let two people save at the same moment; return what each of them was told ("saved" or the refusal).

    On PostgreSQL both have read the row before either writes. On SQLite nobody can: whoever may write holds the
    lock from the first read on.
    """
    told, ready = {}, threading.Barrier(2)

    def save(person):
        with app.app_context(), acting(person.actor):
            db.session.rollback()
            is_alone = db.engine.dialect.name == SQLITE
            customer = None if is_alone else db.session.get(Customer, key)
            ready.wait(10)
            customer = customer or db.session.get(Customer, key)
            try:
                services.change(customer, {"notes": person.name}, actor=person.actor, revision=revision)
                told[person.id] = "saved"
            except (Conflict, WrongState) as refusal:
                told[person.id] = type(refusal).__name__
            finally:
                db.session.remove()

    both = [threading.Thread(target=save, args=(person,)) for person in (ANRAN, SAM)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    return told


def revision_of(app, key):
    with app.app_context(), acting(SYSTEM):
        return db.session.get_one(Customer, key).revision


def test_of_two_who_save_the_same_revision_exactly_one_wins(app, saved):
    key = saved(a_customer)
    for _round in range(ROUNDS):
        told = save_at_once(app, key, revision_of(app, key))
        assert sorted(told.values())[1:] == ["saved"], told
        assert min(told.values()) in {"Conflict", "WrongState"}


def test_the_loser_has_overwritten_nothing(app, saved, read):
    key = saved(a_customer)
    told = save_at_once(app, key, revision_of(app, key))
    winner = next(person for person in (ANRAN, SAM) if told[person.id] == "saved")
    assert read(Customer, key).notes == winner.name


def test_without_the_checks_both_would_believe_to_have_saved(app, saved, monkeypatch):
    """The guards taken out: nobody compares the form's revision, and the row's is read anew before writing."""

    def look_again(record, **_revision):
        db.session.refresh(record, with_for_update=True)

    key = saved(a_customer)
    monkeypatch.setattr(edit, "check_revision", look_again)
    told = save_at_once(app, key, 1)
    assert list(told.values()) == ["saved", "saved"]
