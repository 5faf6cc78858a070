"""A dry run over a million customers is there within ten seconds, and so is the question which are due. Issue 5."""

import time

import pytest
from sqlalchemy import text

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.recalls import queries
from app.crm.recalls.rules import NO_DEAL, NO_FOLLOWUP, Rule
from app.extensions import db
from tests.cast import ANRAN, SAM

pytestmark = [pytest.mark.torture, pytest.mark.one_database("postgresql")]
COUNT, MOST_SECONDS = 1_000_000, 10
ROWS = """
INSERT INTO customers_customer
  (kind, name, owner_id, department_id, level, status, assigned_at, created_at, updated_at, last_followup_at, revision)
SELECT 'company', '客户' || n, 3 + n % 4, 3 + n % 3, (ARRAY['key', 'a', 'b', 'c', 'd', NULL])[1 + n % 6],
  (ARRAY['deal', 'potential', 'potential', NULL])[1 + n % 4], now() - (n % 90) * interval '1 day', now(), now(),
  CASE WHEN n % 3 = 0 THEN now() - (n % 50) * interval '1 day' END, 1
FROM generate_series(1, :count) AS n
"""


def test_a_dry_run_of_a_million_customers(in_app, watch):
    watch.touched.add("customers_customer")
    with acting(SYSTEM):
        db.session.execute(text(ROWS), {"count": COUNT})
        db.session.commit()
    rules = (
        Rule(1, "a", NO_FOLLOWUP, 30, {"key": 60, "d": 15}, spares_planned=True),
        Rule(2, "b", NO_DEAL, 60, departments=frozenset({3, 4})),
    )
    for person in (ANRAN, SAM):
        for rule in rules:
            began = time.perf_counter()
            with acting(person.actor):
                found = queries.dry_run(rule, day=clock.today(), protection_days=7)
                db.session.rollback()
            seconds = time.perf_counter() - began
            assert found.total > COUNT / 100
            assert len(found.rows) == queries.MOST_SHOWN
            assert seconds < MOST_SECONDS
