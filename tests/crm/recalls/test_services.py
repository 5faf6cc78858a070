"""Rules are kept, looked at and switched."""

from datetime import date

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, InvalidFields, WrongState
from app.base.history import versions_of
from app.crm.recalls import queries, services
from app.crm.recalls.models import RecallRule
from app.crm.recalls.rules import NO_DEAL, NO_FOLLOWUP
from app.extensions import db
from tests.cast import ANRAN, EVE, LIN, SAM
from tests.crm.recalls.steps import (
    VALUES,
    a_rule,
    assigned,
    many,
    rule_of,
)

pytestmark = pytest.mark.usefixtures("in_app")


# ── keeping rules ──


def test_an_installation_begins_with_two_rules_that_are_off():
    with acting(SYSTEM):
        found = db.session.scalars(select(RecallRule).order_by(RecallRule.id)).all()
    assert [(one.kind, one.days, one.level_days, one.is_on) for one in found] == [
        (NO_FOLLOWUP, 30, "key:60,d:15", False),
        (NO_DEAL, 180, None, False),
    ]


def test_rules_are_not_seeded_twice():
    with acting(SYSTEM):
        assert services.seed() == 0


def test_a_new_rule_is_off_and_waits_for_a_dry_run():
    rule = a_rule(is_on=False)
    with acting(ANRAN.actor) as anran, pytest.raises(WrongState, match="Do a dry run first"):
        services.switch_on(rule, actor=anran)
    assert rule_of(rule.id).is_on is False


def test_a_dry_run_is_noted_and_leaves_the_rule_as_it_is():
    rule = a_rule(is_on=False)
    before = rule.revision
    with acting(ANRAN.actor) as anran:
        services.look(rule, actor=anran)
    kept = rule_of(rule.id)
    assert (kept.looked_by_id, kept.looked_revision, kept.revision) == (ANRAN.id, before, before)


def test_a_rule_that_was_changed_after_its_dry_run_has_to_be_looked_at_again():
    rule = a_rule(is_on=False)
    with acting(ANRAN.actor) as anran:
        services.look(rule, actor=anran)
        services.change(rule, {"days": 10}, actor=anran, revision=rule.revision)
        with pytest.raises(WrongState, match="Do a dry run first"):
            services.switch_on(rule, actor=anran)
        services.look(rule, actor=anran)
        services.switch_on(rule, actor=anran)
    assert rule_of(rule.id).is_on is True


def test_departments_alone_are_a_change_that_wants_a_new_dry_run():
    rule = a_rule(is_on=False)
    with acting(ANRAN.actor) as anran:
        services.look(rule, actor=anran)
        services.change(rule, {"departments": ("3",)}, actor=anran, revision=rule.revision)
        with pytest.raises(WrongState, match="Do a dry run first"):
            services.switch_on(rule, actor=anran)


def test_a_rule_that_is_on_is_not_changed_and_not_switched_on_again():
    rule = a_rule()
    with acting(ANRAN.actor) as anran:
        with pytest.raises(WrongState, match="Switch it off before you change it"):
            services.change(rule, {"days": 10}, actor=anran, revision=rule.revision)
        with pytest.raises(WrongState, match="switched on already"):
            services.switch_on(rule, actor=anran)
        services.switch_off(rule, actor=anran)
        with pytest.raises(WrongState, match="switched off already"):
            services.switch_off(rule, actor=anran)


def test_of_two_who_change_a_rule_the_second_is_told():
    rule = a_rule(is_on=False)
    with acting(ANRAN.actor) as anran:
        services.change(rule, {"days": 10}, actor=anran, revision=1)
        with pytest.raises(Conflict):
            services.change(rule, {"days": 11}, actor=anran, revision=1)


def test_a_rule_that_would_recall_nobody_is_not_made():
    with acting(ANRAN.actor) as anran, pytest.raises(InvalidFields) as refusal:
        services.create(VALUES | {"days": 0, "level_days": "d:0"}, actor=anran)
    assert list(refusal.value.problems) == ["days"]


def test_who_switched_a_rule_on_stands_in_its_history():
    rule = a_rule()
    with acting(SYSTEM):
        kept = versions_of(RecallRule)
        found = db.session.scalars(select(kept).where(kept.id == rule.id).order_by(kept.transaction_id)).all()
        assert [one.is_on for one in found] == [False, True]


def test_rules_are_known_at_once_when_they_are_switched():
    assert queries.rules_on() == []
    rule = a_rule(departments=("2",))
    [known] = queries.rules_on()
    assert (known.id, known.departments) == (rule.id, frozenset({2, 3, 4}))


# ── dry run ──


def test_a_dry_run_counts_and_changes_nothing(statements):
    rule = a_rule(is_on=False)
    many(3, 40)
    assigned(35, owner=EVE.id, name="叶家", level="d")
    assigned(2, name="新的")
    with acting(ANRAN.actor):
        known = queries.reckoned(rule_of(rule.id))
        with statements() as seen:
            found = queries.dry_run(known, day=clock.today(), protection_days=7)
    assert len(seen) == 2
    assert not [one for one in seen if not one.lstrip().upper().startswith("SELECT")]
    assert (found.total, found.by_person, found.by_department) == (4, {LIN.id: 3, EVE.id: 1}, {3: 3, 5: 1})
    assert found.by_level == {None: 3, "d": 1}
    assert {row.name for row in found.rows} == {"客户0", "客户1", "客户2", "叶家"}


def test_a_dry_run_shows_a_reader_no_more_than_they_see():
    rule = a_rule(is_on=False)
    many(2, 40)
    assigned(40, owner=EVE.id, name="叶家")
    with acting(SAM.actor):
        found = queries.dry_run(queries.reckoned(rule), day=date(2030, 1, 1), protection_days=0)
    assert found.total == 2
