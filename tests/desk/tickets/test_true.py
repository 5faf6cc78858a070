"""What is shown of tickets is true: times that add up, whoever must hear of a complaint, columns that cards reach."""

from dataclasses import replace
from datetime import timedelta
from operator import attrgetter

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import WrongState
from app.base.fields import fields_of, text_of
from app.base.i18n import speaking
from app.base.screens import markup
from app.desk.reviews import queries as reviews
from app.desk.reviews import services as revisits
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries import times
from app.desk.tickets.rules.flows import Arrow, State
from app.desk.tickets.rules.phases import DISPATCHED, WORKING
from app.extensions import db
from app.system.notifications.models import Message
from app.system.security import services as people
from app.system.security.models import Department, Employee
from tests.cast import ANRAN, GAO, JI, LIN, SAM, ZONG
from tests.desk.tickets.runs import done, taken_back
from tests.desk.tickets.steps import by, in_work, solved, ticket
from tests.desk.tickets.test_arrows import redrawn
from tests.factories import a_queue, a_ticket

HOUR = 3600


@pytest.fixture
def at(monkeypatch):
    """Do something so many hours after the test began; return what it returns."""
    begin = clock.now()

    def at(hours, step):
        moment = begin + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return step()

    return at


def stood():
    """How many hours tickets of service stood in each state, by its code."""
    with acting(SYSTEM):
        found = times.course("after_sales", since=None).stays
    return {code: round(one.seconds / HOUR) for code, one in found.items()}


# ── a run that is taken back ──


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("where", ["person", "queue"])
def test_after_a_run_is_taken_back_the_times_add_up_to_what_passed(at, where):
    key = at(0, lambda: a_ticket().id)
    given = {"person": lambda: {"people": [JI.id]}, "queue": lambda: {"queue": a_queue().id}}[where]
    run = at(1, lambda: done("dispatch_many", [key], given()))
    at(2, lambda: taken_back(run))
    at(3, lambda: by(GAO, services.dispatch, key, {"assignee": JI.id}))
    whole = {"person": {"undispatched": 2, "dispatched": 1}, "queue": {"undispatched": 3}}
    assert stood() == whole[where]
    with acting(SYSTEM):
        assert [one.verb for one in queries.moves_of(key)] == ["open", "dispatch", "taken_back", "dispatch"]


@pytest.mark.usefixtures("in_app")
def test_what_waits_for_the_customer_too(at):
    moved, ended = at(0, lambda: (in_work(), in_work()))
    at(0, lambda: [by(JI, services.wait, key, {"words": "等客户寄回"}) for key in (moved, ended)])
    runs = at(
        1,
        lambda: [
            done("transfer_many", [moved], {"people": [GAO.id], "words": "换人"}),
            done("cancel_many", [ended], {"words": "不要了"}),
        ],
    )
    at(2, lambda: [taken_back(run) for run in runs])
    at(3, lambda: [by(JI, services.resume, key, {}) for key in (moved, ended)])
    found = stood()
    assert (found["waiting_customer"], found["cancelled"]) == (3 + 2, 1)
    assert [round(ticket(key).waited_seconds / HOUR) for key in (moved, ended)] == [3, 2]


# ── whoever is above is told of a complaint ──


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(("taker", "told", "is_gone"), [(LIN, SAM, False), (SAM, ZONG, False), (LIN, ZONG, True)])
def test_the_nearest_head_above_is_told_of_a_complaint(taker, told, is_gone):
    with acting(SYSTEM):
        db.session.get(Department, SAM.department_id).head_id = SAM.id  # not Lin's own, which has none
        db.session.get(Department, ZONG.department_id).head_id = ZONG.id
        db.session.commit()
        if is_gone:
            people.disable(db.session.get(Employee, SAM.id), actor=SYSTEM)
    a_ticket(type="complaint", by=taker)
    with acting(SYSTEM):
        kept = db.session.scalars(db.select(Message).where(Message.kind == "ticket_opened")).all()
    assert {one.recipient_id for one in kept} & {SAM.id, ZONG.id} == {told.id}


# ── whoever was not reached is asked again when it was last said ──


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(("first", "last", "waits"), [(48, 168, False), (168, 48, True)])
def test_a_revisit_is_put_off_to_what_was_said_last(at, first, last, waits):
    key = at(0, solved)
    for number, hours in enumerate((first, last)):
        again = clock.now() + timedelta(hours=hours)
        at(number, lambda again=again: by(LIN, revisits.not_reached, key, {"again_at": again}, revision=None))
    with acting(LIN.actor) as lin:
        found = reviews.next_to_revisit(lin, now=clock.now() + timedelta(hours=72), after=0)
    assert (found is not None) is waits


# ── a checklist that is refused ──

LONG = "断" * 201


@pytest.mark.parametrize(("points", "sentence"), [("断电\n" * 2 + LONG, "Point 2"), (None, "50 points")])
def test_a_checklist_that_is_refused_comes_back_as_it_was_typed(app, as_user, once, points, sentence):
    key, typed = once(in_work), points or "\n".join(f"第{n}步" for n in range(51))
    answer = as_user("ji").post(f"/tickets/{key}/checklist", data={"points": typed, "known": "断水"})
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert f">{typed}</textarea>" in answer.text
    assert 'name="known" value="断水"' in answer.text


@pytest.mark.parametrize(("button", "given"), [("checklist", {"points": "试机"}), ("work", {"what": "试机"})])
def test_so_does_what_was_typed_while_somebody_closed_the_ticket(app, as_user, once, button, given):
    def build():
        key = solved()
        by(LIN, services.close, key, {})
        return key

    answer = as_user("ji").post(f"/tickets/{once(build)}/{button}", data=given)
    assert (answer.status_code, ">试机</textarea>" in answer.text) == (422, True)


# ── the state that was pressed, or drawn to ──

ON_CALL, VISITING = (
    State("on_call", ("待上门", None, None), DISPATCHED),
    State("visiting", ("上门", None, None), WORKING),
)
ON_CALLS = (Arrow("undispatched", "on_call"), Arrow("on_call", "in_progress"), Arrow("waiting_customer", "on_call"))
VISITS = (Arrow("undispatched", "visiting"), Arrow("visiting", "resolved"))


def drawn_anew():
    redrawn(states=[ON_CALL, VISITING], arrows=VISITS, before=ON_CALLS)


@pytest.mark.usefixtures("in_app")
def test_a_ticket_is_taken_and_dispatched_into_the_state_that_was_pressed():
    drawn_anew()
    taken, given = a_ticket().id, a_ticket().id
    by(GAO, services.take, taken, {"to": "visiting"})
    by(GAO, services.dispatch, given, {"assignee": JI.id, "to": "dispatched"})
    assert (ticket(taken).state, ticket(given).state) == ("visiting", "dispatched")
    for service, values in ((services.take, {}), (services.dispatch, {"assignee": JI.id})):
        with pytest.raises(WrongState):
            by(GAO, service, a_ticket().id, values | {"to": "resolved"})


@pytest.mark.usefixtures("in_app")
def test_what_goes_on_goes_where_it_is_drawn_to():
    drawn_anew()
    key = in_work()
    for to, state in (("dispatched", "on_call"), ("working", "in_progress"), ("on_call", "on_call")):
        if ticket(key).phase == "dispatched":
            by(JI, services.accept, key)
        by(JI, services.wait, key, {"words": "等"})
        by(JI, services.resume, key, {"to": to})
        assert ticket(key).state == state
    by(JI, services.accept, key)
    by(JI, services.wait, key, {"words": "等"})
    with pytest.raises(WrongState):
        by(JI, services.resume, key, {"to": "nowhere"})


def test_a_card_goes_to_the_very_state_it_is_drawn_to(app, as_user, once):
    def build():
        drawn_anew()
        return a_ticket().id

    key, gao = once(build), as_user("gao")
    to = "/ticket-board/%s/move?stage=%s&next=/ticket-board/?type=after_sales"
    form = gao.post(to % (key, "dispatched")).location
    assert "to=dispatched" in form
    assert gao.post(form, data={"assignee": JI.id, "revision": revision_of(app, key)}).status_code == 302
    with app.app_context():
        assert ticket(key).state == "dispatched"


def revision_of(app, key):
    with app.app_context():
        return ticket(key).revision


# ── every ticket's state is called what its own flow calls it ──


def renamed(kind, old, *, name, code=None):
    """Save the flow of a type with another name, and code, for one of its states."""
    with acting(ANRAN.actor) as anran:
        flow, walked, new = queries.flow_of(kind), queries.edition_for(kind).flow, {old: code or old}
        found = (
            replace(one, code=new[old], names=(name, name, name)) if one.code == old else one for one in walked.states
        )
        ways = {"source": attrgetter("source"), "target": attrgetter("target")}
        arrows = [replace(one, **{end: new.get(of(one), of(one)) for end, of in ways.items()}) for one in walked.arrows]
        about = {"due_hours": None, "tells_supervisor": False, "revision": flow.revision}
        services.save_flow(flow, type(walked)(tuple(found), tuple(arrows)), actor=anran, **about)


def test_a_state_is_called_what_the_tickets_own_flow_calls_it(app, as_user, statements):
    gao, keys = as_user("gao"), [made(app, "complaint")]
    gao.get("/tickets/")  # drawn, and kept
    with app.app_context():
        renamed("complaint", "received", name="投诉待受理")
    keys += [made(app, "complaint"), made(app, "consult")]
    page = gao.get("/tickets/").text
    assert [chips(page, key) for key in keys] == ["Received", "投诉待受理", "Received"]
    for address in ("/tickets/export?format=csv", "/ticket-moves/export?format=csv"):
        text = gao.get(address).data.decode("utf-8-sig")
        assert (text.count("投诉待受理"), text.count("Received")) == (1, 2)
    with statements() as asked:
        moves = gao.get("/ticket-moves/").text
    assert (moves.count(">投诉待受理</span>"), moves.count(">Received</span>")) == (1, 2)
    assert sum("FROM tickets_move" in one for one in asked) <= 2


def test_so_it_is_on_its_own_and_in_its_history_and_a_filter_names_all(app, as_user):
    with app.app_context():
        renamed("complaint", "received", name="投诉待受理")
    key = made(app, "complaint")
    history = as_user("gao").get(f"/tickets/{key}/history").text
    assert ("投诉待受理" in history, "Received" in history) == (True, False)
    with app.app_context(), speaking("en"):
        labels = {item.code: item.label for item in queries.state_items()}
        assert (labels["received"], labels["closed"]) == ("投诉待受理 / Received", "Closed")
        spec, record = fields_of(Ticket)["state"], ticket(key)
        assert text_of(record, spec, actor=GAO.actor) == "投诉待受理"
        assert ">投诉待受理</span>" in markup.draw(spec, record, actor=GAO.actor)


def made(app, kind):
    with app.app_context():
        return a_ticket(type=kind).id


def chips(page, key):
    """The state of a ticket as a list shows it."""
    row = page.split(f'href="/tickets/{key}"', 1)[1].split("</tr>", 1)[0]
    return next(name for name in ("投诉待受理", "Received") if f">{name}</span>" in row)


def test_columns_of_older_states_are_called_what_the_type_called_them(as_user, once):
    def build():
        renamed("complaint", "received", name="旧称")
        key = a_ticket(type="complaint").id
        renamed("complaint", "received", name="新称", code="got")  # the code is another flow's too
        return key

    once(build)
    for address in ("/ticket-board/?type=complaint", "/ticket-times/?type=complaint"):
        page = as_user("gao").get(address).text
        assert ("旧称" in page, "新称" in page, ">Received<" in page) == (True, True, False)
