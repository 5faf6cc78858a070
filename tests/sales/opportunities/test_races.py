"""Two who move, win or make an opportunity at the same moment: one does, the other is told. Each unguarded too."""

from threading import Barrier, BrokenBarrierError, Thread

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.crm.deals.models import Deal
from app.crm.followups.models import Followup
from app.extensions import db
from app.sales.opportunities import services
from app.sales.opportunities.models import Move, Opportunity
from app.sales.opportunities.services import deciding, editing, making
from app.system.runs import services as runs
from tests.bed.databases import POSTGRESQL
from tests.cast import LIN
from tests.factories import a_customer, a_followup, an_opportunity

PATIENCE = 30


def both(app, job):
    """Let two run the same at once, each with what it has read before; return how it went for each."""
    outcomes, ready = [None, None], Barrier(2)

    def run(place):
        with app.app_context(), acting(LIN.actor) as actor:
            try:
                outcomes[place] = job(ready, actor) or "done"
            except Exception as error:  # noqa: BLE001 - told to the test
                outcomes[place] = type(error).__name__
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return sorted(map(str, outcomes))


def opened(key, ready, model=Opportunity):
    """Read a record, and wait until the other has read it too."""
    record = db.session.get_one(model, key)
    assert record.id
    if db.engine.dialect.name == "sqlite":  # whose transactions hold its only lock from their beginning
        db.session.rollback()
    ready.wait(PATIENCE)
    return record


def count(app, model, *where):
    with app.app_context(), acting(SYSTEM):
        return len(db.session.scalars(select(model).where(*where)).all())


@pytest.fixture
def customer(saved):
    return saved(a_customer)


@pytest.fixture
def one(saved, customer):
    return saved(an_opportunity, customer=customer)


@pytest.fixture
def followup(saved, customer):
    return saved(a_followup, customer=customer)


def stop_there(monkeypatch, module, name):
    """Let both pass a guard that is taken out, and meet behind it."""
    met = Barrier(2)

    def meet(*_given, **_more):
        try:
            met.wait(2)
        except BrokenBarrierError:
            return

    monkeypatch.setattr(module, name, meet)


# ── two move one ──


def moved(key):
    def job(ready, actor):
        record = opened(key, ready)
        services.move(record, "needs_30", actor=actor, revision=1)

    return job


def test_of_two_who_move_a_card_the_second_is_told(app, one):
    assert both(app, moved(one)) == ["Conflict", "done"]
    assert count(app, Move, Move.opportunity_id == one) == 2


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_only_the_revision_of_the_row_stops_the_second(app, one, monkeypatch):
    stop_there(monkeypatch, editing, "lock")
    assert both(app, moved(one)) == ["WrongState", "done"]  # StaleDataError, in words


# ── won twice ──


def won(key):
    def job(ready, actor):
        record = opened(key, ready)
        given = {"amount": 6500, "closed_on": clock.today()}
        services.win(record, given, actor=actor, revision=None)

    return job


def test_won_by_two_at_once_it_is_one_deal(app, one):
    assert both(app, won(one)) == ["WrongState", "done"]
    assert count(app, Deal) == 1
    assert count(app, Move, Move.opportunity_id == one) == 2


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_both_would_win_it_but_for_the_row_and_the_deals_index(app, one, monkeypatch):
    stop_there(monkeypatch, deciding, "_held")
    assert both(app, won(one)) == ["WrongState", "done"]
    assert count(app, Deal) == 1


# ── from one follow-up, twice ──


def made(key):
    def job(ready, actor):
        record = opened(key, ready, Followup)
        services.from_followup(record, {}, actor=actor)

    return job


def test_one_follow_up_pressed_twice_at_once_is_one_opportunity(app, followup):
    assert both(app, made(followup)) == ["WrongState", "done"]
    assert count(app, Opportunity) == 1


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_the_unique_index_holds(app, followup, monkeypatch):
    stop_there(monkeypatch, editing, "lock")
    assert both(app, made(followup)) == ["WrongState", "done"]
    assert count(app, Opportunity) == 1


# ── in bulk, twice ──


def in_bulk(key):
    def job(ready, actor):
        subject = runs.subjects["FollowupView"]
        action = subject.actions["make_opportunities"]
        where = subject.meant(filter_text=None, ticked=[key], actor=actor)
        given = action.plan(where, 1, {"type": "upgrade"}, actor).given
        about = {"title": "Many", "filter_text": None, "ticked": [key], "shown": 1, "in_background": False}
        run = runs.begin(subject, action, actor=actor, given=given, **about)
        number = run.id
        db.session.rollback()
        ready.wait(PATIENCE)
        runs.carry_out(number, AtOnce({}, actor))
        db.session.rollback()
        return f"changed {db.session.get(type(run), number).changed_count}"

    return job


def test_two_runs_over_the_same_follow_ups_make_one_opportunity_of_each(app, followup):
    assert both(app, in_bulk(followup)) == ["changed 0", "changed 1"]
    assert count(app, Opportunity) == 1


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_of_the_customers_the_index_refuses_the_second_run(app, followup, monkeypatch):
    met = Barrier(2)

    def unheld(_ids, _actor):
        try:
            met.wait(2)
        except BrokenBarrierError:
            return []
        return []

    monkeypatch.setattr(making, "_held", unheld)
    assert both(app, in_bulk(followup)) == ["IntegrityError", "changed 1"]
    assert count(app, Opportunity) == 1
