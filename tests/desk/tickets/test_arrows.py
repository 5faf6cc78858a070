"""What a flow says of its arrows holds for every button: where it leads, who may, and what is asked for before."""

from dataclasses import replace

import pytest

from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, WrongState
from app.desk.tickets import queries, services
from app.desk.tickets.rules.flows import Arrow, State
from app.desk.tickets.rules.phases import SOLVED, WORKING
from app.extensions import db
from tests.cast import ANRAN, GAO, JI, LIN
from tests.crm.renewals.steps import served
from tests.desk.tickets.runs import done, planned, reasons
from tests.desk.tickets.steps import by, dispatched, in_work, solved, ticket
from tests.factories import a_contact, a_queue, a_ticket


def redrawn(*, states=(), arrows=(), before=(), **changed):
    """Save the flow of service anew: more ``states`` and ``arrows``, some ``before`` the others.

    ``changed``: "source__target" → what it says.
    """
    with acting(ANRAN.actor) as anran:
        flow, walked = queries.flow_of("after_sales"), queries.edition_for("after_sales").flow
        kept = [replace(one, **changed.get(f"{one.source}__{one.target}", {})) for one in walked.arrows]
        meant = type(walked)((*walked.states, *states), (*before, *kept, *arrows))
        about = {"due_hours": None, "tells_supervisor": False, "revision": flow.revision}
        services.save_flow(flow, meant, actor=anran, **about)


UNSOLVABLE = State("unsolvable", ("无法解决", None, None), SOLVED, "red")
TO_UNSOLVABLE = (Arrow("in_progress", "unsolvable"), Arrow("unsolvable", "closed"))


@pytest.mark.usefixtures("in_app")
class TestWhere:
    def test_of_two_ways_to_be_solved_the_one_that_was_pressed_is_gone(self):
        redrawn(states=[UNSOLVABLE], arrows=TO_UNSOLVABLE)
        key, other = in_work(), in_work()
        by(JI, services.solve, key, {"to": "unsolvable"})
        by(JI, services.solve, other, {"solution": "好了"})
        assert (ticket(key).state, ticket(other).state) == ("unsolvable", "resolved")

    def test_it_is_accepted_into_the_state_that_was_pressed(self):
        visits = State("visiting", ("上门", None, None), WORKING)
        redrawn(states=[visits], arrows=[Arrow("dispatched", "visiting"), Arrow("visiting", "resolved")])
        key = dispatched()
        by(JI, services.accept, key, {"to": "visiting"})
        assert ticket(key).state == "visiting"

    def test_it_goes_on_where_it_stood_or_where_it_is_drawn_to(self):
        key = a_ticket(type="complaint").id
        by(GAO, services.dispatch, key, {"assignee": JI.id})
        by(JI, services.advance, key, {"to": "handling"})
        for to, state in ((None, "handling"), ("working", "handling"), ("investigating", "investigating")):
            by(JI, services.wait, key, {"words": "等"})
            by(JI, services.resume, key, {"to": to})
            assert ticket(key).state == state


@pytest.mark.usefixtures("in_app")
class TestWho:
    @pytest.fixture(autouse=True)
    def _only_managers(self, in_app):  # noqa: ARG002 - the house it is drawn in
        named = {"who": frozenset({"service_manager"})}
        redrawn(undispatched__dispatched=named, undispatched__in_progress=named)

    def test_others_than_the_flow_says_neither_dispatch_nor_take(self):
        key = a_ticket().id
        for person, service, values in ((ANRAN, services.dispatch, {"assignee": JI.id}), (LIN, services.take, {})):
            with pytest.raises(WrongState, match="lets others"):
                by(person, service, key, values)
        by(GAO, services.dispatch, key, {"assignee": JI.id})
        assert ticket(key).assignee_id == JI.id

    def test_nor_many_at_once(self):
        key = a_ticket().id
        run = done("dispatch_many", [key], {"people": [JI.id]}, who=ANRAN)
        assert (run.changed_count, run.refused_count, ticket(key).assignee_id) == (0, 1, None)
        assert done("dispatch_many", [key], {"people": [JI.id]}).changed_count == 1


ASKED = {
    "undispatched__dispatched": (GAO, services.dispatch, a_ticket, {"assignee": JI.id}),
    "undispatched__in_progress": (LIN, services.take, a_ticket, {}),
    "dispatched__in_progress": (JI, services.accept, dispatched, {}),
    "in_progress__undispatched": (JI, services.give_back, in_work, {"words": "不会修"}),
    "resolved__in_progress": (LIN, services.reopen, solved, {"words": "又坏了"}),
}


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("way", ASKED)
def test_what_an_arrow_asks_for_is_asked_by_every_button(way):
    person, service, build, values = ASKED[way]
    redrawn(**{way: {"needs": ("category",)}})
    key = getattr(made := build(), "id", made)
    before = ticket(key).state
    with pytest.raises(InvalidFields) as refused:
        by(person, service, key, values)
    assert (set(refused.value.problems), ticket(key).state) == ({"category"}, before)
    by(person, service, key, values | {"category": "data"})
    assert (ticket(key).state, ticket(key).category) == (way.split("__")[1], "data")


@pytest.mark.usefixtures("in_app")
def test_many_that_lack_what_the_flow_asks_for_stay_and_are_named():
    redrawn(undispatched__dispatched={"needs": ("category",)})
    bare, whole = a_ticket().id, a_ticket(category="data").id
    run = done("dispatch_many", [bare, whole], {"people": [JI.id]})
    assert (run.changed_count, ticket(bare).assignee_id, ticket(whole).assignee_id) == (1, None, JI.id)
    assert "asks for more" in reasons(run)[bare]


def test_a_button_that_asks_nothing_opens_a_form_where_the_flow_asks(app, as_user, once):
    def build():
        redrawn(dispatched__in_progress={"needs": ("category",)})
        return dispatched()

    key, ji = once(build), as_user("ji")
    answer = ji.post(f"/tickets/{key}/accept?to=in_progress")
    assert answer.location.endswith(f"/tickets/{key}/accept?to=in_progress")
    page = ji.get(answer.location)
    assert 'name="category"' in page.text
    given = {"category": "data", "revision": page.text.split('name="revision" ')[1].split('value="')[1].split('"')[0]}
    assert ji.post(answer.location, data=given).status_code == 302
    with app.app_context():
        assert (ticket(key).state, ticket(key).category) == ("in_progress", "data")


def test_the_dispatchers_form_asks_what_the_flow_asks(as_user, once):
    def build():
        redrawn(undispatched__dispatched={"needs": ("due_at",)})
        return a_ticket().id

    page = as_user("gao").get(f"/tickets/{once(build)}/dispatch").text
    assert 'name="due_at"' in page


def test_however_many_ways_lead_on_after_waiting_there_is_one_button(app, as_user, once):
    def build():
        key = a_ticket(type="complaint").id
        by(GAO, services.dispatch, key, {"assignee": JI.id})
        by(JI, services.wait, key, {"words": "等"})
        return key

    key = once(build)
    page = as_user("ji").get(f"/tickets/{key}").text.split('class="zk-m-bar"')[0]
    assert page.count(f"/tickets/{key}/resume") == 1


# ── what nobody has is dispatched, not transferred ──


@pytest.mark.usefixtures("in_app")
class TestUndispatched:
    @pytest.fixture
    def unpaid(self):
        return a_ticket(customer=served(-3)[0], by=LIN).id

    def test_it_is_not_transferred_past_the_manager_and_the_unpaid_service(self, unpaid):
        with pytest.raises(WrongState, match="dispatched, or taken"):
            by(LIN, services.transfer, unpaid, {"assignee": JI.id, "words": "帮忙"})
        assert ticket(unpaid).assignee_id is None

    def test_nor_with_many(self, unpaid):
        given = {"people": [JI.id], "words": "帮忙"}
        plan, _count = planned("transfer_many", [unpaid], given)
        assert [str(one) for one in plan.warnings] == ["1 are with nobody, and stay: they are dispatched."]
        run = done("transfer_many", [unpaid], given)
        assert (run.changed_count, "dispatched, or taken" in reasons(run)[unpaid]) == (0, True)

    def test_into_another_queue_it_goes(self, unpaid):
        queue = a_queue(people=[JI.id]).id
        by(LIN, services.transfer, unpaid, {"queue": queue, "words": "那边管"})
        assert ticket(unpaid).queue_id == queue

    def test_what_is_solved_is_not_dispatched_and_not_taken(self):
        key = solved()
        with acting(SYSTEM):
            ticket(key).assignee_id = None  # as an import brings it
            db.session.commit()
        for person, service, values in ((GAO, services.dispatch, {"assignee": GAO.id}), (GAO, services.take, {})):
            with pytest.raises(WrongState, match="is solved"):
                by(person, service, key, values)

    @pytest.mark.parametrize("service", [services.dispatch, services.transfer])
    def test_a_queue_that_is_closed_gets_nothing(self, service):
        key, queue = a_ticket().id, a_queue(people=[JI.id])
        with acting(ANRAN.actor) as anran:
            given = {"name": "旧队列", "department": 7, "is_active": False}
            services.change_queue(queue, given, actor=anran, revision=None)
        with pytest.raises(InvalidFields, match="not in use"):
            by(GAO, service, key, {"queue": queue.id, "words": "x"})


@pytest.mark.usefixtures("in_app")
def test_a_step_names_no_contact_of_another_customer():
    key = in_work()
    other = a_contact(name="外人", phones=("+8613900139000",))
    with pytest.raises(InvalidFields, match="of this customer"):
        by(JI, services.solve, key, {"solution": "好了", "contact": other.id})
    assert (ticket(key).contact_id, ticket(key).phase) == (None, "working")
