"""Named reads of recall: rules as they are reckoned with, what they look at of a row, and the same as SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, false, func, or_, select, true
from sqlalchemy.orm import selectinload

from app.base import clock, stamps
from app.base.choices import Found, Item
from app.base.stamps import Cached
from app.crm.customers import queries as customers
from app.crm.recalls import rules
from app.crm.recalls.models import RecallRule, RecallWarning, days_of, stages_of
from app.crm.recalls.rules import Rule, Standing
from app.extensions import db
from app.system.security import queries as security

STAMP = "recalls"
MOST_SHOWN = 200  # rows of a dry run


def by_id(key: int) -> RecallRule | None:
    """Return a rule."""
    return db.session.get(RecallRule, key)


class _Known(NamedTuple):
    rule: Rule
    is_on: bool


def _known(_security: int) -> tuple[_Known, ...]:
    found = db.session.scalars(select(RecallRule).options(selectinload(RecallRule.houses)).order_by(RecallRule.id))
    return tuple(_Known(reckoned(row), row.is_on) for row in found)


_cached = Cached(STAMP, _known)  # departments are the other domain's: its number is the key


def _all() -> Sequence[_Known]:
    known: Sequence[_Known] = _cached(stamps.number(security.STAMP))
    return known


def rules_on() -> Sequence[Rule]:
    """Return the rules that are switched on, without a statement where nothing has changed."""
    return [one.rule for one in _all() if one.is_on]


def rules_among(keys: Iterable[int]) -> Sequence[Rule]:
    """Return rules by id, switched on or not."""
    wanted = set(keys)
    return [one.rule for one in _all() if one.rule.id in wanted]


def reckoned(row: RecallRule) -> Rule:
    """Return a rule as it is reckoned with: departments with all that stand below them."""
    houses = {below for one in row.houses for below in security.departments_below(int(one.code))}
    return Rule(
        row.id,
        row.name,
        row.kind,
        row.days,
        days_of(row.level_days),
        frozenset(houses) if row.houses else None,
        row.spares_deals,
        row.spares_planned,
        stages_of(row.warning_days) or None,
    )


def standing_of(row: Any) -> Standing:
    """Return what rules look at of a customer, or of a row of ``customers.queries.held_rows``."""
    return Standing(
        _day(row.assigned_at or row.created_at),
        _day(row.last_followup_at) if row.last_followup_at else None,
        row.level,
        customers.has_bought(row),
        _day(row.next_contact_at) if row.next_contact_at else None,
        row.department_id,
    )


def _day(moment: datetime) -> date:
    return clock.local(moment).date()


# ── the same as SQL: built from the same cuts ──


def due_by(rule: Rule, table: FromClause, day: date, *, protection_days: int) -> ColumnElement[bool]:
    """Return the condition that a customer is due by ``rule`` on ``day``, or was before: ``rules.due_on`` ≤ day."""
    parts = [
        and_(levels, *_long_ago(table, rules.cut(rule, limit, day=day, protection_days=protection_days)))
        for limit, levels in _levels(rule, table)
    ]
    return and_(holds_for(rule, table), or_(false(), *parts))


def holds_for(rule: Rule, table: FromClause) -> ColumnElement[bool]:
    """Return the condition that ``rule`` can ever recall a customer: ``rules.holds_for``."""
    parts: list[ColumnElement[bool]] = [table.c.owner_id.is_not(None), table.c.deleted_at.is_(None)]
    parts += [or_(false(), *[levels for _limit, levels in _levels(rule, table)])]
    if rules.spares_deals(rule):
        parts.append(~customers.bought(table))
    if rule.departments is not None:
        parts.append(table.c.department_id.in_(sorted(rule.departments)))
    return and_(*parts)


def _levels(rule: Rule, table: FromClause) -> Sequence[tuple[int, ColumnElement[bool]]]:
    """Return (days, condition of the levels with these days), without those that are never recalled."""
    own, level = rules.limits(rule), table.c.level
    rest = or_(level.is_(None), level.not_in(sorted(rule.level_days))) if rule.level_days else true()
    found = [(days, level.in_(levels)) for days, levels in own.items()] + [(rule.days, rest)]
    return [(days, met) for days, met in found if days != rules.NEVER]


def _long_ago(table: FromClause, cut: rules.Cut) -> Sequence[ColumnElement[bool]]:
    columns = (
        func.coalesce(table.c.assigned_at, table.c.created_at),
        table.c.last_followup_at,
        table.c.next_contact_at,
    )
    return [or_(column.is_(None), column < _end_of(last)) for column, last in zip(columns, cut, strict=True) if last]


def _end_of(day: date) -> datetime:
    """Return the moment at which a day of the business's zone is over, as it is stored."""
    return clock.stored(datetime.combine(day + timedelta(days=1), time()))


# ── dry run ──


class DryRun(NamedTuple):
    """Whom a rule would recall today, as far as the reader sees them."""

    total: int
    by_department: Mapping[int | None, int]
    by_person: Mapping[int | None, int]
    by_level: Mapping[str | None, int]
    rows: Sequence[Any]  # of ``customers.queries.held_rows``: those assigned first


def dry_run(rule: Rule, *, day: date, protection_days: int) -> DryRun:
    """Return whom a rule, switched on or not, would recall on a day: in two statements, writing nothing."""

    def due(table: FromClause) -> ColumnElement[bool]:
        return due_by(rule, table, day, protection_days=protection_days)

    tally = customers.held_tally(due)
    sums: tuple[dict[Any, int], ...] = ({}, {}, {})
    for *groups, count in tally:
        for known, group in zip(sums, groups, strict=True):
            known[group] = known.get(group, 0) + count
    houses, people, levels = (dict(sorted(known.items(), key=lambda one: -one[1])) for known in sums)
    rows = customers.longest_held(due, limit=MOST_SHOWN)
    return DryRun(sum(row.count for row in tally), houses, people, levels, rows)


# ── warnings ──


def warned(night: date) -> Sequence[Any]:
    """Return how many customers were warned of in a night: (employee_id, department_id, stage, count)."""
    groups = (RecallWarning.employee_id, RecallWarning.department_id, RecallWarning.stage)
    counted = select(*groups, func.count().label("count")).where(RecallWarning.told_on == night)
    return db.session.execute(counted.group_by(*groups).order_by(*groups)).all()


# ── names ──


class RuleNames:
    """How rules are named and found in searching choices."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return {one.id: one.name for one in rules_among(ids)}

    def search(self, words: str, *, actor: Any, limit: int) -> Sequence[Found]:  # noqa: ARG002 - all see all names
        return [Found(str(one.rule.id), one.rule.name) for one in _all() if words in one.rule.name][:limit]

    def exists(self, key: int, *, actor: Any) -> bool:  # noqa: ARG002 - all see all names
        return bool(rules_among([key]))


def department_items() -> tuple[Item, ...]:
    """Return all departments as items of a dictionary."""
    return tuple(Item(str(house.id), house.name) for house, _depth in security.department_tree())
