"""A run over many tickets, and somebody who dispatches one of them at that moment; with the guard taken out, too."""

from threading import Thread

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.i18n import speaking
from app.base.scope import condition
from app.base.transaction import transaction
from app.desk.reviews import services as reviews
from app.desk.tickets import services
from app.desk.tickets.models import Ticket
from app.desk.tickets.services import answering, many, stepping
from app.extensions import db
from tests.bed.databases import POSTGRESQL
from tests.cast import GAO, JI
from tests.desk.tickets.steps import by, solved, ticket
from tests.desk.tickets.test_races import now
from tests.factories import a_ticket

LONG, SHORT = 60, 1  # seconds
GIVEN = {"people": [GAO.id], "shares": [[GAO.id, 1]], "got": []}


class Single(Thread):
    """Somebody who dispatches one ticket to Ji."""

    def __init__(self, app, key):
        super().__init__()
        self.app, self.key, self.outcome = app, key, None

    def run(self):
        with self.app.app_context(), speaking("en"):
            try:
                by(GAO, services.dispatch, self.key, {"assignee": JI.id})
                self.outcome = "done"
            except Exception as error:  # noqa: BLE001 - told to the test
                self.outcome = type(error).__name__
            finally:
                db.session.remove()


def meeting(app, key, monkeypatch, held):
    """Let a run dispatch a ticket to Gao, and somebody dispatch it after the run has looked; return how it went."""
    single = Single(app, key)

    def held_and_met(ids, actor):
        found = held(ids, actor)
        single.start()
        single.join(SHORT)
        return found

    monkeypatch.setattr(stepping, "held", held_and_met)
    with app.app_context(), acting(GAO.actor) as gao:
        transaction(many.dispatch_many)([key], GIVEN, gao)
        db.session.remove()
    single.join(LONG)
    return single.outcome, now(app, key)


def test_who_dispatches_what_a_run_has_in_hand_waits_and_is_told(app, saved, monkeypatch):
    key = saved(a_ticket)
    outcome, (_phase, person, verbs) = meeting(app, key, monkeypatch, stepping.held)
    assert outcome in ("WrongState", "Conflict")
    assert (person, verbs) == (GAO.id, ["open", "dispatch"])


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_a_run_would_dispatch_what_somebody_has(app, saved, monkeypatch):
    def unlocked(ids, actor):
        mine = (Ticket.id.in_(ids), condition(Ticket, actor, write=True))
        return db.session.execute(select(*stepping.ASKED).where(*mine)).all()

    key = saved(a_ticket)
    outcome, (_phase, _person, verbs) = meeting(app, key, monkeypatch, unlocked)
    assert outcome == "done"
    assert verbs == ["open", "dispatch", "dispatch"]


def test_what_is_answered_by_a_ticket_is_closed_by_the_night_with_it(app):
    with app.app_context():
        key, request = solved(), a_ticket().id
        with acting(SYSTEM) as system:
            transaction(answering.answer)([request], {"ticket": key}, system)
            assert ticket(request).answered_by_id == key
            assert reviews.close_all(days=0, actor=system) == 1
        assert (ticket(key).phase, ticket(request).phase) == ("closed", "closed")
