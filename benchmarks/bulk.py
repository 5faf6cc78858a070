"""50,000 customers given to two people: by the product, and by raw SQL at its best. Run by ``benchmarks.work``."""

import os
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from benchmarks.servers import cpu_ms
from tests.cast import DAI, XIAO

#: Whoever receives holds none of them: every row changes.
PEOPLE = (DAI, XIAO)
SECONDS = 1000.0


def given(count: int, application: Any, measured: Callable[[Callable[[], Any]], dict[str, Any]]) -> dict[str, Any]:
    """Assign so many customers evenly, and take the run back. ``application``: (app, actor), its context pushed."""
    from app.base.background import AtOnce
    from app.extensions import db
    from app.system.runs import services as runs
    from app.system.runs.models import Run

    _app, actor = application
    subject, keys = runs.subjects["CustomerView"], list(range(1, count + 1))
    action, asked = subject.actions["assign"], {"people": [one.id for one in PEOPLE], "how": "even", "beyond": True}
    meant = subject.meant(filter_text=None, ticked=keys, actor=actor)
    planned: list[Any] = []
    plan = measured(lambda: planned.append(action.plan(meant, len(keys), asked, actor)))
    about = {"title": "Measured", "filter_text": None, "ticked": keys, "shown": len(keys), "in_background": False}
    key = int(runs.begin(subject, action, actor=actor, given=planned[0].given, **about).id)
    ran = with_backend(measured, lambda: runs.carry_out(key, AtOnce({}, actor)))
    assert db.session.get_one(Run, key).changed_count == count  # noqa: S101 - else it is no comparison
    runs.begin_to_take_back(db.session.get_one(Run, key), actor=actor, in_background=False)
    back = with_backend(measured, lambda: runs.take_back(key, AtOnce({}, actor)))
    return {"planned": plan, "changed": ran, "taken back": back}


def with_backend(measured: Callable[[Callable[[], Any]], dict[str, Any]], do: Callable[[], Any]) -> dict[str, Any]:
    """Measure what the application's session does; to its processor time that of its backend is added."""
    from app.extensions import db

    pid = int(db.session.scalar(sa.text("SELECT pg_backend_pid()")) or 0)
    db.session.rollback()
    before = cpu_ms([pid])
    spent = measured(do)
    return spent | {"cpu_seconds": spent["cpu_seconds"] + (cpu_ms([pid]) - before) / SECONDS}


DEAL = "CASE id % 2 WHEN 0 THEN {} ELSE {} END"
OWNER, HOUSE = (DEAL.format(*[getattr(one, name) for one in PEOPLE]) for name in ("id", "department_id"))
CHANGE = f"""UPDATE customers_customer SET owner_id = {OWNER}, department_id = {HOUSE}, assigned_at = now(),
    updated_at = now(), updated_by_id = 1, revision = revision + 1 WHERE id <= :count"""
#: The least there is: versions and spells go to tables that nobody could ever ask, without keys, indexes or a log.
BARE = [
    "CREATE TEMP TABLE bench_versions AS SELECT * FROM customers_customer WHERE false",
    (
        "CREATE TEMP TABLE bench_spells AS SELECT customer_id, employee_id, department_id, from_at, begun_how "
        "FROM customers_holding WHERE false"
    ),
    f"""WITH done AS ({CHANGE} RETURNING *),
    kept AS (INSERT INTO bench_versions SELECT * FROM done),
    ended AS (UPDATE customers_holding SET until_at = now(), ended_how = 'manual' FROM done
    WHERE customers_holding.customer_id = done.id AND customers_holding.until_at IS NULL)
    INSERT INTO bench_spells SELECT id, owner_id, department_id, assigned_at, 'manual' FROM done""",
]
#: What the work demands, each in one statement over all rows: history and spells in the tables where they are kept.
WHOLE = [
    "INSERT INTO transaction (id, issued_at, user_id, channel) VALUES (2000000000, now(), 1, 'web')",
    """INSERT INTO runs_run (id, title, screen, action, user_id, state, given, shown_count, changed_count,
    refused_count, restored_count, kept_count, at)
    VALUES (2000000000, '', 'CustomerView', 'assign', 1, 'running', '{}', :count, 0, 0, 0, 0, now())""",
    CHANGE,
    """UPDATE customers_customer_version SET end_transaction_id = 2000000000
    WHERE id <= :count AND end_transaction_id IS NULL""",
    """INSERT INTO customers_customer_version ({columns}, transaction_id, operation_type)
    SELECT {columns}, 2000000000, 1 FROM customers_customer WHERE id <= :count""",
    """UPDATE customers_holding SET until_at = now(), ended_how = 'even', ended_by_id = 1
    WHERE customer_id <= :count AND until_at IS NULL""",
    """INSERT INTO customers_holding (customer_id, employee_id, department_id, from_at, begun_how, begun_by_id)
    SELECT id, owner_id, department_id, assigned_at, 'even', 1 FROM customers_customer WHERE id <= :count""",
    """INSERT INTO runs_row (run_id, record_id, fate, change_set_id)
    SELECT 2000000000, id, 'changed', 2000000000 FROM customers_customer WHERE id <= :count""",
]
COLUMNS = """SELECT string_agg(quote_ident(one.column_name), ', ') FROM information_schema.columns one
    JOIN information_schema.columns kept USING (column_name) WHERE one.table_name = 'customers_customer'
    AND kept.table_name = 'customers_customer_version'"""


def raw(count: int, *, whole: bool) -> dict[str, Any]:
    """Do the same in SQL, in one transaction, and roll it back."""
    engine = sa.create_engine(os.environ["DATABASE_URL"], poolclass=sa.NullPool)
    with engine.connect() as connection:
        columns = str(connection.scalar(sa.text(COLUMNS)))
        pid = int(connection.scalar(sa.text("SELECT pg_backend_pid()")) or 0)
        began, before = time.perf_counter(), cpu_ms([pid])
        for statement in WHOLE if whole else BARE:
            text = statement.replace("{columns}", columns)
            connection.execute(sa.text(text), {"count": count} if ":count" in text else {})
        spent = {"seconds": time.perf_counter() - began, "cpu_seconds": (cpu_ms([pid]) - before) / SECONDS, "mb": 0}
        connection.rollback()
    return spent
