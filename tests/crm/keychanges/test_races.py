"""Approving a change of key data twice at once, and against somebody who edits the customer: on both databases."""

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.keychanges import queries, services
from app.extensions import db
from app.system.audit import queries as audit
from tests.cast import MEI, SAM
from tests.crm.keychanges import steps
from tests.system.approvals.steps import delegation
from tests.system.approvals.test_races import at_once

ROUNDS = 4
OLD, NEW, OTHER = "河南旧名商贸有限公司", "河南新名商贸有限公司", "河南别名商贸有限公司"


@pytest.fixture
def on(app):
    with app.app_context():
        steps.switch_on()
        with acting(SYSTEM):
            delegation(MEI, SAM)
        db.session.remove()


def waiting(app):
    with app.app_context():
        key, change = steps.proposed(steps.customer(credit_code=None), name=NEW)
        db.session.remove()
    return key, change


def now(app, key):
    with app.app_context(), acting(SYSTEM):
        found = customers.by_id(key).name, len(audit.sets(customers.Customer, key))
        db.session.remove()
        return found


def approve(change):
    return lambda actor: services.approve([change], "", actor)


def edit(key):
    def change(actor):
        record = customers.by_id(key)
        customer_services.change(record, {"name": OTHER}, actor=actor, revision=record.revision)
        return "edited"

    return change


@pytest.mark.usefixtures("on")
def test_of_two_who_approve_at_once_one_changes_the_customer(app):
    for _round in range(ROUNDS):
        key, change = waiting(app)
        told = at_once(app, (MEI, approve(change)), (SAM, approve(change)))
        assert sorted(len(one.changed) for one in told) == [0, 1]
        assert now(app, key) == (NEW, 3)  # made, proposed with the form, approved


@pytest.mark.usefixtures("on")
def test_an_edit_at_that_moment_is_not_overwritten(app):
    for _round in range(ROUNDS):
        key, change = waiting(app)
        told = at_once(app, (MEI, approve(change)), (SAM, edit(key)))
        name, _versions = now(app, key)
        if change in told[0].refused:
            assert (told[1], name) == ("edited", OTHER)
        elif told[1] == "edited":
            assert name == OTHER  # edited after it was approved, and seen so in the history
        else:
            assert name == NEW  # whoever edited was told that somebody saved first


@pytest.mark.usefixtures("on")
def test_without_the_look_at_what_it_was_the_edit_would_be_lost(app, monkeypatch):
    monkeypatch.setattr(queries, "warning", lambda _change: None)
    key, change = waiting(app)
    with app.app_context(), acting(SAM.actor) as sam:
        edit(key)(sam)
        db.session.remove()
    with app.app_context():
        assert steps.approve(MEI, change).changed == [change]
        db.session.remove()
    assert now(app, key)[0] == NEW  # the edit is gone: what the look prevents
