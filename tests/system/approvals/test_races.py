"""Two approvers at once, approval against withdrawal, against an edit, two submissions: on both databases.

Each with its guard taken out, which must then be seen: the cases read without a lock.
"""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import DomainError
from app.base.transaction import transaction
from app.crm.followups.models import Followup
from app.extensions import db
from app.system.approvals import services
from app.system.approvals.models import Case, Event
from app.system.approvals.services import docket as dockets
from tests.cast import LIN, QIAN, SAM
from tests.system.approvals import steps
from tests.system.approvals.steps import CODE

ROUNDS = 6


def at_once(app, *verbs):
    """Let some people act at the same moment; return what each was told."""
    told, ready = [None] * len(verbs), threading.Barrier(len(verbs))

    def act(place, who, verb):
        with app.app_context(), acting(who.actor) as actor:
            db.session.remove()  # on SQLite whoever has read holds the lock
            ready.wait(20)
            try:
                told[place] = verb(actor)
            except DomainError as refusal:
                told[place] = str(refusal)
            finally:
                db.session.remove()

    both = [threading.Thread(target=act, args=(place, *one)) for place, one in enumerate(verbs)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    return told


def prepared(app, *flow):
    with app.app_context():
        steps.flow(*flow)
        key = steps.waiting()
        db.session.remove()
    return key


def found(app, key):
    with app.app_context(), acting(SYSTEM):
        case = db.session.scalars(select(Case).where(Case.record_id == key).order_by(Case.id.desc())).first()
        kinds = list(db.session.scalars(select(Event.kind).where(Event.case_id == case.id).order_by(Event.id)))
        db.session.remove()
        return case.state, kinds


def approve(key):
    return lambda actor: services.approve(CODE, [key], actor=actor)


def two_approve(app):
    key = prepared(app, {"kind": "role", "role": "finance"})
    with app.app_context(), acting(SYSTEM):
        steps.delegation(QIAN, SAM)
        db.session.remove()
    told = at_once(app, (QIAN, approve(key)), (SAM, approve(key)))
    return sorted(len(one.ended) for one in told), found(app, key)


def test_of_two_who_approve_at_once_one_does_and_the_other_is_told(app):
    for _round in range(ROUNDS):
        ended, (state, kinds) = two_approve(app)
        assert (ended, state, kinds) == ([0, 1], "approved", ["begun", "approved"])


@pytest.mark.one_database("postgresql")
def test_without_the_lock_both_would_approve(app, monkeypatch):
    key = prepared(app, {"kind": "role", "role": "finance"})
    with app.app_context(), acting(SYSTEM):
        steps.delegation(QIAN, SAM)
        db.session.remove()
    monkeypatch.setattr(dockets, "locking", lambda wanted: wanted)
    real, both = dockets.Docket.read, threading.Barrier(2)

    def read_together(self, ids):
        got = real(self, ids)
        both.wait(20)
        return got

    monkeypatch.setattr(dockets.Docket, "read", read_together)
    told = at_once(app, (QIAN, approve(key)), (SAM, approve(key)))
    assert [len(one.ended) for one in told] == [1, 1]


def test_approval_against_withdrawal_ends_in_one_way(app):
    for _round in range(ROUNDS):
        key = prepared(app, {"kind": "role", "role": "finance"})
        told = at_once(
            app, (QIAN, approve(key)), (LIN, lambda actor, key=key: services.withdraw(CODE, [key], actor=actor))
        )
        state, kinds = found(app, key)
        if state == "approved":
            assert (kinds, isinstance(told[1], str)) == (["begun", "approved"], True)
        else:
            assert (state, kinds) == ("withdrawn", ["begun", "withdrawn"])
            assert key in told[0].refused


def edit(key):
    @transaction
    def change(actor):
        row = db.session.scalars(select(Followup).where(Followup.id == key).with_for_update()).one()
        row.call_seconds = 7000
        services.changed(CODE, [key], {"call_seconds"}, actor=actor)
        return "edited"

    return change


def test_nobody_approves_an_amount_they_have_not_seen(app):
    """Either it was approved before the edit, or the edit started it again: never the new amount unseen."""
    for _round in range(ROUNDS):
        key = prepared(app, {"kind": "role", "role": "finance"})

        def decide(actor, key=key):
            with services.looked_at({key: 0}):
                return steps.approve([key], "", actor)

        told = at_once(app, (QIAN, decide), (LIN, edit(key)))
        state, kinds = found(app, key)
        assert (state, kinds) in [("waiting", ["begun", "restarted"]), ("approved", ["begun", "approved"])]
        assert (key in told[0].refused) is (state == "waiting")


def test_of_two_who_submit_at_once_one_does(app):
    for _round in range(ROUNDS):
        with app.app_context():
            steps.flow({"kind": "role", "role": "finance"})
            key = steps.record()
            db.session.remove()

        def submit(actor, key=key):
            services.begin(CODE, [key], applicant_id=LIN.id, actor=actor)
            return "begun"

        told = at_once(app, (LIN, submit), (LIN, submit))
        assert sorted("begun" if one == "begun" else "already" for one in told) == ["already", "begun"]
        with app.app_context(), acting(SYSTEM):
            assert db.session.scalar(select(func.count(Case.id)).where(Case.record_id == key)) == 1
            db.session.remove()


def test_two_schedulers_remind_once(app):
    key = prepared(app, {"kind": "person", "person_id": SAM.id, "hours": 1})
    later = clock.now() + timedelta(hours=2)

    def remind(_actor):
        with acting(SYSTEM):
            return services.remind(now=later, actor=SYSTEM)

    told = at_once(app, (LIN, remind), (QIAN, remind))
    assert sorted(told) == [0, 1]
    assert found(app, key)[1] == ["begun", "reminded"]
