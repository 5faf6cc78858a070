"""Tickets from the call to the end: what each verb does, to whom it is told, and what it refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base import clock, settings
from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, Invalid, InvalidFields, NotAllowed, WrongState
from app.base.scope import condition, may_write
from app.crm.customers.queries import by_id as customer_by_id
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.extensions import db
from app.system.notifications.models import Message
from app.system.settings import services as setting_services
from tests.cast import ANRAN, EVE, GAO, JI, LIN, QIAN, SAM
from tests.crm.renewals.steps import served
from tests.desk.tickets.steps import by, dispatched, in_work, solved, ticket
from tests.factories import a_contact, a_customer, a_followup, a_queue, a_ticket

pytestmark = pytest.mark.usefixtures("in_app")


def told(kind):
    with acting(SYSTEM):
        rows = db.session.execute(select(Message.recipient_id).where(Message.kind == kind))
        return sorted(key for (key,) in rows)


# ── opening ──


def test_a_ticket_is_opened_with_a_number_of_the_day_at_the_beginning_of_its_flow():
    found = ticket(a_ticket().id)
    assert found.number == f"GD-{clock.today():%Y%m%d}-0001"
    assert (found.state, found.phase, found.priority, found.created_by_id) == ("undispatched", "new", "normal", LIN.id)
    assert [(one.verb, one.to_state) for one in _moves(found.id)] == [("open", "undispatched")]
    assert ticket(a_ticket(customer=found.customer_id).id).number.endswith("-0002")
    assert GAO.id in told("ticket_opened")


def _moves(key):
    with acting(SYSTEM):
        return queries.moves_of(key)


def test_a_form_that_is_sent_twice_opens_one_ticket():
    customer = a_customer().id
    one, two = (a_ticket(customer=customer).id for _time in range(2))
    assert one != two
    with acting(LIN.actor) as lin:
        given = {"type": "consult", "title": "怎么开票"}
        found = [services.open_ticket(customer_by_id(customer), given, token="t1", actor=lin).id for _time in range(2)]
    assert found[0] == found[1]


@pytest.mark.parametrize("missing", ["type", "title"])
def test_a_ticket_says_what_of_which_type(missing):
    with pytest.raises(InvalidFields) as refused:
        a_ticket(**{missing: None, "description": None})
    assert missing in refused.value.problems


def test_without_a_title_the_first_line_of_the_description_is_it():
    assert ticket(a_ticket(title="", description="连不上服务器\n昨晚断电").id).title == "连不上服务器"


def test_a_complaint_has_a_deadline_and_its_supervisor_is_told():
    found = ticket(a_ticket(type="complaint").id)
    assert found.due_at - found.created_at == pytest.approx(timedelta(hours=72), abs=timedelta(seconds=5))
    assert SAM.id in told("ticket_opened")


def test_a_contact_is_one_of_the_customers():
    customer = a_customer()
    placed = a_contact(customer=customer)
    assert ticket(a_ticket(customer=customer.id, contact=placed.id).id).contact_id == placed.id
    other = a_contact(name="外人", phones=("+8613900139000",))
    with pytest.raises(InvalidFields):
        a_ticket(customer=customer.id, contact=other.id)


def test_a_follow_up_becomes_one_ticket_in_one_step():
    followup = a_followup(customer=a_customer().id, content="报表打不开")
    with acting(LIN.actor) as lin:
        made = services.from_followup(followup, {}, actor=lin)
        assert (made.title, made.description, made.channel) == ("报表打不开", "报表打不开", "followup")
        with pytest.raises(WrongState, match="already"):
            services.from_followup(followup, {}, actor=lin)


# ── hands ──


def test_whoever_dispatches_gives_it_to_somebody_who_is_told():
    key = dispatched()
    found = ticket(key)
    assert (found.state, found.assignee_id, found.department_id) == ("dispatched", JI.id, JI.department_id)
    assert found.dispatched_at is not None
    assert told("ticket_given") == [JI.id]
    with pytest.raises(WrongState, match="季工 has taken"):
        by(GAO, services.dispatch, key, {"assignee": GAO.id})


@pytest.mark.parametrize(
    ("values", "field"), [({}, "assignee"), ({"assignee": QIAN.id}, "assignee"), ({"assignee": 999}, "assignee")]
)
def test_a_ticket_is_given_to_somebody_who_works_on_tickets(values, field):
    key = a_ticket().id
    with pytest.raises(InvalidFields) as refused:
        by(GAO, services.dispatch, key, values)
    assert field in refused.value.problems


def test_into_a_queue_it_waits_for_whoever_takes_it():
    queue, key = a_queue(people=[JI.id]).id, a_ticket().id
    by(GAO, services.dispatch, key, {"queue": queue})
    assert (ticket(key).state, ticket(key).assignee_id, ticket(key).group_id) == ("undispatched", None, 7)
    assert told("ticket_given") == [JI.id]
    with acting(JI.actor):
        assert queries.by_id(key) is not None
    by(JI, services.take, key)
    assert (ticket(key).state, ticket(key).assignee_id) == ("in_progress", JI.id)
    with pytest.raises(WrongState, match="has taken"):
        by(GAO, services.take, key)


def test_a_flow_without_dispatched_goes_on_at_once_or_stays():
    fault, consult = a_ticket(type="fault").id, a_ticket(type="consult", customer=a_customer(name="二").id).id
    by(GAO, services.dispatch, fault, {"assignee": JI.id})
    by(GAO, services.dispatch, consult, {"assignee": JI.id})
    assert (ticket(fault).state, ticket(consult).state) == ("diagnosing", "received")
    assert ticket(consult).assignee_id == JI.id


def test_only_whoever_it_was_dispatched_to_accepts_it():
    key = dispatched()
    with pytest.raises(WrongState, match="lets others"):
        by(GAO, services.accept, key)
    by(JI, services.accept, key)
    assert ticket(key).state == "in_progress"


def test_it_is_returned_with_a_reason_and_the_manager_hears_it():
    key = in_work()
    with pytest.raises(InvalidFields):
        by(JI, services.give_back, key, {"words": " "})
    by(JI, services.give_back, key, {"words": "不会修"})
    found = ticket(key)
    assert (found.state, found.assignee_id, found.last_remark) == ("undispatched", None, "不会修")
    assert GAO.id in told("ticket_returned")
    with acting(JI.actor):
        assert queries.by_id(key) is not None  # whoever had it takes part
    last = _moves(key)[-1]
    assert (last.verb, last.from_id, last.to_id) == ("give_back", JI.id, None)
    assert last.seconds >= 0


def test_it_is_transferred_to_a_person_or_into_a_queue():
    key, queue = in_work(), a_queue(people=[JI.id]).id
    with pytest.raises(Invalid, match="with this person already"):
        by(JI, services.transfer, key, {"assignee": JI.id, "words": "x"})
    by(JI, services.transfer, key, {"assignee": GAO.id, "words": "要懂数据库"})
    assert (ticket(key).state, ticket(key).assignee_id) == ("dispatched", GAO.id)
    by(GAO, services.transfer, key, {"queue": queue, "words": "谁有空"})
    assert (ticket(key).state, ticket(key).assignee_id, ticket(key).queue_id) == ("undispatched", None, queue)


def test_a_customer_whose_service_has_run_out_is_served_by_exception():
    customer = served(-3)[0]
    key = a_ticket(customer=customer).id
    for person, service, values in ((GAO, services.dispatch, [{"assignee": JI.id}]), (GAO, services.take, [])):
        with pytest.raises(WrongState, match="run out"):
            by(person, service, key, *values)
    with pytest.raises(InvalidFields):
        by(GAO, services.allow_exception, key, {"words": ""})
    by(GAO, services.allow_exception, key, {"words": "合同已签，款下周到"})
    by(GAO, services.dispatch, key, {"assignee": JI.id})
    assert ticket(key).assignee_id == JI.id


# ── on to the end ──


def test_waiting_is_counted_and_it_goes_on_where_it_stood(monkeypatch):
    key = a_ticket(type="complaint").id
    by(GAO, services.dispatch, key, {"assignee": JI.id})
    by(JI, services.advance, key, {"to": "handling"})
    begin = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begin)
    by(JI, services.wait, key, {"words": "等客户发票据"})
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(hours=2))
    by(JI, services.resume, key, {})
    assert (ticket(key).state, ticket(key).waited_seconds) == ("handling", 7200)
    assert _moves(key)[-1].seconds == 7200


def test_solving_asks_for_the_solution_and_tells_whoever_took_it_in():
    key = in_work()
    with pytest.raises(InvalidFields) as refused:
        by(JI, services.solve, key, {})
    assert set(refused.value.problems) == {"solution"}
    by(JI, services.solve, key, {"solution": "换了打印头"})
    found = ticket(key)
    assert (found.state, found.progress, found.solution) == ("resolved", 100, "换了打印头")
    assert found.solved_at is not None
    assert told("ticket_solved") == [LIN.id]


def test_what_an_agent_answers_on_the_telephone_is_theirs():
    key = a_ticket(type="consult").id
    by(LIN, services.solve, key, {"solution": "在设置里改"})
    by(LIN, services.close, key, {})
    found = ticket(key)
    assert (found.state, found.assignee_id, found.end) == ("closed", LIN.id, "plain")


def test_how_it_ended_is_kept():
    revisited, unrevisited = solved(), solved(customer=a_customer(name="二").id)
    by(LIN, services.revisit, revisited, {})
    by(LIN, services.close, revisited, {})
    by(LIN, services.close, unrevisited, {})
    assert (ticket(revisited).end, ticket(unrevisited).end) == ("revisited", "unrevisited")


def test_a_closed_ticket_is_reopened_within_the_days_of_the_setting(monkeypatch):
    key = solved()
    by(LIN, services.close, key, {})
    with acting(SYSTEM):
        setting_services.change(settings.registered["ticket_reopen_days"], 5, actor=SYSTEM, revision=0)
    by(LIN, services.reopen, key, {"words": "又坏了"})
    found = ticket(key)
    assert (found.state, found.assignee_id, found.reopened, found.end) == ("in_progress", JI.id, 1, None)
    assert told("ticket_reopened") == [JI.id]
    by(JI, services.solve, key, {"solution": "再换"})
    by(LIN, services.close, key, {})
    later = clock.now() + timedelta(days=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(WrongState, match="more than 5 days"):
        by(LIN, services.reopen, key, {"words": "又坏了"})
    with acting(LIN.actor) as lin:
        after = services.follow_on(ticket(key), {"description": "又坏了"}, actor=lin)
    assert (after.follows_id, after.title, after.phase) == (key, "打印机不打印", "new")


def test_cancelling_asks_why_and_nothing_leads_on():
    key = a_ticket().id
    with pytest.raises(InvalidFields):
        by(LIN, services.cancel, key, {})
    by(LIN, services.cancel, key, {"words": "打错了"})
    with pytest.raises(WrongState, match="was cancelled"):
        by(GAO, services.dispatch, key, {"assignee": JI.id})
    with pytest.raises(WrongState):
        by(LIN, services.reopen, key, {"words": "x"})


# ── gates ──


def test_somebody_elses_ticket_is_not_there():
    key = a_ticket().id
    with acting(EVE.actor):
        assert queries.by_id(key) is None
    with pytest.raises(NotAllowed):
        by(EVE, services.cancel, key, {"words": "x"})


def test_a_customer_that_a_ticket_opens_is_read_and_not_changed():
    theirs = a_customer(name="叶家商贸有限公司", owner=EVE.id)
    a_ticket(customer=theirs.id)
    with acting(LIN.actor) as lin:
        assert customer_by_id(theirs.id) is not None
        assert not may_write(theirs, lin)


@pytest.mark.parametrize("write", [False, True])
def test_who_reaches_no_tickets_has_none_even_if_they_took_one_in(write):
    key = a_ticket().id
    nobody = replace(LIN.actor, reaches={})
    found = select(Ticket.id).where(condition(Ticket, nobody, write=write))
    assert db.session.connection().execute(found).all() == []
    own = condition(Ticket, LIN.actor, write=write)
    assert db.session.connection().execute(select(Ticket.id).where(own)).scalars().all() == [key]


def test_a_stale_form_is_refused():
    key = a_ticket().id
    revision = ticket(key).revision
    by(LIN, services.change, key, {"title": "打印机卡纸"}, revision=revision)
    with pytest.raises(Conflict):
        by(GAO, services.dispatch, key, {"assignee": JI.id}, revision=revision)


def test_whoever_opens_a_ticket_sees_its_customer_until_it_is_closed():
    theirs = a_customer(name="叶家商贸有限公司", owner=EVE.id).id
    with acting(LIN.actor):
        assert customer_by_id(theirs) is None
    key = a_ticket(customer=theirs).id
    with acting(LIN.actor):
        assert customer_by_id(theirs) is not None
    by(GAO, services.dispatch, key, {"assignee": JI.id})
    with acting(JI.actor):
        assert customer_by_id(theirs) is not None
    by(GAO, services.cancel, key, {"words": "不用了"})
    for person in (LIN, JI):
        with acting(person.actor):
            assert customer_by_id(theirs) is None


# ── work ──


def test_notes_work_and_the_checklist_are_kept():
    key = in_work()
    with acting(JI.actor) as ji:
        services.note(ticket(key), {"words": "机房没人", "kind": "internal"}, actor=ji)
        made = services.work(ticket(key), {"what": "换打印头", "minutes": 45, "parts": [("打印头", "1")]}, actor=ji)
        assert [(one.name, one.quantity) for one in made.parts] == [("打印头", 1)]
        services.list_checks(ticket(key), ["断电", "换件", "试机"], actor=ji)
        first = queries.checks_of(key)[0]
        services.tick(ticket(key), first.id, is_done=True, actor=ji)
        assert ticket(key).progress == 33
        with pytest.raises(InvalidFields, match="checklist decides"):
            services.set_progress(ticket(key), 80, actor=ji)
        services.list_checks(ticket(key), ["断电"], actor=ji)
        assert ticket(key).progress == 100
    assert LIN.id in told("ticket_noted")


def test_only_whoever_wrote_a_note_changes_it():
    key = in_work()
    with acting(JI.actor) as ji:
        made = services.note(ticket(key), {"words": "机房没人"}, actor=ji)
        services.change_note(ticket(key), made, {"words": "机房没有人"}, actor=ji, revision=made.revision)
    with acting(ANRAN.actor) as anran, pytest.raises(NotAllowed):
        services.change_note(ticket(key), made, {"words": "?"}, actor=anran, revision=made.revision)


def test_only_whoever_recorded_a_step_of_work_changes_it():
    key = in_work()
    with acting(JI.actor) as ji:
        made = services.work(ticket(key), {"what": "换打印头", "minutes": 45}, actor=ji)
    with acting(ANRAN.actor) as anran, pytest.raises(NotAllowed):
        services.change_work(ticket(key), made, {"what": "?"}, actor=anran, revision=made.revision)


def test_a_mere_follower_removes_nobody_but_themselves():
    key = in_work()
    with acting(JI.actor) as ji:
        services.let_take_part(ticket(key), EVE.id, as_="follower", actor=ji)
        services.let_take_part(ticket(key), SAM.id, as_="follower", actor=ji)
        people = {one.employee_id: one for one in queries.people_of(key)}
    with acting(EVE.actor) as eve:
        with pytest.raises(NotAllowed):
            services.leave(ticket(key), people[SAM.id], actor=eve)
        services.leave(ticket(key), people[EVE.id], actor=eve)


def test_a_running_ticket_keeps_the_flow_it_began_with():
    old = a_ticket().id
    with acting(ANRAN.actor) as anran:
        flow = queries.flow_of("after_sales")
        walked = queries.edition_for("after_sales").flow
        kept = tuple(one for one in walked.arrows if one.target != "dispatched")
        states = tuple(one for one in walked.states if one.code != "dispatched")
        meant = type(walked)(states, tuple(one for one in kept if one.source != "dispatched"))
        services.save_flow(flow, meant, due_hours=8, tells_supervisor=False, actor=anran, revision=flow.revision)
    new = a_ticket(customer=ticket(old).customer_id).id
    for key in (old, new):
        by(GAO, services.dispatch, key, {"assignee": JI.id})
    assert (ticket(old).state, ticket(new).state) == ("dispatched", "in_progress")
    assert ticket(new).due_at is not None
