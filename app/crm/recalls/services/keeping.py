"""Keeping the rules of recall: made switched off, looked at by a dry run, switched on and off."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app.base import clock
from app.base.actor import SYSTEM, Actor
from app.base.history import set_derived
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, is_new, lock, transaction
from app.crm.recalls import rules
from app.crm.recalls.models import RecallRule, RuleDepartment, days_of
from app.crm.recalls.queries import STAMP
from app.extensions import db

OWN = ("name", "kind", "days", "level_days", "spares_deals", "spares_planned", "warning_days")
#: Rules of a new installation, switched off. Source: DEFAULTS (the names are the office's own words).
SEEDS: tuple[Mapping[str, Any], ...] = (
    {"name": "未跟进收回", "kind": rules.NO_FOLLOWUP, "days": 30, "level_days": "key:60,d:15"},
    {"name": "未成交收回", "kind": rules.NO_DEAL, "days": 180},
)


@transaction
def create(values: Mapping[str, Any], *, actor: Actor) -> RecallRule:
    """Make a rule; it is switched off. Raises InvalidFields for one that would recall nobody."""
    _check(values)
    rule = RecallRule(is_on=False)
    _assign(rule, values)
    db.session.add(rule)
    db.session.flush()
    raise_stamp(STAMP)
    return rule


@transaction
def change(rule: RecallRule, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a rule that is off. Raises Conflict if it was saved since, WrongState if it is on, else as ``create``."""
    lock(rule)
    check_revision(rule, revision=revision)
    rules.check_is_off(is_on=rule.is_on)
    _check({name: getattr(rule, name) for name in OWN} | dict(values))
    with db.session.no_autoflush:
        _assign(rule, values)
    db.session.flush()
    raise_stamp(STAMP)


def _check(values: Mapping[str, Any]) -> None:
    rules.check_complete({**values, "level_days": days_of(values.get("level_days"))})


def _assign(rule: RecallRule, values: Mapping[str, Any]) -> None:
    for name in OWN:
        if name in values:
            setattr(rule, name, values[name])
    kept = {one.code: one for one in rule.houses}
    wanted = values.get("departments", tuple(kept))
    if set(wanted) != set(kept):
        rule.houses = [kept.get(code) or RuleDepartment(code=code) for code in wanted]
        if not is_new(rule):
            flag_modified(rule, "name")  # rows of another table alone would leave the revision as it is


@transaction
def look(rule: RecallRule, *, actor: Actor) -> None:
    """Note that somebody looks whom the rule, as it is now, would recall. No version of the rule."""
    lock(rule)
    noted = {"looked_at": clock.now(), "looked_by_id": actor.id, "looked_revision": rule.revision}
    set_derived(RecallRule, [rule.id], noted)


@transaction
def switch_on(rule: RecallRule, *, actor: Actor) -> None:
    """Let a rule recall customers, from the next night on. Raises WrongState without a dry run of just this rule."""
    lock(rule)
    rules.check_may_begin(is_on=rule.is_on, looked_revision=rule.looked_revision, revision=rule.revision)
    rule.is_on = True
    raise_stamp(STAMP)


@transaction
def switch_off(rule: RecallRule, *, actor: Actor) -> None:
    """Let a rule rest. Raises WrongState for one that is off."""
    lock(rule)
    rules.check_may_end(is_on=rule.is_on)
    rule.is_on = False
    raise_stamp(STAMP)


@transaction
def seed() -> int:
    """Make the first rules where there are none. Returns how many were made."""
    if db.session.scalar(select(RecallRule.id).limit(1)) is not None:
        return 0
    for values in SEEDS:
        create({"spares_deals": True, "spares_planned": False, **values}, actor=SYSTEM)
    return len(SEEDS)
