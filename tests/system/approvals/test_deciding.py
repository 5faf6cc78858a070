"""Who decides, in which order, and what becomes of it."""

import pytest

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, NotAllowed, WrongState
from app.system.approvals import services
from tests.cast import ANRAN, EVE, LIN, MEI, QIAN, SAM, ZONG
from tests.system.approvals.steps import (
    CODE,
    asked,
    back,
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


# ── one, all, in order ──


def test_one_holder_of_a_role_is_enough():
    flow(by_role("finance"))
    key = waiting()
    assert asked(key) == ["finance"]
    assert waits(QIAN) == [key]
    assert yes(QIAN, key).ended == [key]
    assert (case(key).state, waits(QIAN)) == ("approved", [])


def test_who_is_not_asked_is_refused_and_sees_nothing_waiting():
    flow(by_role("finance"))
    key = waiting()
    assert waits(SAM) == []
    assert "not your turn" in str(yes(SAM, key).refused[key])
    assert case(key).state == "waiting"


def test_all_of_several_must_say_yes():
    flow({"kind": "chosen", "mode": "all"})
    key = waiting()
    with acting(LIN.actor) as lin:
        services.choose(case(key), people=[SAM.id, EVE.id], actor=lin)
    assert yes(SAM, key).moved_on == [key]
    assert waits(SAM) == []
    assert waits(EVE) == [key]
    assert yes(EVE, key).ended == [key]


def test_in_order_the_second_is_asked_after_the_first():
    flow({"kind": "chosen", "mode": "order"})
    key = waiting()
    with acting(LIN.actor) as lin:
        services.choose(case(key), people=[SAM.id, EVE.id], actor=lin)
    assert (asked(key), waits(EVE)) == ([SAM.id], [])
    assert "not your turn" in str(yes(EVE, key).refused[key])
    assert yes(SAM, key).moved_on == [key]
    assert asked(key) == [EVE.id]
    assert yes(EVE, key).ended == [key]


def test_of_several_who_are_asked_at_once_one_is_enough_for_any():
    flow({"kind": "chosen"})
    key = waiting()
    with acting(LIN.actor) as lin:
        services.choose(case(key), people=[SAM.id, EVE.id], actor=lin)
    assert yes(SAM, key).ended == [key]
    assert "any more" in str(yes(EVE, key).refused[key])


def test_steps_come_one_after_the_other():
    flow(person(SAM), person(QIAN))
    key = waiting()
    assert yes(SAM, key).moved_on == [key]
    assert (asked(key), case(key).place) == ([QIAN.id], 2)
    assert yes(QIAN, key).ended == [key]


# ── nobody decides what they entered ──


def test_nobody_approves_what_they_entered_not_even_through_a_role():
    flow(by_role("finance"))
    key = waiting(by=QIAN)
    assert asked(key) != ["finance"]
    flow(by_role("admin"))
    other = waiting(by=ANRAN)
    assert other not in waits(ANRAN)
    assert "Nobody approves what they entered themselves" in str(yes(ANRAN, other).refused[other])
    assert "Nobody approves what they entered themselves" in refusal(ANRAN, other)


def test_where_the_applicant_would_decide_their_next_superior_does():
    head(LIN.department_id, LIN)
    head(SAM.department_id, SAM)
    flow({"kind": "head"})
    key = waiting()
    assert asked(key) == [SAM.id]


def test_the_next_superior_who_has_left_is_passed_over():
    head(LIN.department_id, LIN)
    head(SAM.department_id, SAM)
    head(1, ZONG)
    leave(SAM)
    flow({"kind": "head"})
    assert asked(waiting()) == [ZONG.id]


def test_nobody_found_asks_the_named_person_of_the_flow():
    flow({"kind": "superior", "level": 7}, fallback=QIAN)
    assert asked(waiting()) == [QIAN.id]


def test_nobody_found_and_nobody_named_asks_the_administrators():
    flow({"kind": "superior", "level": 7})
    assert asked(waiting()) == ["admin"]


def test_the_named_person_does_not_decide_what_they_entered():
    flow({"kind": "superior", "level": 7}, fallback=LIN)
    assert asked(waiting()) == ["admin"]


def test_an_approver_who_has_left_counts_as_nobody():
    flow(person(SAM), fallback=QIAN)
    leave(SAM)
    assert asked(waiting()) == [QIAN.id]


def test_the_nth_superior_is_counted_upwards():
    head(LIN.department_id, MEI)
    head(SAM.department_id, SAM)
    head(1, ZONG)
    flow({"kind": "superior", "level": 2})
    assert asked(waiting()) == [SAM.id]


# ── conditions and limits ──


def test_the_second_step_is_taken_only_above_the_limit_of_who_approved():
    flow(by_role("executive"), by_role("finance", above_limit=True, is_other=True))
    small, large = waiting(500), waiting(501)
    assert yes(ZONG, small, large).ended == [small]
    assert asked(large) == ["finance"]


def test_who_has_no_limit_ends_it():
    flow(by_role("finance"), by_role("executive", above_limit=True))
    key = waiting(80_000)
    assert yes(QIAN, key).ended == [key]


def test_another_person_must_decide_the_second_step():
    flow(person(ZONG), by_role("executive", above_limit=True, is_other=True), fallback=QIAN)
    key = waiting(600)
    yes(ZONG, key)
    assert asked(key) == [QIAN.id]  # the only executive has decided already


def test_the_same_person_is_refused_at_the_second_step():
    flow(by_role("executive"), {"kind": "chosen", "is_other": True})
    key = waiting(600)
    yes(ZONG, key)
    with acting(LIN.actor) as lin:
        services.choose(case(key), people=[ZONG.id, SAM.id], actor=lin)
    assert asked(key) == [SAM.id]


def test_a_step_whose_condition_does_not_hold_is_passed_over():
    over = {"conditions": [{"field": "call_seconds", "op": "at_least", "value": "200"}]}
    flow(person(SAM, **over), person(QIAN))
    below, above = waiting(199), waiting(200)
    assert (asked(below), asked(above)) == ([QIAN.id], [SAM.id])


def test_a_record_for_which_no_step_is_taken_waits_for_the_named_person():
    over = {"conditions": [{"field": "call_seconds", "op": "above", "value": "200"}]}
    flow(person(SAM, **over), fallback=QIAN)
    key = waiting(10)
    assert asked(key) == [QIAN.id]
    assert yes(QIAN, key).ended == [key]


# ── ending otherwise ──


def test_a_rejection_needs_a_reason():
    flow(person(SAM))
    key = waiting()
    with pytest.raises(Invalid, match="say why"):
        no(SAM, key, reason="  ")
    assert case(key).state == "waiting"


def test_a_rejection_ends_the_case_for_all():
    flow({"kind": "chosen", "mode": "all"})
    key = waiting()
    with acting(LIN.actor) as lin:
        services.choose(case(key), people=[SAM.id, EVE.id], actor=lin)
    assert no(SAM, key).ended == [key]
    assert case(key).state == "rejected"
    assert "any more" in str(no(EVE, key).refused[key])
    assert waits(EVE) == []


def test_what_was_given_back_is_submitted_again_as_a_new_case():
    flow(person(SAM))
    key = waiting()
    back(SAM, key)
    first = case(key)
    assert (first.state, messages(LIN)) == ("returned", ["approval_returned"])
    begin(key)
    assert (case(key).id > first.id, case(key).state) == (True, "waiting")


def test_what_waits_is_not_submitted_twice():
    flow(person(SAM))
    key = waiting()
    with pytest.raises(WrongState, match="waits for approval already"):
        begin(key)


def test_only_the_applicant_withdraws_and_only_while_it_waits():
    flow(person(SAM))
    key = waiting()
    with acting(MEI.actor) as mei, pytest.raises(NotAllowed, match="Only whoever submitted"):
        services.withdraw(CODE, [key], actor=mei)
    with acting(LIN.actor) as lin:
        services.withdraw(CODE, [key], actor=lin)
        assert case(key).state == "withdrawn"
        with pytest.raises(WrongState, match="any more"):
            services.withdraw(CODE, [key], actor=lin)
    assert waits(SAM) == []


def test_a_record_that_is_deleted_leaves_the_list():
    flow(person(SAM))
    key = waiting()
    with acting(SYSTEM):
        services.drop(CODE, [key], actor=SYSTEM)
        services.drop(CODE, [key], actor=SYSTEM)  # nothing waits: no complaint
    assert (case(key).state, waits(SAM)) == ("gone", [])


# ── changed meanwhile ──


def test_a_changed_amount_starts_again():
    flow(person(SAM), person(QIAN))
    key = waiting(100)
    yes(SAM, key)
    edit(key, call_seconds=900)
    found = case(key)
    assert (found.round, found.place, found.amount, asked(key)) == (2, 1, 900, [SAM.id])
    assert told(key)[-1][0] == "restarted"


def test_another_change_goes_on_where_it_was():
    flow(person(SAM), person(QIAN))
    key = waiting()
    yes(SAM, key)
    edit(key, content="other words")
    assert (case(key).place, asked(key), case(key).edits) == (2, [QIAN.id], 1)


def test_who_looked_at_an_older_state_is_asked_to_look_again():
    flow(person(SAM))
    key = waiting()
    edit(key, content="other words")
    with services.looked_at({key: 0}):
        assert "Look at it again" in str(yes(SAM, key).refused[key])
    with services.looked_at({key: 1}):
        assert yes(SAM, key).ended == [key]


# ── versions, messages ──


def test_a_running_case_keeps_the_flow_with_which_it_began():
    flow(person(SAM), person(QIAN))
    key = waiting()
    flow(person(ZONG))
    yes(SAM, key)
    assert asked(key) == [QIAN.id]
    assert asked(waiting()) == [ZONG.id]


def test_one_message_for_many_records_and_none_to_oneself():
    flow(by_role("finance"))
    keys = [record() for _one in range(3)]
    begin(*keys)
    assert messages(QIAN) == ["approval_asked_many"]
    yes(QIAN, *keys)
    assert messages(LIN) == ["approval_approved_many"]
    assert messages(QIAN) == ["approval_asked_many"]


def test_the_system_approves_nothing():
    flow(by_role("admin"))
    key = waiting()
    with acting(SYSTEM):
        assert services.approve(CODE, [key], actor=SYSTEM).refused.keys() == {key}
    assert case(key).state == "waiting"
