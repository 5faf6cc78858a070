"""A recall against a follow-up that is being saved, and against a dispatcher who assigns at that moment.

Each on both databases, and with the guard taken out: rows that are believed as they were when they were frozen.
"""

import threading

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.derived import set_derived
from app.base.errors import WrongState
from app.base.history import update_versioned
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.customers.models import Customer
from app.crm.pool import services as pool
from app.extensions import db
from app.system.runs import services as run_services
from tests.cast import DAI, LIN, MEI
from tests.crm.recalls.steps import a_rule, assigned, customer, messages, recall, spell

ROUNDS = 8


@transaction
def follow_up(key, actor):
    """Save a follow-up as its domain does: the customer's row held, the owner looked at, the column reckoned."""
    [owner] = db.session.scalars(select(Customer.owner_id).where(Customer.id == key).with_for_update())
    if owner != actor.id:
        raise WrongState("not yours")
    set_derived(Customer, [key], {"last_followup_at": clock.now()})


@transaction
def assign(key, actor):
    """Give a customer to Mei as a dispatcher does: hands first, then customers."""
    pool.locked_hands([MEI.id])
    db.session.scalars(select(Customer.id).where(Customer.id == key).with_for_update()).all()
    with customer_services.because("manual"):
        update_versioned(Customer, [key], {"owner_id": MEI.id, "assigned_at": clock.now()})
    assert actor is not None


def at_once(app, verb, person):
    """Let a recall and a verb of a person meet; return the customer and what the person was told."""
    with app.app_context():
        key = assigned(60, name="两头抢商贸")
        db.session.remove()
    told, ready = [], threading.Barrier(2)

    def act():
        with app.app_context(), acting(person.actor) as actor:
            ready.wait(10)
            try:
                verb(key, actor)
                told.append("done")
            except WrongState:
                told.append("refused")
            finally:
                db.session.remove()

    def night():
        with app.app_context():
            ready.wait(10)
            recall()
            db.session.remove()

    both = [threading.Thread(target=one) for one in (act, night)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    return key, told[0]


@pytest.fixture
def rule(app):
    with app.app_context():
        a_rule()
        db.session.remove()


@pytest.mark.usefixtures("rule")
def test_who_saved_a_follow_up_keeps_the_customer(app):
    for _round in range(ROUNDS):
        key, told = at_once(app, follow_up, LIN)
        with app.app_context():
            kept = customer(key).owner_id == LIN.id
            assert kept == (told == "done")


@pytest.mark.usefixtures("rule")
def test_who_is_given_a_customer_meanwhile_keeps_it(app):
    for _round in range(ROUNDS):
        key, _told = at_once(app, assign, DAI)
        with app.app_context():
            assert customer(key).owner_id == MEI.id
            assert (spell(key).employee_id, spell(key).until_at) == (MEI.id, None)
    with app.app_context():
        assert {who for who, _values in messages("recalled")} <= {LIN.id}


def between(monkeypatch, verb, key, actor, *, looks_again):
    """Let a verb be done after the rows were frozen. Without looking again, the recall believes what was frozen."""
    freeze = run_services.running._freeze

    def freeze_and_act(run, subject, who):
        count = freeze(run, subject, who)
        stale = customers.held_rows(lambda table: table.c.id == key, limit=1)
        verb(key, actor)
        if not looks_again:
            monkeypatch.setattr(customers, "locked_rows", lambda _ids: stale)
        return count

    monkeypatch.setattr(run_services.running, "_freeze", freeze_and_act)


@pytest.mark.usefixtures("rule", "in_app")
@pytest.mark.parametrize("looks_again", [True, False])
@pytest.mark.parametrize(("verb", "person", "owner"), [(follow_up, LIN, LIN), (assign, DAI, MEI)])
def test_only_looking_again_under_the_lock_leaves_it_to_whom_it_is(monkeypatch, verb, person, owner, looks_again):
    key = assigned(60)
    with acting(SYSTEM):
        between(monkeypatch, verb, key, person.actor, looks_again=looks_again)
    recall()
    assert customer(key).owner_id == (owner.id if looks_again else None)
