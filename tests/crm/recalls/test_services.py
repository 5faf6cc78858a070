"""Rules are kept, looked at and switched; the night recalls whom they mean, and says so."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.errors import Conflict, InvalidFields, WrongState
from app.base.history import versions_of
from app.crm.customers.models import Customer
from app.crm.recalls import queries, services
from app.crm.recalls.models import RecallRule, RecallWarning
from app.crm.recalls.rules import NO_DEAL, NO_FOLLOWUP
from app.extensions import db
from app.system.runs import services as run_services
from app.system.security.models import Department
from tests.cast import ANRAN, EVE, LIN, MEI, SAM
from tests.crm.recalls.steps import (
    VALUES,
    a_rule,
    age,
    assigned,
    customer,
    many,
    messages,
    recall,
    rule_of,
    runs,
    spell,
    warn,
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


# ── the night ──


@pytest.mark.parametrize(("days", "is_recalled"), [(29, False), (30, True), (31, True)])
def test_the_first_night_in_which_the_days_have_passed_recalls(days, is_recalled):
    a_rule()
    key = assigned(days)
    assert recall() == int(is_recalled)
    assert (customer(key).owner_id is None) == is_recalled


@pytest.mark.parametrize(("days", "is_recalled"), [(29, False), (30, True)])
def test_a_follow_up_counts_like_an_assignment(days, is_recalled):
    a_rule()
    key = assigned(300, followed=days)
    recall()
    assert (customer(key).owner_id is None) == is_recalled


def test_what_is_recalled_stands_in_the_pool_of_its_department_with_the_reason():
    rule = a_rule()
    key = assigned(40, planned=3)
    house = customer(key).department_id

    recall()

    kept = customer(key)
    assert (kept.owner_id, kept.assigned_at, kept.next_contact_at, kept.department_id) == (None, None, None, house)
    last = spell(key)
    assert (last.ended_how, last.reason, last.ended_by_id) == ("auto_recall", "no_followup", None)
    assert str(last.words) == f"“{rule.name}”: 30 days without follow-up"
    assert last.until_at is not None


def test_no_rule_on_recalls_nobody():
    a_rule(is_on=False)
    key = assigned(900)
    assert recall() == 0
    assert customer(key).owner_id == LIN.id
    assert runs() == []


def test_a_night_in_which_nobody_is_due_makes_no_run():
    a_rule()
    assigned(1)
    assert recall() == 0
    assert runs() == []


def test_customers_without_owner_and_deleted_ones_are_left_alone():
    a_rule()
    pooled, binned = assigned(90, owner=None), assigned(90)
    with acting(SYSTEM):
        db.session.execute(
            update(Customer.__table__).where(Customer.__table__.c.id == binned).values(deleted_at=clock.now())
        )
        db.session.commit()
    before = customer(pooled).revision
    assert recall() == 0
    assert customer(pooled).revision == before


def test_each_owner_is_told_once_how_many_went():
    a_rule()
    many(3, 40)
    assigned(40, owner=MEI.id, name="梅家")
    assigned(1, owner=EVE.id, name="叶家")

    recall()
    recall()

    assert messages("recalled") == [
        (LIN.id, {"count": 3, "rule": "未跟进"}),
        (MEI.id, {"count": 1, "rule": "未跟进"}),
    ]


def test_of_two_rules_the_earlier_one_is_named():
    a_rule(name="晚的", days=50)
    a_rule(name="早的", kind=NO_DEAL, days=40)
    key = assigned(60)

    recall()

    assert spell(key).reason == "no_deal"
    assert "早的" in str(spell(key).words)


def test_the_run_is_kept_like_any_other_and_taken_back_as_one():
    a_rule()
    keys = many(3, 40)
    recall()
    [run] = runs()
    assert (run.user_id, run.state, run.row_count, run.changed_count) == (None, "done", 3, 3)

    with acting(ANRAN.actor) as anran:
        run_services.begin_to_take_back(run, actor=anran, in_background=False)
        run_services.take_back(run.id, AtOnce({}, anran))

    assert [customer(key).owner_id for key in keys] == [LIN.id] * 3
    assert all(customer(key).assigned_at is not None for key in keys)
    assert spell(keys[0]).begun_how == "undo"


def test_a_row_that_somebody_follows_up_after_it_was_frozen_is_left_alone_with_the_reason(monkeypatch):
    a_rule()
    followed, other = many(2, 40)
    freeze = run_services.running._freeze

    def freeze_and_follow(run, subject, actor):
        count = freeze(run, subject, actor)
        with acting(SYSTEM):
            table = Customer.__table__
            db.session.execute(update(table).where(table.c.id == followed).values(last_followup_at=clock.now()))
        return count

    monkeypatch.setattr(run_services.running, "_freeze", freeze_and_follow)
    assert recall() == 1
    assert (customer(followed).owner_id, customer(other).owner_id) == (LIN.id, None)
    [run] = runs()
    assert (run.changed_count, run.refused_count) == (1, 1)


def test_a_rule_switched_off_after_the_freeze_recalls_nobody(monkeypatch):
    rule = a_rule()
    key = assigned(40)
    freeze = run_services.running._freeze

    def freeze_and_switch_off(run, subject, actor):
        count = freeze(run, subject, actor)
        services.switch_off(rule, actor=ANRAN.actor)
        return count

    monkeypatch.setattr(run_services.running, "_freeze", freeze_and_switch_off)
    assert recall() == 0
    assert customer(key).owner_id == LIN.id


def test_a_run_that_was_cut_off_is_gone_on_with_in_the_next_turn(monkeypatch):
    a_rule()
    key = assigned(40)

    def dies(*_given):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(run_services.running, "_apply", dies)
        with pytest.raises(ZeroDivisionError):
            recall()
    db.session.rollback()
    recall()

    assert customer(key).owner_id is None
    assert [run.state for run in runs()] == ["done"]
    assert messages("recalled") == [(LIN.id, {"count": 1, "rule": "未跟进"})]


def test_many_rows_are_recalled_in_parts_and_counted_together(monkeypatch):
    from app.system.runs import rules as run_rules  # noqa: PLC0415 - patched here alone

    monkeypatch.setattr(run_rules, "CHUNK", 2)
    a_rule()
    keys = many(5, 40)
    assert recall() == 5
    assert [customer(key).owner_id for key in keys] == [None] * 5
    assert messages("recalled") == [(LIN.id, {"count": 5, "rule": "未跟进"})]


# ── warnings ──


@pytest.mark.parametrize(
    ("days", "stage"), [(22, None), (23, 7), (26, 7), (27, 3), (28, 3), (29, 1), (30, None)]
)  # 30 days: recalled this night
def test_owners_are_warned_at_each_stage(days, stage):
    a_rule()
    assigned(days)
    warn()
    expected = [] if stage is None else [(LIN.id, {"count": 1, "stages": [[stage, 1]]})]
    assert messages("recall_soon") == expected


def test_a_stage_is_told_once_however_often_the_night_is_run():
    a_rule()
    assigned(23)
    assert [warn(), warn()] == [1, 1]
    assert len(messages("recall_soon")) == 1
    assert warn(clock.today() + timedelta(days=1)) == 0
    assert len(messages("recall_soon")) == 1


def test_days_without_a_worker_are_caught_up_with_the_most_urgent_stage():
    a_rule()
    assigned(23)
    warn()
    warn(clock.today() + timedelta(days=6))  # 3 was never told
    assert [values["stages"] for _who, values in messages("recall_soon")] == [[[7, 1]], [[1, 1]]]


def test_a_follow_up_begins_the_count_anew_and_the_stages_with_it():
    a_rule()
    key = assigned(23)
    warn()
    age(key, 300, followed=0)
    later = clock.today() + timedelta(days=23)
    assert warn(later - timedelta(days=1)) == 0
    assert warn(later) == 1


def test_one_message_a_night_counts_all_stages_and_the_head_gets_one_of_the_department():
    with acting(SYSTEM):
        db.session.execute(update(Department.__table__).where(Department.__table__.c.id == 2).values(head_id=SAM.id))
        db.session.commit()
    a_rule()
    many(2, 23)
    assigned(29, name="明天的")
    assigned(23, owner=MEI.id, name="梅家")

    warn()

    assert messages("recall_soon") == [
        (LIN.id, {"count": 3, "stages": [[1, 1], [7, 2]]}),
        (MEI.id, {"count": 1, "stages": [[7, 1]]}),
    ]
    assert messages("recall_soon_ours") == [(SAM.id, {"count": 4, "stages": [[1, 1], [7, 3]]})]


def test_a_rule_may_have_warnings_of_its_own():
    a_rule(warning_days="10")
    assigned(20)
    warn()
    assert messages("recall_soon") == [(LIN.id, {"count": 1, "stages": [[10, 1]]})]


def test_without_stages_nobody_is_warned():
    a_rule()
    assigned(29)
    assert warn(stages=()) == 0


def test_what_is_protected_is_warned_of_by_the_day_it_is_recalled():
    a_rule(days=2)
    assigned(1)  # protected until day 7
    warn()
    assert messages("recall_soon") == [(LIN.id, {"count": 1, "stages": [[7, 1]]})]


def test_warnings_go_with_the_customer_for_good():
    from app.base.history import purge_versioned  # noqa: PLC0415 - for this alone
    from app.base.transaction import transaction  # noqa: PLC0415 - for this alone
    from app.crm.customers import services as customers  # noqa: PLC0415 - for this alone

    a_rule()
    key = assigned(23)
    warn()

    @transaction
    def purge():
        customers.phones.forget([key])
        purge_versioned(Customer, [key])

    with acting(SYSTEM):
        purge()
        assert db.session.scalars(select(RecallWarning)).all() == []


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
