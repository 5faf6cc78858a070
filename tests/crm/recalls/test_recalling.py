"""The night recalls whom the rules mean, once, and says so."""

import pytest
from sqlalchemy import update

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.crm.customers.models import Customer
from app.crm.recalls import services
from app.crm.recalls.rules import NO_DEAL
from app.extensions import db
from app.system.runs import services as run_services
from tests.cast import ANRAN, EVE, LIN, MEI
from tests.crm.recalls.steps import (
    a_rule,
    assigned,
    customer,
    many,
    messages,
    recall,
    runs,
    spell,
)

pytestmark = pytest.mark.usefixtures("in_app")


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
