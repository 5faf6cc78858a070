"""Many tickets at once: dispatch, transfer, close, cancel, answer by one; what is left alone, told and taken back."""

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields, NotAllowed
from app.desk.tickets import queries, services
from app.extensions import db
from app.system.notifications.models import Message
from tests.cast import EVE, GAO, JI, LIN, QIAN
from tests.crm.renewals.steps import served
from tests.desk.tickets.runs import done, planned, reasons, taken_back
from tests.desk.tickets.steps import by, dispatched, in_work, solved, ticket
from tests.factories import a_queue, a_ticket

pytestmark = pytest.mark.usefixtures("in_app")


def told():
    with acting(SYSTEM):
        rows = db.session.scalars(select(Message).where(Message.kind == "tickets_given")).all()
        return {row.recipient_id: row.params["count"] for row in rows}


def moves(key):
    with acting(SYSTEM):
        return [(one.verb, one.from_state, one.to_state, one.to_id) for one in queries.moves_of(key)]


def where(ids):
    return [(one.phase, one.assignee_id) for one in map(ticket, ids)]


# ── dispatch ──


def test_many_are_dispatched_to_one_with_a_record_each_and_one_message():
    ids = [a_ticket().id for _n in range(3)]
    run = done("dispatch_many", ids, {"people": [JI.id], "words": "今天都去看看"})
    assert (run.changed_count, run.refused_count) == (3, 0)
    assert where(ids) == [("dispatched", JI.id)] * 3
    assert moves(ids[0])[-1] == ("dispatch", "undispatched", "dispatched", JI.id)
    found = ticket(ids[0])
    assert (found.last_remark, found.department_id, found.revision) == ("今天都去看看", 7, 2)
    assert found.dispatched_at is not None
    assert told() == {JI.id: 3}


def test_several_share_evenly_and_the_plan_shows_what_each_has():
    dispatched(to=JI)
    ids = [a_ticket().id for _n in range(4)]
    given = {"people": [JI.id, GAO.id], "how": "even"}
    plan, count = planned("dispatch_many", ids, given)
    assert count == 4
    assert list(plan.lines) == [(JI.name, "1", "2", "3"), (GAO.name, "0", "2", "2")]
    done("dispatch_many", ids, given)
    assert sorted(one.assignee_id for one in map(ticket, ids)) == sorted([JI.id, JI.id, GAO.id, GAO.id])
    assert told() == {JI.id: 2}  # Gao pressed it


def test_into_a_queue_the_people_of_it_are_told_and_nobody_has_them():
    queue, ids = a_queue(people=[JI.id, GAO.id]).id, [a_ticket().id for _n in range(2)]
    plan, _count = planned("dispatch_many", ids, {"queue": queue})
    assert plan.lines[0][2] == "2"
    done("dispatch_many", ids, {"queue": queue})
    assert where(ids) == [("new", None)] * 2
    assert [(one.queue_id, one.group_id) for one in map(ticket, ids)] == [(queue, 7)] * 2
    assert told() == {JI.id: 2}


def test_what_somebody_has_and_whose_service_has_run_out_is_left_alone_and_named():
    busy, free = dispatched(), a_ticket().id
    late = a_ticket(customer=served(-3)[0]).id
    plan, _count = planned("dispatch_many", [busy, free, late], {"people": [JI.id]})
    assert [str(one) for one in plan.warnings] == [
        "1 are not waiting to be dispatched, and stay.",
        "1 stay, since the service of their customers has run out.",
    ]
    run = done("dispatch_many", [busy, free, late], {"people": [JI.id]})
    assert (run.changed_count, run.refused_count) == (1, 2)
    assert "run out" in reasons(run)[late]
    assert "has it already" in reasons(run)[busy]
    assert where([late]) == [("new", None)]


@pytest.mark.parametrize(
    ("given", "sort"),
    [
        ({}, InvalidFields),
        ({"people": [JI.id], "queue": 1}, InvalidFields),
        ({"queue": 999}, InvalidFields),
        ({"people": [EVE.id, EVE.id]}, Invalid),
        ({"people": [QIAN.id]}, Invalid),
        ({"people": [JI.id, GAO.id], "how": "by_weight", "weights": "3"}, Invalid),
    ],
)
def test_receivers_that_cannot_be_meant_are_refused_before_anything_is_done(given, sort):
    with pytest.raises(sort):
        done("dispatch_many", [a_ticket().id], given)


# ── transfer ──


def test_transferred_ones_are_to_be_accepted_anew_and_who_had_them_takes_part():
    one, two, over = in_work(), dispatched(), solved()
    run = done("transfer_many", [one, two, over], {"people": [GAO.id], "words": "他休假"})
    assert (run.changed_count, run.refused_count) == (2, 1)
    assert where([one, two]) == [("dispatched", GAO.id)] * 2
    assert moves(one)[-1] == ("transfer", "in_progress", "dispatched", GAO.id)
    with acting(SYSTEM):
        assert [person.employee_id for person in queries.people_of(one)] == [JI.id]
    queue = a_queue(people=[JI.id]).id
    done("transfer_many", [one], {"queue": queue, "words": "换组"})
    assert where([one]) == [("new", None)]
    assert ticket(one).dispatched_at is None


def test_waiting_ones_keep_waiting_and_no_second_of_it_is_lost():
    key = in_work()
    by(JI, services.wait, key, {"words": "等客户寄回"})
    since = ticket(key).moved_at
    done("transfer_many", [key], {"people": [GAO.id], "words": "换人"})
    found = ticket(key)
    assert (found.phase, found.assignee_id, found.moved_at) == ("waiting", GAO.id, since)
    done("transfer_many", [key], {"queue": a_queue().id, "words": "换组"})
    assert (ticket(key).phase, ticket(key).assignee_id) == ("new", None)


def test_without_a_reason_nothing_is_transferred_or_cancelled():
    for name, given in (("transfer_many", {"people": [JI.id]}), ("cancel_many", {"words": " "})):
        with pytest.raises(InvalidFields):
            done(name, [a_ticket().id], given)


# ── ending ──


def test_only_what_is_solved_is_closed_and_how_it_ended_is_kept():
    one, two = solved(), in_work()
    run = done("close_many", [one, two], {"words": ""})
    assert (run.changed_count, run.refused_count) == (1, 1)
    found = ticket(one)
    assert (found.phase, found.end) == ("closed", "unrevisited")
    assert found.closed_at is not None
    assert "being worked on" in reasons(run)[two]


def test_cancelled_ones_say_why():
    one, two = a_ticket().id, solved()
    run = done("cancel_many", [one, two], {"words": "重复报修"})
    assert (run.changed_count, run.refused_count) == (1, 1)
    assert (ticket(one).phase, ticket(one).last_remark) == ("cancelled", "重复报修")


# ── taking back ──


def test_a_run_is_taken_back_with_a_record_of_it_and_what_was_edited_since_stays():
    ids = [a_ticket().id for _n in range(3)]
    run = done("dispatch_many", ids, {"people": [JI.id]})
    by(JI, services.accept, ids[0])
    found, run = taken_back(run)
    assert (found.restored, found.kept) == (2, 1)
    assert where(ids) == [("working", JI.id), ("new", None), ("new", None)]
    assert moves(ids[1])[-1] == ("taken_back", "dispatched", "undispatched", None)
    assert ticket(ids[1]).dispatched_at is None


# ── one answers several ──


def test_requests_are_closed_reopened_and_freed_with_the_ticket_that_answers_them():
    main, ids = in_work(), [a_ticket().id for _n in range(2)]
    run = done("answer_many", [*ids, main], {"ticket": main})
    assert (run.changed_count, run.refused_count) == (2, 1)
    assert [one.answered_by_id for one in map(ticket, ids)] == [main, main]
    by(JI, services.solve, main, {"solution": "换了交换机"})
    by(GAO, services.close, main, {})
    assert [one.phase for one in map(ticket, ids)] == ["closed", "closed"]
    assert moves(ids[0])[-1][:3] == ("close", "undispatched", "closed")
    by(GAO, services.reopen, main, {"words": "又断了"})
    assert [(one.phase, one.closed_at, one.end) for one in map(ticket, ids)] == [("new", None, None)] * 2
    by(GAO, services.cancel, main, {"words": "客户撤回"})
    assert [one.answered_by_id for one in map(ticket, ids)] == [None, None]


def test_closing_many_closes_what_they_answer_and_taking_it_back_opens_it_again():
    main, request = solved(), a_ticket().id
    done("answer_many", [request], {"ticket": main})
    run = done("close_many", [main], {})
    assert [one.phase for one in map(ticket, (main, request))] == ["closed", "closed"]
    taken_back(run)
    assert [one.phase for one in map(ticket, (main, request))] == ["solved", "new"]


def test_a_ticket_at_its_end_or_one_that_is_not_ones_own_answers_nothing():
    over, mine = solved(), a_ticket().id
    by(GAO, services.close, over, {})
    for wanted in (None, 999, over):
        with pytest.raises(InvalidFields):
            done("answer_many", [mine], {"ticket": wanted})
    other = a_ticket(by=EVE).id
    with pytest.raises((InvalidFields, NotAllowed)):
        done("answer_many", [mine], {"ticket": other}, who=LIN)


def test_who_answers_others_is_not_answered_itself():
    main, request, third = in_work(), a_ticket().id, a_ticket().id
    done("answer_many", [request], {"ticket": main})
    with pytest.raises(InvalidFields):
        done("answer_many", [third], {"ticket": request})
    run = done("answer_many", [main], {"ticket": third})
    assert run.refused_count == 1
