"""A run dispatches a ticket while somebody dispatches it by hand: one does, the other is told. Unguarded both would."""

from threading import Event, Thread

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.services import stepping
from app.extensions import db
from tests.bed.databases import POSTGRESQL
from tests.cast import GAO, JI
from tests.desk.tickets.runs import done
from tests.desk.tickets.steps import by
from tests.factories import a_ticket

PATIENCE = 30


def together(app, key, has_read):
    """Let a run and a hand dispatch a ticket, the hand once the run has read it; return what became of the hand."""
    told, finished = [], Event()

    def hand():
        has_read.wait(PATIENCE)
        with app.app_context():
            try:
                by(GAO, services.dispatch, key, {"assignee": GAO.id})
                told.append("done")
            except DomainError as refusal:
                told.append(type(refusal).__name__)
            finally:
                db.session.remove()
                finished.set()

    other = Thread(target=hand)
    other.start()
    yield finished
    other.join(PATIENCE)
    yield told


def dispatched_times(app, key):
    with app.app_context(), acting(SYSTEM):
        return sum(one.verb == "dispatch" for one in queries.moves_of(key))


def test_who_dispatches_what_a_run_has_in_hand_is_told_that_it_is_taken(app, monkeypatch):
    has_read, held = Event(), stepping.held

    def reading(ids, actor):
        rows = held(ids, actor)
        has_read.set()
        return rows

    monkeypatch.setattr(stepping, "held", reading)
    with app.app_context():
        key = a_ticket().id
    race = together(app, key, has_read)
    next(race)
    with app.app_context():
        done("dispatch_many", [key], {"people": [JI.id]})
    assert next(race) == ["WrongState"]
    assert dispatched_times(app, key) == 1


@pytest.mark.one_database(POSTGRESQL)
def test_unheld_it_would_be_dispatched_twice(app, monkeypatch):
    has_read, waits = Event(), []

    def reading(ids, _actor):
        rows = db.session.execute(select(*stepping.ASKED).where(Ticket.id.in_(ids))).all()
        has_read.set()
        waits[0].wait(PATIENCE)
        return rows

    monkeypatch.setattr(stepping, "held", reading)
    with app.app_context():
        key = a_ticket().id
    race = together(app, key, has_read)
    waits.append(next(race))
    with app.app_context():
        done("dispatch_many", [key], {"people": [JI.id]})
    assert next(race) == ["done"]
    assert dispatched_times(app, key) == 2
