"""A customer whose service has run out: whoever may not allow it asks, and those who approve decide."""

import re

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.errors import Conflict, InvalidFields, NotAllowed, WrongState
from app.desk.tickets import services
from app.desk.tickets.models import Ticket, TicketPerson
from app.desk.tickets.rules.tickets import EXCEPTION
from app.desk.tickets.services import excepting
from app.extensions import db
from app.system.approvals import queries as approvals
from app.system.approvals.models import Case
from app.system.audit import queries as audit
from tests.cast import ANRAN, GAO, JI, LIN, MEI
from tests.crm.renewals.steps import served
from tests.desk.tickets.runs import done
from tests.desk.tickets.steps import by, ticket
from tests.factories import a_ticket

WHY = {"words": "合同已签，款下周到"}


def limited(**given):
    """A ticket of Lin's whose customer's service ran out three days ago; its id."""
    return a_ticket(customer=served(-3)[0], **given).id


def asked(**given):
    """The same, and Lin has asked for an exception."""
    key = limited(**given)
    by(LIN, services.ask_exception, key, WHY)
    return key


def state(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return approvals.case_of(EXCEPTION, key).state


def decided(verb, key, *, who=GAO, note=""):
    with acting(who.actor) as actor:
        return verb([key], note, actor)


@pytest.fixture
def waiting(once):
    return once(asked)


@pytest.fixture
def short(once):
    return once(limited)


class TestServices:
    pytestmark = pytest.mark.usefixtures("in_app")

    def test_who_may_not_allow_it_asks_and_once_approved_it_is_dispatched(self):
        key = asked()
        with pytest.raises(WrongState, match="run out"):
            by(GAO, services.dispatch, key, {"assignee": JI.id})
        assert (ticket(key).is_excepted, ticket(key).exception_reason) == (False, WHY["words"])
        assert decided(excepting.approve, key).changed == [key]
        assert (ticket(key).is_excepted, state(key)) == (True, "approved")
        by(GAO, services.dispatch, key, {"assignee": JI.id})
        assert ticket(key).assignee_id == JI.id
        with acting(SYSTEM):
            newest = audit.sets(Ticket, key)[1]  # before it was dispatched
        assert (newest.who, [str(label) for label in newest.what]) == (GAO.name, ["Served all the same"])

    def test_rejected_it_stays_and_may_be_asked_for_again(self):
        key = asked()
        assert decided(excepting.refuse, key, note="先续费").changed == [key]
        assert (ticket(key).is_excepted, state(key)) == (False, "rejected")
        by(LIN, services.ask_exception, key, WHY)
        assert state(key) == "waiting"

    def test_given_back_it_is_asked_for_anew(self):
        key = asked()
        assert decided(excepting.send_back, key, note="写清楚金额").changed == [key]
        assert state(key) == "returned"
        by(LIN, services.ask_exception, key, WHY)
        assert state(key) == "waiting"

    def test_nobody_allows_what_they_asked_for(self):
        key = asked()
        assert decided(excepting.approve, key, who=LIN).refused.keys() == {key}
        assert not ticket(key).is_excepted

    def test_it_is_asked_once(self):
        key = asked()
        with pytest.raises(WrongState, match="waits for approval already"):
            by(LIN, services.ask_exception, key, WHY)

    def test_why_has_to_be_said(self):
        with pytest.raises(InvalidFields):
            by(LIN, services.ask_exception, limited(), {"words": "  "})

    @pytest.mark.parametrize("person", [LIN, GAO], ids=["asked", "allowed"])
    def test_a_ticket_that_was_changed_meanwhile_is_looked_at_again(self, person):
        service = services.ask_exception if person is LIN else services.allow_exception
        with pytest.raises(Conflict):
            by(person, service, limited(), WHY, revision=99)

    def test_who_only_follows_a_ticket_asks_for_nothing(self):
        key = limited()
        with acting(SYSTEM):
            db.session.add(TicketPerson(ticket_id=key, employee_id=MEI.id, is_follower=True))
            db.session.commit()
        with pytest.raises(NotAllowed):
            by(MEI, services.ask_exception, key, WHY)

    def test_what_has_not_run_out_needs_none(self):
        with pytest.raises(WrongState, match="has not run out"):
            by(LIN, services.ask_exception, a_ticket().id, WHY)

    def test_what_is_allowed_already_needs_none(self):
        key = limited()
        by(GAO, services.allow_exception, key, WHY)
        for person, service in ((LIN, services.ask_exception), (GAO, services.allow_exception)):
            with pytest.raises(WrongState, match="may be served already"):
                by(person, service, key, WHY)

    def test_what_is_over_needs_none(self):
        key = limited()
        by(LIN, services.cancel, key, {"words": "打错了"})
        with pytest.raises(WrongState):
            by(LIN, services.ask_exception, key, WHY)

    def test_allowing_it_ends_the_request(self):
        key = asked()
        by(GAO, services.allow_exception, key, {"words": "先修"})
        assert (ticket(key).is_excepted, state(key)) == (True, "gone")

    @pytest.mark.parametrize("end", ["cancel", "solve", "delete", "run"])
    def test_a_ticket_at_its_end_asks_nobody_any_more(self, end):
        key = asked()
        if end == "cancel":
            by(LIN, services.cancel, key, {"words": "客户撤了"})
        elif end == "solve":
            by(LIN, services.solve, key, {"solution": "电话里解决了"})
        elif end == "run":
            assert done("cancel_many", [key], {"words": "客户撤了"}).changed_count == 1
        else:
            with acting(ANRAN.actor) as actor:
                services.delete(ticket(key), actor=actor)
        assert state(key) == "gone"

    def test_what_was_deleted_meanwhile_is_named(self):
        key = asked()
        with acting(SYSTEM):
            db.session.execute(Ticket.__table__.update().where(Ticket.id == key).values(deleted_at=func.now()))
            db.session.commit()
        assert "deleted" in str(decided(excepting.approve, key).refused[key])

    def test_its_case_shows_whoever_decides_what_it_is_about_and_why(self):
        key = asked(title="打印机不打印")
        with acting(GAO.actor):
            case = db.session.scalars(select(Case).where(Case.subject == EXCEPTION, Case.record_id == key)).one()
            approvals.with_records([case])
            assert approvals.known_subjects()[EXCEPTION].remark(case.record) == WHY["words"]
            assert "打印机不打印" in [line.new for line in approvals.lines_since(case)]


# ── on the page ──


def buttons(page, key):
    return set(re.findall(rf'"/tickets/{key}/(except|ask-exception)', page))


def test_who_may_allow_it_does_and_who_may_not_asks(as_user, short):
    assert buttons(as_user("lin").get(f"/tickets/{short}").text, short) == {"ask-exception"}
    assert buttons(as_user("gao").get(f"/tickets/{short}").text, short) == {"except"}


def test_the_page_shows_where_the_request_stands(as_user, waiting):
    page = as_user("lin").get(f"/tickets/{waiting}").text
    assert buttons(page, waiting) == set()
    assert WHY["words"] in page
    assert "Exception from limited service" in page


def test_it_is_asked_on_a_form(app, as_user, short):
    lin = as_user("lin")
    assert lin.get(f"/tickets/{short}/ask-exception").status_code == 200
    with app.app_context():
        revision = ticket(short).revision
    answer = lin.post(f"/tickets/{short}/ask-exception", data={"revision": revision, "words": ""})
    assert answer.status_code == 422
    answer = lin.post(f"/tickets/{short}/ask-exception", data={"revision": revision, **WHY})
    assert answer.location == f"/tickets/{short}"
    with app.app_context():
        assert state(short) == "waiting"


@pytest.mark.parametrize(("username", "status"), [("eve", 404), ("xu", 403), ("bai", 403)])
def test_nobody_asks_for_a_ticket_that_is_not_theirs(app, as_user, short, username, status):
    answer = as_user(username).post(f"/tickets/{short}/ask-exception", data={"revision": 1, **WHY})
    assert answer.status_code in (status, 302)
    with app.app_context(), acting(SYSTEM):
        assert approvals.case_of(EXCEPTION, short) is None


def test_it_waits_for_the_manager_who_approves_it_on_the_approvals_screen(app, as_user, waiting):
    gao = as_user("gao")
    with app.app_context(), acting(SYSTEM):
        case = approvals.case_of(EXCEPTION, waiting).id
    assert "Exception from limited service" in gao.get("/approvals/").text
    assert WHY["words"] in gao.get(f"/approvals/{case}").text
    answer = gao.post(f"/approvals/{case}/approve", data={"note": "", "edits": 0})
    assert answer.status_code in (200, 302)
    with app.app_context():
        assert ticket(waiting).is_excepted
    assert WHY["words"] in as_user("lin").get(f"/tickets/{waiting}").text
