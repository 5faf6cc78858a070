"""A thousand fees at once: few statements, quick, each with its history. And what fees cost the customers' list."""

import time
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import acting
from app.base.history import insert_versioned, versions_of
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.extensions import db
from app.system.approvals import services as approvals
from tests.cast import LIN, QIAN
from tests.factories import a_fee

MANY, SECONDS = 1000, 10


@transaction
def entered(first, count, actor):
    """Save copies of a fee that wait for approval; return their ids."""
    table = Fee.__table__
    like = db.session.execute(
        select(*[c for c in table.c if c.name not in ("id", "revision")]).where(table.c.id == first)
    )
    row = dict(like.mappings().one())
    rows = [row | {"number": f"OLD-{n}", "amount": Decimal(n + 1)} for n in range(count)]
    ids = insert_versioned(Fee, rows)
    approvals.begin("fee", ids, applicant_id=actor.id, actor=actor)
    return ids


def many(count):
    with acting(LIN.actor) as lin, unscoped("a test"):
        return entered(a_fee().id, count, lin)


@pytest.mark.usefixtures("in_app")
def test_a_thousand_fees_are_approved_within_ten_seconds_each_with_its_history(record_property):
    ids = many(MANY)
    with acting(QIAN.actor) as qian:
        db.session.rollback()
        begun = time.perf_counter()
        done = services.approve(ids, "", qian)
        seconds = time.perf_counter() - begun
    record_property("seconds", round(seconds, 2))

    assert (len(done.changed), done.refused) == (MANY, {})
    versions = versions_of(Fee).__table__
    with unscoped("a test counts"):
        mine = (versions.c.id.in_(ids), versions.c.state == "approved", versions.c.decided_by_id == QIAN.id)
        assert db.session.scalar(select(func.count()).select_from(versions).where(*mine)) == MANY
    assert seconds < SECONDS


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_many_cost_no_more_statements_than_few(statements, verb):
    given = {"approve": ("",), "reject": ("not_received", "")}[verb]
    counts = []
    for count in (3, 300):
        with unscoped("a test"):
            db.session.rollback()
        ids = more(count, len(counts))
        with acting(QIAN.actor) as qian, statements() as seen:
            assert len(getattr(services, verb)(ids, *given, qian).changed) == count
        counts.append(len(seen))

    assert counts[1] <= counts[0] + 2


def more(count, place):
    """Save waiting fees under numbers of their own."""
    with acting(LIN.actor) as lin, unscoped("a test"):
        table = Fee.__table__
        first = db.session.scalar(select(func.min(table.c.id))) or a_fee().id

        @transaction
        def enter():
            columns = [c for c in table.c if c.name not in ("id", "revision")]
            row = dict(db.session.execute(select(*columns).where(table.c.id == first)).mappings().one())
            fresh = {"state": "unreviewed", "decided_by_id": None, "decided_at": None}
            rows = [row | fresh | {"number": f"OLD-{place}-{n}", "received_on": clock.today()} for n in range(count)]
            ids = insert_versioned(Fee, rows)
            approvals.begin("fee", ids, applicant_id=lin.id, actor=lin)
            return ids

        return enter()
