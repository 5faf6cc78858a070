"""Warning owners, and the heads of their departments, of what will be recalled soon."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, delete, false, or_
from sqlalchemy.dialects import postgresql, sqlite

from app.base import inbox
from app.base.actor import Actor
from app.base.history import DELETE
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.customers import services as customer_services
from app.crm.recalls import queries, rules
from app.crm.recalls.models import RecallWarning
from app.crm.recalls.rules import Rule
from app.extensions import db
from app.system.security import queries as security

TABLE = RecallWarning.__table__
CHUNK = 2000
KEPT = timedelta(days=180)
NEW = {
    "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing(),
}


def warn(*, day: date, stages: Sequence[int], protection_days: int, actor: Actor) -> int:
    """Tell owners what will be recalled soon, each stage of each recall once; return of how many customers.

    ``stages``: days before, as the house has them. After nights without a worker the most urgent stage is told.
    Done again, as after a worker has died, it tells what was not told yet.
    """
    known, after = queries.rules_on(), 0
    soon = [(rule, max(rule.warning_days or stages, default=0)) for rule in known]

    def where(table: FromClause) -> ColumnElement[bool]:
        parts = [
            queries.due_by(rule, table, day + timedelta(days=most), protection_days=protection_days)
            for rule, most in soon
        ]
        return or_(false(), *parts)

    while rows := customers.held_rows(where, after=after, limit=CHUNK):
        after = rows[-1].id
        _note(rows, known, day, stages, protection_days)
    return _tell(day, actor)


@transaction
def _note(rows: Sequence[Any], known: Sequence[Rule], day: date, stages: Sequence[int], protection_days: int) -> None:
    """Note which of the rows are to be warned of; those noted before stay as they are."""
    noted = [one for row in rows if (one := _noted(row, known, day, stages, protection_days))]
    if noted:
        db.session.execute(NEW[db.session.get_bind().dialect.name], noted)


def _noted(
    row: Any, known: Sequence[Rule], day: date, stages: Sequence[int], protection_days: int
) -> dict[str, Any] | None:
    due = rules.earliest(known, queries.standing_of(row), protection_days=protection_days)
    if due is None:
        return None
    stage = rules.stage((due.on - day).days, due.rule.warning_days or stages)
    if stage is None:
        return None
    about = {"customer_id": row.id, "rule_id": due.rule.id, "stage": stage, "due_on": due.on}
    return about | {"told_on": day, "employee_id": row.owner_id, "department_id": row.department_id}


@transaction
def _tell(day: date, actor: Actor) -> int:
    """Tell what was noted this night: each owner once, and each head of a department once."""
    mine: dict[int, dict[int, int]] = defaultdict(dict)
    ours: dict[int, dict[int, int]] = defaultdict(dict)
    heads = {house: security.head_of(house) for house in {row.department_id for row in queries.warned(day)} if house}
    for row in queries.warned(day):
        _add(mine[row.employee_id], row.stage, row.count)
        head = heads.get(row.department_id)
        if head and head != row.employee_id:
            _add(ours[head], row.stage, row.count)
    for kind, found in (("recall_soon", mine), ("recall_soon_ours", ours)):
        for person, counts in found.items():
            _send(person, kind, counts, day, actor)
    db.session.execute(delete(TABLE).where(TABLE.c.told_on < day - KEPT))
    return sum(count for counts in mine.values() for count in counts.values())


def _add(counts: dict[int, int], stage: int, count: int) -> None:
    counts[stage] = counts.get(stage, 0) + count


def _send(person: int, kind: str, counts: Mapping[int, int], day: date, actor: Actor) -> None:
    params = {"count": sum(counts.values()), "stages": [[stage, counts[stage]] for stage in sorted(counts)]}
    place = inbox.Place("RecallRuleView.soon" if kind == "recall_soon" else "RecallRuleView.soon_ours")
    inbox.tell([person], kind, params=params, link=place, key=f"{kind}:{day:%Y%m%d}", actor=actor)


def _forget(operation: int, ids: list[int], _columns: frozenset[str] | None) -> None:
    """Remove the warnings of customers who go for good."""
    if operation == DELETE:
        with unscoped("they go with their customers"):
            for start in range(0, len(ids), CHUNK):
                part = TABLE.c.customer_id.in_(ids[start : start + CHUNK])
                db.session.connection().execute(delete(TABLE).where(part))


customer_services.on_many(_forget)
