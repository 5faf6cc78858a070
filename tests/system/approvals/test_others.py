"""Others in somebody's place: delegates, one who is asked before, whoever is asked after somebody has left."""

import sys
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, Invalid, InvalidFields, NotAllowed, WrongState
from app.crm.followups.models import Followup
from app.extensions import db
from app.system.approvals import queries, services
from app.system.approvals.models import Case, Delegation
from app.system.security import services as security
from app.system.security.models import Employee
from tests.bed.cpu import cpu_seconds
from tests.cast import ANRAN, BAI, EVE, GUO, LIN, MEI, QIAN, SAM, XU, ZONG
from tests.factories import a_customer
from tests.system.approvals.steps import (
    CODE,
    asked,
    begin,
    by_role,
    case,
    edit,
    flow,
    head,
    leave,
    messages,
    no,
    person,
    record,
    refusal,
    told,
    waiting,
    waits,
    yes,
)

pytestmark = pytest.mark.usefixtures("in_app")


def away(who, delegate, days=(0, 3), by=None, **more):
    """Let somebody decide for somebody, from so many days ahead to so many."""
    today = clock.today()
    values = {"from": who.id, "to": delegate.id, "from_on": today + timedelta(days[0])}
    values |= {"to_on": today + timedelta(days[1])} | more
    with acting((by or who).actor) as actor:
        return services.delegate(values, actor=actor)


# ── delegation ──


def test_a_delegate_decides_for_somebody_and_the_history_says_so():
    flow(person(SAM))
    away(SAM, EVE)
    key = waiting()
    assert waits(EVE) == [key]
    assert yes(EVE, key).ended == [key]
    assert told(key)[-1] == ("approved", EVE.id, SAM.id)


def test_a_delegate_of_a_holder_of_a_role_decides_too():
    flow(by_role("finance"))
    away(QIAN, EVE)
    key = waiting()
    assert (waits(EVE), messages(EVE, "approval_asked")) == ([key], ["approval_asked"])
    assert yes(EVE, key).ended == [key]


@pytest.mark.parametrize(("days", "sees"), [((-3, 0), True), ((0, 0), True), ((1, 3), False)])
def test_a_delegation_counts_on_its_days_only(days, sees):
    flow(person(SAM))
    away(SAM, EVE, days=days)
    key = waiting()
    assert (waits(EVE) == [key]) is sees
    assert (refusal(EVE, key) is None) is sees


def test_a_delegation_that_is_over_counts_no_more():
    flow(person(SAM))
    made = away(SAM, EVE, days=(-3, 0))
    with acting(SYSTEM):
        made.to_on = clock.today() - timedelta(1)
        db.session.commit()
    key = waiting()
    assert waits(EVE) == []
    assert key in yes(EVE, key).refused


def test_a_delegation_of_other_records_does_not_count():
    flow(person(SAM))
    away(SAM, EVE, subjects=("fee",))
    key = waiting()
    assert waits(EVE) == []
    assert key in yes(EVE, key).refused


def test_nobody_decides_their_own_entry_through_a_delegation():
    flow(person(SAM))
    away(SAM, LIN)
    key = waiting(by=LIN)
    assert waits(LIN) == []
    assert "Nobody approves what they entered" in str(yes(LIN, key).refused[key])


def test_the_delegate_of_the_applicant_does_not_decide_in_their_name():
    flow(by_role("admin"))
    away(ANRAN, EVE)
    key = waiting(by=ANRAN)
    assert waits(EVE) == []
    assert "Nobody approves what they entered" in str(yes(EVE, key).refused[key])


def test_a_delegate_does_not_decide_twice_where_another_person_is_needed():
    flow(person(ZONG), person(SAM, is_other=True))
    away(SAM, ZONG)
    key = waiting()
    yes(ZONG, key)
    assert (asked(key), waits(ZONG)) == ([SAM.id], [])
    assert "another person must decide" in str(yes(ZONG, key).refused[key])


def test_the_delegate_has_the_limit_of_whom_they_represent():
    flow(by_role("finance"), by_role("executive", above_limit=True))
    away(QIAN, EVE)
    key = waiting(9000)
    assert yes(EVE, key).ended == [key]


def test_only_an_administrator_delegates_for_others():
    with pytest.raises(NotAllowed, match="in your own place"):
        away(SAM, EVE, by=EVE)
    away(SAM, EVE, by=ANRAN)
    assert messages(SAM) == messages(EVE) == ["approval_delegated"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (lambda: {"to": SAM.id}, "to"),
        (lambda: {"to_on": clock.today() - timedelta(9)}, "to_on"),
        (lambda: {"from_on": None}, "from_on"),
        (lambda: {"to_on": clock.today() + timedelta(366)}, "to_on"),  # of the day of the test, not of its collection
    ],
)
def test_a_delegation_that_cannot_be_meant_is_refused(more, field):
    with pytest.raises(InvalidFields) as refused:
        away(SAM, EVE, **more())
    assert set(refused.value.problems) == {field}


def test_nobody_delegates_to_who_has_left():
    leave(EVE)
    with pytest.raises(InvalidFields, match="does not work here"):
        away(SAM, EVE)


def test_a_delegation_is_changed_limited_and_ended():
    made = away(SAM, EVE)
    with acting(SAM.actor) as sam:
        services.change_delegation(made, {"subjects": ("fee",), "to": GUO.id}, actor=sam, revision=made.revision)
        assert [one.code for one in made.kinds] == ["fee"]
        with pytest.raises(Conflict):
            services.change_delegation(made, {"reason": "x"}, actor=sam, revision=1)
        services.end_delegation(made, actor=sam)
    with acting(SYSTEM):
        assert db.session.scalar(select(Delegation.id)) is None


# ── one more, chosen ──


def test_one_more_is_asked_before_deciding():
    flow(by_role("finance"))
    key = waiting()
    with acting(QIAN.actor) as qian:
        services.add_approver(case(key), employee_id=EVE.id, note="is it so?", actor=qian)
    assert (asked(key), waits(QIAN), messages(EVE)) == ([EVE.id], [], ["approval_asked"])
    assert yes(EVE, key).moved_on == [key]
    assert asked(key) == ["finance"]
    assert yes(QIAN, key).ended == [key]


def test_whoever_is_asked_before_may_reject():
    flow(by_role("finance"))
    key = waiting()
    with acting(QIAN.actor) as qian:
        services.add_approver(case(key), employee_id=EVE.id, actor=qian)
    assert no(EVE, key).ended == [key]


@pytest.mark.parametrize(("who", "words"), [(LIN, "cannot approve it"), (QIAN, "asked already")])
def test_who_cannot_be_asked_is_refused(who, words):
    flow(person(QIAN))
    key = waiting()
    with acting(QIAN.actor) as qian, pytest.raises(Invalid, match=words):
        services.add_approver(case(key), employee_id=who.id, actor=qian)


def test_only_who_is_asked_asks_one_more():
    flow(person(QIAN))
    key = waiting()
    with acting(SAM.actor) as sam, pytest.raises(NotAllowed, match="not your turn"):
        services.add_approver(case(key), employee_id=EVE.id, actor=sam)


def test_the_applicant_chooses_once():
    flow({"kind": "chosen"})
    key = waiting()
    assert (asked(key), messages(LIN)) == ([], [])  # Lin has just submitted it: the page asks
    with acting(SAM.actor) as sam, pytest.raises(NotAllowed, match="Only whoever submitted"):
        services.choose(case(key), people=[EVE.id], actor=sam)
    with acting(LIN.actor) as lin:
        with pytest.raises(Invalid, match="Choose one to 10"):
            services.choose(case(key), people=[], actor=lin)
        with pytest.raises(Invalid, match="cannot approve it"):
            services.choose(case(key), people=[LIN.id], actor=lin)
        services.choose(case(key), people=[EVE.id], actor=lin)
        with pytest.raises(WrongState, match="Nobody has to be chosen"):
            services.choose(case(key), people=[SAM.id], actor=lin)
    assert asked(key) == [EVE.id]


def test_at_a_later_step_the_applicant_is_told_to_choose():
    flow(person(SAM), {"kind": "chosen"})
    key = waiting()
    yes(SAM, key)
    assert messages(LIN) == ["approval_choose"]


# ── by itself ──


def late(key):
    with acting(SYSTEM):
        db.session.get(Case, case(key).id).due_at = clock.now() - timedelta(hours=1)
        db.session.commit()


def test_what_waits_for_too_long_is_reminded_of_once_per_step():
    flow(person(SAM, hours=24), person(QIAN, hours=24))
    key = waiting()
    assert services.remind(now=clock.now(), actor=SYSTEM) == 0
    late(key)
    assert [services.remind(now=clock.now(), actor=SYSTEM) for _time in range(2)] == [1, 0]
    assert messages(SAM, "approval_late") == ["approval_late"]
    yes(SAM, key)
    assert services.remind(now=clock.now(), actor=SYSTEM) == 0
    late(key)
    assert services.remind(now=clock.now(), actor=SYSTEM) == 1
    assert messages(QIAN, "approval_late") == ["approval_late"]


def test_who_is_disabled_while_it_waits_is_replaced_at_once():
    flow(person(SAM), fallback=QIAN)
    key = waiting()
    with acting(ANRAN.actor) as anran:
        security.disable(db.session.get(Employee, SAM.id), actor=anran)
    assert (asked(key), messages(QIAN)) == ([QIAN.id], ["approval_asked"])
    assert told(key)[-1][0] == "moved"


def test_a_role_that_nobody_holds_any_more_is_replaced():
    flow(by_role("finance"), fallback=ZONG)
    key = waiting()
    leave(QIAN)
    assert services.reseat(actor=SYSTEM) == 1
    assert asked(key) == [ZONG.id]
    assert services.reseat(actor=SYSTEM) == 0


def test_of_several_the_one_who_left_needs_no_other_where_one_is_enough():
    flow({"kind": "chosen"})
    key = waiting()
    with acting(LIN.actor) as lin:
        services.choose(case(key), people=[SAM.id, EVE.id], actor=lin)
    leave(SAM)
    services.reseat(actor=SYSTEM)
    assert asked(key) == [EVE.id]


def test_a_new_head_is_asked_in_place_of_the_one_who_left():
    head(LIN.department_id, MEI)
    flow({"kind": "head"}, fallback=QIAN)
    key = waiting()
    head(LIN.department_id, GUO)
    leave(MEI)
    services.reseat(actor=SYSTEM)
    assert asked(key) == [GUO.id]


# ── what is seen ──


def sees(who, key):
    with acting(who.actor):
        return queries.case_of(CODE, key) is not None


def test_a_case_is_seen_by_those_who_take_part_and_by_who_reaches_all():
    flow(person(SAM), person(QIAN))
    away(QIAN, GUO)
    key = waiting()
    yes(SAM, key)
    assert [sees(who, key) for who in (LIN, SAM, QIAN, GUO, ANRAN, XU)] == [True] * 6
    assert [sees(who, key) for who in (MEI, EVE, BAI, ZONG)] == [False] * 4


def test_what_changed_since_the_last_decision_is_shown_and_nothing_else():
    flow(person(SAM), person(QIAN))
    key = waiting()
    with acting(SAM.actor):
        assert [(old, new) for _label, old, new in queries.changes_since(case(key))] == [
            ("", "first words"),
            ("", "1:40"),
        ]
    yes(SAM, key)
    with acting(QIAN.actor):
        assert queries.changes_since(case(key)) == []
    edit(key, content="second words", direction="out")
    with acting(QIAN.actor):
        assert [(old, new) for _label, old, new in queries.changes_since(case(key))] == [
            ("first words", "second words")
        ]


def test_a_record_submitted_again_shows_what_changed_since_it_was_rejected():
    flow(person(SAM))
    key = waiting()
    no(SAM, key)
    with acting(SYSTEM):
        db.session.get(Followup, key).content = "better words"
        db.session.commit()
    begin(key)
    with acting(SAM.actor):
        assert [new for _label, _old, new in queries.changes_since(case(key))] == ["better words"]


def test_the_statement_and_the_rule_agree_on_who_decides():
    head(LIN.department_id, MEI)
    away(SAM, EVE)
    away(QIAN, LIN)
    keys = []
    for steps in (
        [person(SAM)],
        [by_role("finance")],
        [by_role("executive"), by_role("finance", is_other=True)],
        [{"kind": "head"}],
    ):
        flow(*steps)
        keys += [waiting(by=who) for who in (LIN, QIAN, SAM, MEI)]
    yes(ZONG, *keys)
    for who in (LIN, MEI, SAM, EVE, QIAN, ZONG, ANRAN, GUO):
        assert waits(who) == [key for key in keys if refusal(who, key) is None], who.name


def test_a_thousand_records_cost_few_statements_and_little_time(statements):
    flow(by_role("executive"), by_role("finance", above_limit=True))
    with acting(SYSTEM):
        customer = a_customer(name="河南千份商贸有限公司")
        first = record()
        rows = [
            {"customer_id": customer.id, "progress": "interested", "call_seconds": place % 1000}
            for place in range(1000)
        ]
        at = {"at": clock.now(), "created_at": clock.now(), "updated_at": clock.now()}
        from app.base.history import insert_versioned  # noqa: PLC0415 - after the models

        keys = insert_versioned(Followup, [row | at for row in rows])
        db.session.commit()
    begin(*keys)
    began = cpu_seconds()
    with statements() as seen:
        decided = yes(ZONG, *keys)
    seconds = cpu_seconds() - began
    sys.__stdout__.write(f"\n1,000 approved: {seconds:.2f} s of the processor, {len(seen)} statements\n")
    assert (len(decided.ended), len(decided.moved_on)) == (501, 499)
    kinds = Counter(one[:60] for one in seen)
    assert len(seen) < 60, kinds
    assert seconds < 10
    assert first not in keys
