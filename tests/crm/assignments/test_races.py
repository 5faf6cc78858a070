"""Two at the same customers, or at the same agent, at once: one owner, one open spell, no limit broken."""

from collections import Counter

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.errors import WrongState
from app.crm.assignments import queries, services
from app.crm.customers import services as customers
from app.crm.customers.models import Customer, Holding
from app.crm.pool import services as pool
from app.extensions import db
from app.system.runs import services as runs
from app.system.runs.models import Run
from app.system.runs.services import undoing
from tests.cast import ANRAN, LIN, MEI
from tests.crm.assignments.steps import assign, holders, limit, many
from tests.factories import a_customer
from tests.system.recycle.test_races import Race

HOUSE = 200


@pytest.fixture
def race(app):
    return Race(app)


@pytest.fixture
def keys(app):
    """Four customers of Lin's."""
    with app.app_context():
        return many(4)


def giving(keys, person, told=None):
    """Return a piece of work: one part of a run that gives customers to a person."""
    given = {"people": [person.id], "how": "manual", "shares": [[person.id, len(keys)]], "got": []}

    def work():
        applied = services.assign(keys, given, ANRAN.actor, house=HOUSE)
        if told is not None:
            told.append(applied)

    return work


def recalling(keys):
    return lambda: services.recall(keys, {"reason": "no_followup"}, ANRAN.actor)


def editing(key, **values):
    def work():
        customers.change(db.session.get_one(Customer, key), values, actor=ANRAN.actor, revision=None)

    return work


def check_spells(app):
    """Check that every customer has one open spell, its owner's, or none where it has no owner."""
    with app.app_context(), acting(SYSTEM):
        owners = dict(db.session.execute(select(Customer.id, Customer.owner_id)).all())
        open_ones = db.session.execute(
            select(Holding.customer_id, Holding.employee_id).where(Holding.until_at.is_(None))
        ).all()
        assert max(Counter(key for key, _who in open_ones).values(), default=1) == 1
        assert dict(open_ones) == {key: owner for key, owner in owners.items() if owner is not None}


def held(app):
    with app.app_context():
        return holders()


def test_two_who_give_the_same_customers_to_two_people_leave_one_owner_each(app, race, keys):
    assert race.run(giving(keys, MEI), giving(keys, ANRAN)) == ("done", "done")
    assert held(app) == {ANRAN.id: 4}
    check_spells(app)


def test_two_who_give_in_opposite_orders_do_not_wait_for_one_another(app, race, keys):
    def both(people):
        given = {"people": [one.id for one in people], "how": "even", "got": []}
        shares = [[one.id, 2] for one in people]
        return lambda: services.assign(keys, {**given, "shares": shares}, ANRAN.actor, house=HOUSE)

    assert race.run(both([MEI, ANRAN]), both([ANRAN, MEI])) == ("done", "done")
    assert held(app) == {MEI.id: 2, ANRAN.id: 2}
    check_spells(app)


@pytest.fixture
def free(app):
    """Four customers of the pool, of which Mei may hold three."""
    with app.app_context():
        limit(MEI, 3)
        return many(4, owner=None)


def test_two_who_give_to_one_person_keep_to_the_limit_together(app, race, free):
    told = []
    assert race.run(giving(free[:2], MEI, told), giving(free[2:], MEI, told)) == ("done", "done")
    assert [len(one.changed) for one in told] == [2, 1]
    assert "may hold 3 customers" in str(next(iter(told[1].refused.values())))
    assert held(app) == {MEI.id: 3, None: 1}


@pytest.mark.one_database("postgresql")
def test_without_the_lock_on_the_hand_the_limit_would_be_broken(app, race, free, monkeypatch):
    monkeypatch.setattr(pool, "locked_hands", lambda _people: {})
    assert race.run(giving(free[:2], MEI), giving(free[2:], MEI)) == ("done", "done")
    assert held(app) == {MEI.id: 4}


def test_what_is_recalled_while_it_is_given_belongs_to_whoever_was_last(app, race, keys):
    assert race.run(recalling(keys), giving(keys, LIN)) == ("done", "done")
    assert held(app) == {LIN.id: 4}
    check_spells(app)


def test_what_is_given_while_it_is_recalled_stands_in_the_pool(app, race, keys):
    assert race.run(giving(keys, MEI), recalling(keys)) == ("done", "done")
    assert held(app) == {None: 4}
    check_spells(app)


@pytest.mark.one_database("postgresql")
def test_without_the_lock_on_the_customers_somebody_would_be_told_they_have_what_they_have_not(
    app, race, keys, monkeypatch
):
    def unlocked(ids, _actor):
        columns = [getattr(Customer, name) for name in queries.LOCKED]
        return db.session.execute(select(*columns).where(Customer.id.in_(ids)).order_by(Customer.id)).all()

    monkeypatch.setattr(queries, "locked", unlocked)
    assert race.run(recalling(keys), giving(keys, LIN)) == ("done", "done")
    assert held(app) == {None: 4}


# ── undo and hand over against somebody who edits ──


@pytest.fixture
def run_id(app, keys):
    """A run that gave Lin's customers to Mei."""
    with app.app_context():
        return assign(app, [MEI], ids=keys, who=ANRAN).id


def taking_back(run_id):
    """Return a piece of work: one part of the taking back of a run."""

    def work():
        part = undoing.queries.next_changed(run_id)
        undoing._put_back(run_id, part, ANRAN.actor)

    return work


def begin_undo(app, run_id):
    with app.app_context(), acting(ANRAN.actor):
        runs.begin_to_take_back(db.session.get(Run, run_id), actor=ANRAN.actor, in_background=False)


def test_what_somebody_saves_while_it_is_taken_back_is_kept_and_named(app, race, keys, run_id):
    begin_undo(app, run_id)
    assert race.run(editing(keys[0], notes="改过"), taking_back(run_id)) == ("done", "done")
    with app.app_context(), acting(ANRAN.actor):
        runs.take_back(run_id, AtOnce({}, ANRAN.actor))
        run = db.session.get(Run, run_id)
        assert (run.state, run.restored_count, run.kept_count) == ("undone", 3, 1)
        edited = db.session.get(Customer, keys[0])
        assert (edited.owner_id, edited.notes) == (MEI.id, "改过")
    check_spells(app)


@pytest.mark.one_database("postgresql")
def test_without_the_wait_what_was_just_saved_would_be_taken_back(app, race, keys, run_id, monkeypatch):
    monkeypatch.setattr(undoing, "_wait_for", lambda _subject, _ids: None)
    begin_undo(app, run_id)
    race.run(editing(keys[0], notes="改过"), taking_back(run_id))
    with app.app_context(), acting(ANRAN.actor):
        assert db.session.get(Customer, keys[0]).owner_id == LIN.id


def test_what_is_taken_back_first_is_not_overwritten_by_who_read_it_before(app, race, keys, run_id):
    begin_undo(app, run_id)
    first, second = race.run(taking_back(run_id), editing(keys[0], notes="改过"))
    assert first == "done"
    assert second == "done" or isinstance(second, WrongState)
    with app.app_context(), acting(ANRAN.actor):
        assert db.session.get(Customer, keys[0]).owner_id == LIN.id
    check_spells(app)


def test_an_edit_that_is_being_saved_stays_when_its_customer_is_handed_over(app, race, keys):
    assert race.run(editing(keys[0], notes="刚打过电话"), giving(keys, MEI)) == ("done", "done")
    with app.app_context(), acting(SYSTEM):
        handed = db.session.get(Customer, keys[0])
        assert (handed.owner_id, handed.notes) == (MEI.id, "刚打过电话")
    check_spells(app)


def test_an_edit_that_comes_after_a_handover_does_not_bring_the_owner_back(app, race, keys):
    first, second = race.run(giving(keys, MEI), editing(keys[0], notes="刚打过电话"))
    assert first == "done"
    assert second == "done" or isinstance(second, WrongState)
    assert held(app) == {MEI.id: 4}
    check_spells(app)


def test_a_customer_that_is_entered_meanwhile_counts_for_the_limit(app, race):
    with app.app_context():
        limit(MEI, 2)
        free = many(2, owner=None)
        a_customer(name="她的", phone="+8637165009999", owner=MEI.id)
    told = []
    race.run(giving(free, MEI, told), giving(free, MEI, told))
    assert held(app) == {MEI.id: 2, None: 1}
