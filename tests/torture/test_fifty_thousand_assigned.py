"""50,000 customers are given to three people by a filter; the worker is killed; shares and history are exact."""

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.scope import unscoped
from app.crm.assignments.views import bulk
from app.crm.customers.models import Customer, Holding
from app.crm.pool.models import HoldLimit
from app.extensions import db
from app.system.notifications.models import Message
from app.system.runs import services as runs
from app.system.runs.models import Run
from app.worker import call_through, queue
from tests.bed.databases import POSTGRESQL, SQLITE, build
from tests.cast import ANRAN, EVE, LIN, MEI
from tests.torture.test_fifty_thousand import BATCH, MEANT, OTHERS, ROWS, bring_in, row
from tests.torture.test_killed_workers import killed_at, screen, versions_each

pytestmark = [pytest.mark.torture, pytest.mark.one_database]
SHARES = {LIN.id: 25_000, MEI.id: 15_000, EVE.id: 10_000}
#: Against one UPDATE, two INSERTs of history and spells, of the same rows, in one transaction. On a quiet machine it is
#: between one and two; a statement for every row would be a hundred.


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def house(request, bed):
    """An application of its own, with 50,000 customers of the pool that the filter means and some that it does not."""
    app = build(bed, request.param)
    call_through(app, queue(app.config["ZHIKE"]))
    with app.app_context():
        with acting(SYSTEM):
            names = [f"河南客户{n}有限公司" for n in range(ROWS)] + [f"山东客户{n}" for n in range(OTHERS)]
            made = [row(name, number) | {"owner_id": None} for number, name in enumerate(names)]
            for start in range(0, len(made), BATCH):
                bring_in(made[start : start + BATCH])
            db.session.add(HoldLimit(most=0))
            db.session.commit()
        yield app
        db.session.remove()


def begun(house):
    """Begin a run that gives every customer that the filter means out by weights; return run and job."""
    subject = screen(house).subject()
    with acting(ANRAN.actor) as actor:
        where = subject.meant(filter_text=MEANT, ticked=None, actor=actor)
        given = {"people": list(SHARES), "how": "by_weight", "weights": "5:3:2"}
        plan = bulk.plan(where, ROWS, given, actor)
        about = {"title": "Assign", "filter_text": MEANT, "ticked": None, "shown": ROWS, "in_background": True}
        run = runs.begin(subject, subject.actions["assign"], actor=actor, given=plan.given, **about)
        return run.id, run.job_id


def holders():
    with acting(SYSTEM):
        return dict(db.session.execute(select(Customer.owner_id, func.count()).group_by(Customer.owner_id)).all())


def open_spells():
    with acting(SYSTEM):
        counted = select(Holding.employee_id, func.count()).where(Holding.until_at.is_(None))
        return dict(db.session.execute(counted.group_by(Holding.employee_id)).all())


def test_fifty_thousand_are_given_out_exactly_although_the_worker_was_killed(house):
    run_id, job_id = begun(house)
    killed_at(house, job_id, 0.4)
    assert holders() == {**SHARES, None: OTHERS}
    assert open_spells() == SHARES
    assert versions_each() == {2: ROWS, 1: OTHERS}
    with acting(SYSTEM):
        run = db.session.get_one(Run, run_id, populate_existing=True)
        assert (run.state, run.changed_count, run.refused_count) == ("done", ROWS, 0)
        assert dict(run.given["got"]) == SHARES
        with unscoped("everybody's messages"):
            told = db.session.scalars(select(Message).where(Message.kind == "customers_given"))
            assert {one.recipient_id: one.params["count"] for one in told} == SHARES
