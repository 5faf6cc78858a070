"""When a customer is recalled, day by day: no database."""

from datetime import date, timedelta

import pytest

from app.base.errors import InvalidFields, WrongState
from app.crm.recalls import rules
from app.crm.recalls.rules import NO_DEAL, NO_FOLLOWUP, Rule, Standing

TODAY = date(2026, 11, 27)
RULE = Rule(1, "未跟进收回", NO_FOLLOWUP, 30, {"key": 60, "d": 15, "c": 0})


def ago(days):
    return TODAY - timedelta(days=days)


def left(standing, rule=RULE, protection_days=0):
    on = rules.due_on(rule, standing, protection_days=protection_days)
    return None if on is None else (on - TODAY).days


@pytest.mark.parametrize(("days", "expected"), [(29, 1), (30, 0), (31, -1)])
def test_a_customer_never_followed_up_counts_from_its_assignment(days, expected):
    assert left(Standing(ago(days))) == expected


@pytest.mark.parametrize(("days", "expected"), [(29, 1), (30, 0), (31, -1)])
def test_one_that_was_followed_up_counts_from_the_last_time(days, expected):
    assert left(Standing(ago(300), last_followup_on=ago(days))) == expected


def test_a_follow_up_before_the_assignment_is_the_former_owners():
    assert left(Standing(ago(10), last_followup_on=ago(40))) == 20


@pytest.mark.parametrize(
    ("level", "days", "expected"),
    [
        ("key", 59, 1), ("key", 60, 0), ("key", 61, -1),
        ("d", 14, 1), ("d", 15, 0), ("d", 16, -1),
        ("a", 29, 1), ("a", 30, 0), (None, 30, 0), (None, 31, -1),
        ("c", 3000, None),
    ],
)  # fmt: skip
def test_a_level_has_its_own_days_and_nought_means_never(level, days, expected):
    assert left(Standing(ago(days), level=level)) == expected


def test_without_days_of_its_own_a_rule_of_nought_days_recalls_nobody():
    rule = Rule(1, "x", NO_FOLLOWUP, 0, {"d": 15})
    assert left(Standing(ago(900)), rule) is None
    assert left(Standing(ago(900), level="d"), rule) == 15 - 900


@pytest.mark.parametrize(
    ("kind", "spares", "is_deal", "is_met"),
    [
        (NO_FOLLOWUP, True, True, False),
        (NO_FOLLOWUP, False, True, True),
        (NO_FOLLOWUP, True, False, True),
        (NO_DEAL, True, True, False),
        (NO_DEAL, False, True, False),
        (NO_DEAL, False, False, True),
    ],
)
def test_whom_a_rule_leaves_alone_for_a_deal(kind, spares, is_deal, is_met):
    rule = Rule(1, "x", kind, 30, spares_deals=spares)
    assert (left(Standing(ago(40), is_deal=is_deal), rule) is not None) == is_met


def test_no_deal_counts_from_the_assignment_however_often_the_customer_was_called():
    assert left(Standing(ago(180), last_followup_on=ago(1)), Rule(2, "未成交收回", NO_DEAL, 180)) == 0


@pytest.mark.parametrize(("protection_days", "expected"), [(4, -1), (5, 0), (6, 1), (7, 2)])
def test_nothing_is_recalled_so_soon_after_its_assignment(protection_days, expected):
    rule = Rule(1, "x", NO_FOLLOWUP, 4)
    assert left(Standing(ago(5)), rule, protection_days) == expected


@pytest.mark.parametrize(("planned", "expected"), [(-2, -70), (-1, 0), (0, 1), (1, 2), (9, 10)])
def test_a_rule_may_wait_until_the_day_of_a_planned_contact_is_over(planned, expected):
    rule = Rule(1, "x", NO_FOLLOWUP, 30, spares_planned=True)
    found = left(Standing(ago(100), next_contact_on=ago(-planned)), rule)
    assert found == max(expected, planned + 1)


def test_a_rule_that_does_not_wait_does_not_look_at_plans():
    assert left(Standing(ago(100), next_contact_on=ago(-9))) == -70


@pytest.mark.parametrize(
    ("departments", "department", "is_met"),
    [(None, 3, True), (None, None, True), ({3, 4}, 3, True), ({3, 4}, 5, False), ({3, 4}, None, False)],
)
def test_a_rule_may_hold_for_some_departments(departments, department, is_met):
    rule = Rule(1, "x", NO_FOLLOWUP, 30, departments=frozenset(departments) if departments else None)
    assert (left(Standing(ago(31), department_id=department), rule) is not None) == is_met


def test_days_are_calendar_days_also_over_the_end_of_february():
    rule = Rule(1, "x", NO_FOLLOWUP, 1)
    for before, due in [
        (date(2028, 2, 28), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 3, 1)),
        (date(2027, 2, 28), date(2027, 3, 1)),
    ]:
        assert rules.due_on(rule, Standing(before), protection_days=0) == due


def test_of_several_rules_the_earliest_counts_and_is_named():
    both = [Rule(1, "a", NO_FOLLOWUP, 30), Rule(2, "b", NO_DEAL, 40)]
    known = rules.earliest(both, Standing(ago(35), last_followup_on=ago(1)), protection_days=0)
    assert (known.rule.name, (known.on - TODAY).days, known.limit) == ("b", 5, 40)
    known = rules.earliest(both, Standing(ago(35)), protection_days=0)
    assert (known.rule.name, (known.on - TODAY).days, known.limit) == ("a", -5, 30)
    assert rules.earliest([], Standing(ago(35)), protection_days=0) is None


@pytest.mark.parametrize(
    ("days_left", "stage"),
    [(8, None), (7, 7), (6, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, None), (-5, None)],
)
def test_the_most_urgent_warning_that_is_due(days_left, stage):
    assert rules.stage(days_left, (7, 3, 1)) == stage


def test_without_stages_nobody_is_warned():
    assert rules.stage(1, ()) is None


@pytest.mark.parametrize("values", [{"days": 0}, {"days": 0, "level_days": {"d": 0}}, {}])
def test_a_rule_that_would_recall_nobody_is_refused(values):
    with pytest.raises(InvalidFields) as refusal:
        rules.check_complete(values)
    assert "Give the days after which" in str(refusal.value.problems["days"])


@pytest.mark.parametrize("values", [{"days": 1}, {"days": 0, "level_days": {"d": 1}}])
def test_a_rule_with_days_for_one_level_is_enough(values):
    rules.check_complete(values)


@pytest.mark.parametrize(
    ("is_on", "looked", "words"),
    [(True, 3, "on already"), (False, None, "dry run first"), (False, 2, "dry run first")],
)
def test_a_rule_begins_after_a_dry_run_of_itself_only(is_on, looked, words):
    with pytest.raises(WrongState, match=words):
        rules.check_may_begin(is_on=is_on, looked_revision=looked, revision=3)


def test_a_rule_that_was_looked_at_begins():
    rules.check_may_begin(is_on=False, looked_revision=3, revision=3)


def test_what_is_on_cannot_be_changed_and_what_is_off_not_switched_off():
    with pytest.raises(WrongState, match="Switch it off before"):
        rules.check_is_off(is_on=True)
    with pytest.raises(WrongState, match="off already"):
        rules.check_may_end(is_on=False)
    rules.check_is_off(is_on=False)
    rules.check_may_end(is_on=True)
