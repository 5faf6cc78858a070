"""Nothing gets lost on the way: requests, deadlines, what was typed, who must see it; and nothing odd is an error."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.desk.reviews import services as reviews
from app.desk.tickets import queries, services
from app.desk.tickets.models import TicketPerson
from app.desk.tickets.queries import boards, times
from app.desk.tickets.services import recycling
from app.desk.tickets.views import flowform
from app.extensions import db
from app.system.notifications.models import Message
from app.system.security.models import Department
from tests.cast import ANRAN, EVE, GAO, JI, LIN, MEI, QIAN, SAM
from tests.desk.tickets.runs import done
from tests.desk.tickets.steps import by, closed_one, in_work, solved, ticket
from tests.factories import a_customer, a_followup, a_queue, a_ticket


def deleted(key, who=GAO):
    with acting(who.actor) as actor:
        services.delete(ticket(key), actor=actor)


def worked(key, **given):
    with acting(JI.actor) as ji:
        return services.work(ticket(key), {"what": "换打印头", "minutes": 45} | given, actor=ji)


def routed(kind, **given):
    with acting(ANRAN.actor) as anran:
        services.add_route({"type": kind, "queue": a_queue(people=[JI.id]).id} | given, actor=anran)


# ── requests that another ticket answers ──


@pytest.mark.usefixtures("in_app")
class TestRequests:
    @pytest.fixture
    def pair(self):
        main, request = in_work(), a_ticket().id
        done("answer_many", [request], {"ticket": main})
        return main, request

    def _wait(self):
        with acting(GAO.actor):
            return [one.id for one in boards.requests(limit=5)]

    def test_a_request_that_is_reopened_waits_to_be_dispatched(self, pair):
        main, request = pair
        by(JI, services.solve, main, {"solution": "好了"})
        by(LIN, services.close, main, {})
        assert self._wait() == []
        by(LIN, services.reopen, request, {"words": "我这里没好"})
        assert self._wait() == [request]

    def test_requests_of_a_ticket_that_is_deleted_wait_again(self, pair):
        main, request = pair
        deleted(main)
        assert self._wait() == [request]

    def test_also_where_it_goes_back_into_the_bin(self, pair):
        main, request = pair
        with acting(SYSTEM) as system:
            recycling.remove_tickets([main], system)
            db.session.commit()
        assert self._wait() == [request]

    def test_what_was_answered_before_stays_answered(self, pair):
        main, request = pair
        by(JI, services.solve, main, {"solution": "好了"})
        by(LIN, services.close, main, {})
        deleted(main)
        assert (ticket(request).phase, ticket(request).answered_by_id) == ("closed", main)


@pytest.mark.usefixtures("in_app")
def test_who_reads_a_ticket_only_does_not_delete_it():
    key = a_ticket(by=LIN).id
    with acting(LIN.actor) as lin:
        services.let_take_part(ticket(key), JI.id, as_="follower", actor=lin)
    with pytest.raises(NotAllowed):
        deleted(key, who=JI)


# ── work ──


@pytest.mark.usefixtures("in_app")
class TestWork:
    def test_what_was_worked_stays_as_it_is_once_the_ticket_is_over(self):
        key = in_work()
        made = worked(key)
        by(JI, services.solve, key, {"solution": "好了"})
        by(LIN, services.close, key, {})
        with acting(JI.actor) as ji, pytest.raises(WrongState, match="closed"):
            services.change_work(ticket(key), made, {"what": "换打印头", "minutes": 600}, actor=ji, revision=None)

    @pytest.mark.parametrize("change", [services.change_note, services.change_work])
    def test_whose_ticket_it_is_no_more_changes_nothing(self, change):
        key = in_work()
        made = worked(key)
        if change is services.change_note:
            with acting(JI.actor) as ji:
                made = services.note(ticket(key), {"words": "机房没人"}, actor=ji)
        by(GAO, services.transfer, key, {"assignee": GAO.id, "words": "换人"})
        with acting(JI.actor) as ji:
            services.leave(ticket(key), queries.people_of(key)[0], actor=ji)
        with acting(JI.actor) as ji, pytest.raises(NotAllowed):
            change(ticket(key), made, {"what": "?", "words": "?"}, actor=ji, revision=None)

    def test_a_note_that_is_corrected_is_corrected_in_the_list_too(self):
        key = in_work()
        with acting(JI.actor) as ji:
            made = services.note(ticket(key), {"words": "密码是 1234"}, actor=ji)
            services.change_note(ticket(key), made, {"words": "密码已改"}, actor=ji, revision=None)
        assert ticket(key).last_remark == "密码已改"

    @pytest.mark.parametrize("quantity", ["0.001", "1.005", "99999999.999", "1000000", "0", "-1"])
    def test_a_part_is_counted_as_it_can_be_kept(self, quantity):
        with pytest.raises(InvalidFields) as refused:
            worked(in_work(), parts=[("螺丝", Decimal(quantity))])
        assert set(refused.value.problems) == {"parts"}

    def test_half_a_metre_is_kept(self):
        made = worked(in_work(), parts=[("网线", Decimal("0.50")), ("网线", Decimal("999999.99"))])
        with acting(SYSTEM):
            assert [one.quantity for one in made.parts] == [Decimal("0.50"), Decimal("999999.99")]

    def test_what_others_added_to_the_checklist_meanwhile_stays(self):
        key = in_work()
        with acting(JI.actor) as ji:
            services.list_checks(ticket(key), ["断电", "换件"], actor=ji)
            services.list_checks(ticket(key), ["断电", "换件", "试机"], known=["断电", "换件"], actor=ji)
            services.list_checks(ticket(key), ["断电", "清洁"], known=["断电", "换件"], actor=ji)
            assert [one.words for one in queries.checks_of(key)] == ["断电", "清洁", "试机"]

    def test_where_a_checklist_counts_nobody_says_how_far_it_is(self):
        key = in_work()
        with acting(JI.actor) as ji:
            services.list_checks(ticket(key), ["断电"], actor=ji)
        with pytest.raises(InvalidFields, match="checklist decides"):
            by(JI, services.change, key, {"progress": 90})
        by(JI, services.change, key, {"progress": 0, "title": "打印机卡纸"})

    def test_what_was_cancelled_is_not_changed(self):
        key = a_ticket().id
        by(LIN, services.cancel, key, {"words": "打错了"})
        with pytest.raises(WrongState, match="cancelled"):
            by(LIN, services.change, key, {"title": "又来"})


ODD = [
    ("note", {"words": "a\x00b"}),
    ("work", {"what": "a\x00", "part": "p\x00", "quantity": "1"}),
    ("work", {"what": "a", "part": "p", "quantity": "0.001"}),
    ("checklist", {"points": "a\x00", "known": "\x00"}),
]


@pytest.mark.parametrize(("button", "given"), ODD)
def test_an_odd_request_is_no_error_of_ours(as_user, once, button, given):
    assert as_user("ji").post(f"/tickets/{once(in_work)}/{button}", data=given).status_code < 500


@pytest.mark.usefixtures("in_app")
def test_who_waits_on_in_other_hands_is_counted_once(monkeypatch):
    key, begin = in_work(), clock.now()
    for hours, step in (
        (0, lambda: by(JI, services.wait, key, {"words": "等客户寄回"})),
        (1, lambda: done("transfer_many", [key], {"people": [GAO.id], "words": "换人"})),
        (2, lambda: by(GAO, services.resume, key, {})),
    ):
        at = begin + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        step()
    with acting(SYSTEM):
        stay = times.course("after_sales", since=None).stays["waiting_customer"]
    assert (stay.seconds, stay.left, ticket(key).waited_seconds) == (7200, 1, 7200)


# ── from a follow-up, and after the end ──


class TestFollowups:
    @pytest.fixture
    def followup(self, saved, once):
        once(routed, kind="consult", needs=["category"])
        return saved(a_followup, customer=saved(a_customer), content="报表打不开\n昨天起")

    def test_what_its_route_asks_for_is_filled_in_on_the_intake(self, app, as_user, followup):
        lin = as_user("lin")
        asked = lin.post(f"/tickets/from-followup/{followup}").location
        page = lin.get(asked).text
        assert "报表打不开" in page
        token = re.search(r'name="token"[^>]*value="([^"]+)"', page)[1]
        given = {"type": "consult", "channel": "followup", "description": "报表打不开", "token": token}
        customer = re.search(r"customer=(\d+)", asked)[1]
        answer = lin.post(asked, data=given | {"category": "report", "customer": customer})
        assert answer.status_code == 302
        with app.app_context(), acting(SYSTEM):
            made = queries.by_id(queries.at_followups([followup])[followup])
            assert (made.category, made.title, made.customer_id) == ("report", "报表打不开", int(customer))

    def test_somebody_else_who_is_chosen_there_gets_the_ticket(self, app, as_user, followup, saved):
        other, lin = saved(a_customer, name="另一家公司"), as_user("lin")
        asked = lin.post(f"/tickets/from-followup/{followup}").location
        given = {"type": "after_sales", "description": "打印机坏了", "customer": other}
        assert lin.post(asked, data=given).status_code == 302
        with app.app_context(), acting(SYSTEM):
            assert queries.at_followups([followup]) == {}
            assert [one.title for one in queries.of(other, limit=5)] == ["打印机坏了"]


def test_a_refused_intake_keeps_whoever_was_chosen_last(app, as_user, saved):
    first, second = saved(a_customer), saved(a_customer, name="另一家公司")
    lin = as_user("lin")
    answer = lin.post(f"/tickets/new?customer={first}", data={"customer": second, "type": "", "description": "坏了"})
    assert answer.status_code == 422
    chosen = re.findall(r'name="customer"[^>]*value="(\d+)"[^>]*checked', answer.text)
    assert chosen == [str(second)]


class TestAfterwards:
    def test_who_cannot_reopen_any_more_opens_one_that_follows(self, app, as_user, once):
        key, lin = once(closed_one), as_user("lin")
        assert f"/tickets/{key}/follow-on" in lin.get(f"/tickets/{key}").text
        made = int(lin.post(f"/tickets/{key}/follow-on").location.rsplit("/", 1)[1])
        with app.app_context():
            found = ticket(made)
            assert (found.follows_id, found.phase, found.title) == (key, "new", ticket(key).title)

    @pytest.mark.parametrize(("username", "status"), [("bai", 403), ("eve", 404), ("ji", 403)])
    def test_its_gates(self, as_user, once, username, status):
        assert as_user(username).post(f"/tickets/{once(closed_one)}/follow-on").status_code == status

    def test_what_is_open_goes_on_itself(self, app, as_user, once):
        key, lin = once(solved), as_user("lin")
        assert "follow-on" not in lin.get(f"/tickets/{key}").text
        assert lin.post(f"/tickets/{key}/follow-on").location.endswith(f"/tickets/{key}")
        with app.app_context(), acting(SYSTEM):
            assert len(queries.of(ticket(key).customer_id, limit=5)) == 1


def test_a_second_problem_typed_into_the_form_of_the_first_is_not_taken_for_saved(app, as_user, saved):
    customer, lin = saved(a_customer), as_user("lin")
    token = re.search(r'name="token"[^>]*value="([^"]+)"', lin.get("/tickets/new").text)[1]
    given = {"type": "after_sales", "description": "打印机坏了", "customer": customer, "token": token}
    first = lin.post("/tickets/new", data=given).location
    assert lin.post("/tickets/new", data=given).location == first  # pressed twice
    back = lin.post("/tickets/new", data=given | {"description": "扫描仪也坏了"})
    assert (back.status_code, "扫描仪也坏了" in back.text, "already" in back.text) == (422, True, True)
    fresh = re.search(r'name="token"[^>]*value="([^"]+)"', back.text)[1]
    again = lin.post("/tickets/new", data=given | {"description": "扫描仪也坏了", "token": fresh})
    assert again.location not in (None, first)
    with app.app_context(), acting(SYSTEM):
        assert [one.title for one in queries.of(customer, limit=5)] == ["扫描仪也坏了", "打印机坏了"]


# ── who is told sees it; what is new has a name of its own ──


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(("kind", "sees"), [("complaint", True), ("fault", False)])
def test_the_head_who_is_told_of_a_complaint_sees_it_in_whatever_queue(kind, sees):
    with acting(SYSTEM):
        db.session.get(Department, LIN.department_id).head_id = SAM.id
        db.session.commit()
    routed(kind)
    key = a_ticket(type=kind, by=LIN).id
    with acting(SAM.actor):
        assert (queries.by_id(key) is not None) is sees


def told(kind):
    with acting(SYSTEM):
        return {one.recipient_id for one in db.session.scalars(select(Message).where(Message.kind == kind))}


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(("level", "who"), [("key", {EVE.id, SAM.id, MEI.id}), ("a", set())])
def test_those_who_answer_for_a_key_customer_are_told_of_its_complaint_and_of_a_low_rating(level, who):
    with acting(SYSTEM):
        customer = a_customer(owner=MEI.id, level=level, service_person=EVE.id)
        db.session.get(Department, MEI.department_id).head_id = SAM.id
        db.session.commit()
    key = a_ticket(type="complaint", customer=customer.id, by=LIN).id
    assert told("ticket_key_complaint") == who
    with acting(EVE.actor):
        assert (queries.by_id(key) is not None) is bool(who)
    a_ticket(type="fault", customer=customer.id, by=LIN)
    by(LIN, reviews.revisit, solved(customer=customer.id), {"attitude": 1, "skill": 1, "response": 1})
    assert told("ticket_key_complaint") == who
    assert told("rating_low_key") == who - told("rating_low")


@pytest.mark.usefixtures("in_app")
def test_of_a_key_customer_the_next_head_is_told_and_who_sees_no_tickets_follows_none():
    with acting(SYSTEM):
        house = db.session.get(Department, MEI.department_id)
        house.head_id, house.parent.head_id = MEI.id, SAM.id  # the owner heads the house herself
        customer = a_customer(owner=MEI.id, level="key", service_person=QIAN.id)
        db.session.commit()
    key = a_ticket(type="complaint", customer=customer.id, by=LIN).id
    assert told("ticket_key_complaint") == {QIAN.id, MEI.id, SAM.id}
    with acting(SYSTEM):
        assert QIAN.id not in {one.employee_id for one in queries.people_of(key)}


@pytest.mark.usefixtures("in_app")
class TestWhoSeesNoTickets:
    def test_they_are_not_let_in(self):
        key = in_work()
        for as_ in ("follower", "participant"):
            with acting(JI.actor) as ji, pytest.raises(InvalidFields, match="no role"):
                services.let_take_part(ticket(key), QIAN.id, as_=as_, actor=ji)

    def test_who_sees_it_no_more_is_told_no_word_of_it(self):
        key = in_work()
        with acting(SYSTEM):
            db.session.add(TicketPerson(ticket_id=key, employee_id=QIAN.id, is_follower=True))  # in another role once
            db.session.commit()
        with acting(JI.actor) as ji:
            services.note(ticket(key), {"words": "客户不知道的底价"}, actor=ji)
        with acting(SYSTEM):
            rows = db.session.scalars(select(Message).where(Message.kind == "ticket_noted")).all()
            assert [one.recipient_id for one in rows] == [LIN.id]


def test_a_customers_name_finds_no_ticket_of_who_does_not_see_the_customer(app, as_user, once):
    def build():
        key = solved(customer=a_customer(name="叶家商贸有限公司", owner=EVE.id).id, by=SAM)
        by(SAM, services.close, key, {})
        return key

    once(build)
    assert "打印机" in as_user("ji").get("/search/quick?q=打印机不打印").text
    assert "叶家商贸</mark>" not in as_user("ji").get("/search/quick?q=叶家商贸").text
    assert "叶家商贸</mark>" in as_user("zong").get("/search/quick?q=叶家商贸").text


@pytest.mark.usefixtures("in_app")
def test_new_states_of_two_flows_are_never_taken_for_each_other():
    codes = []
    with acting(ANRAN.actor) as anran:
        for kind in ("fault", "consult"):
            flow, rows = queries.flow_of(kind), flowform.of_flow(queries.edition_for(kind).flow)
            rows = flowform.moved(rows, "add-state")
            new = rows.states[-1] | {"zh_hans": kind}
            rows.states[-1], first = new, rows.states[0]["code"]
            plain = {"name": "", "who": set(), "needs": set()}
            ways = ((first, new["code"]), (new["code"], "cancelled"))
            rows.arrows += [{"source": source, "target": target, **plain} for source, target in ways]
            about = {"due_hours": None, "tells_supervisor": False, "revision": flow.revision}
            services.save_flow(flow, flowform.meant(rows), actor=anran, **about)
            codes.append(new["code"])
    labels = {item.code: item.words[0] for item in queries.state_items()}
    assert [labels[code] for code in codes] == ["fault", "consult"]
