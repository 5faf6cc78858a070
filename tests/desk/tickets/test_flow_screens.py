"""The screens of flows: drawn, edited as rows, kept in versions."""

import re

import pytest

from app.base.actor import SYSTEM, acting
from app.desk.tickets import queries
from app.desk.tickets.models import TicketFlow
from app.desk.tickets.rules.seeds import SEEDS
from app.desk.tickets.views import flowdrawing, flowform
from app.extensions import db


def key_of(app, kind):
    with app.app_context(), acting(SYSTEM):
        return queries.flow_of(kind).id


@pytest.fixture
def service(app):
    return key_of(app, "after_sales")


def typed(app, kind="after_sales", **more):
    """Return what the form of a flow sends, as it stands."""
    with app.app_context(), acting(SYSTEM):
        walked, flow = queries.edition_for(kind), queries.flow_of(kind)
        rows, found = (
            flowform.of_flow(walked.flow),
            {"revision": flow.revision, "due_hours": "", "state": [], "arrow": []},
        )
    for place, one in enumerate(rows.states):
        found["state"].append(place)
        found |= {f"state-{place}-{name}": value or "" for name, value in one.items()}
    for place, one in enumerate(rows.arrows):
        found["arrow"].append(place)
        found |= {f"arrow-{place}-{name}": sorted(v) if isinstance(v, set) else v for name, v in one.items()}
    return found | more


@pytest.mark.parametrize("kind", SEEDS)
def test_every_transition_is_an_arrow_of_the_drawing_and_a_line_of_the_table(app, as_user, kind):
    page = as_user("gao").get(f"/ticket-flows/{key_of(app, kind)}").text
    flow = SEEDS[kind].flow
    drawn = re.findall(r'<path class="is-\w+" d="M[^"]+" marker-end="url\(#head-is-\w+\)"><title>([^<]+)</title>', page)
    names = {one.code: one.names[2] for one in flow.states}
    assert sorted(drawn) == sorted(f"{names[one.source]} → {names[one.target]}" for one in flow.arrows)
    assert len(re.findall(r"<g data-color=\"\w+\"><rect ", page)) == len(flow.states)
    assert page.count("<tr><td>") == len(flow.arrows)


def test_no_two_arrows_of_a_drawing_lie_on_each_other(in_app):
    for seed in SEEDS.values():
        paths = [one["d"] for one in flowdrawing.picture(seed.flow)["arrows"]]
        assert len(set(paths)) == len(paths)


def test_saved_again_it_is_a_version_in_which_nothing_changed(app, as_user, service):
    gao = as_user("gao")
    answer = gao.post(f"/ticket-flows/{service}/edit", data=typed(app))
    assert answer.status_code == 302
    page = gao.get(f"/ticket-flows/{service}").text
    assert "Version 2" in page
    assert "Nothing but the saving." in page


def test_what_a_version_changed_is_shown_word_by_word(app, as_user, service):
    gao, given = as_user("gao"), typed(app, due_hours="48")
    given |= {"state-0-en": "Waiting for dispatch", "arrow-0-needs": ["category"], "arrow-0-who": ["creator"]}
    gao.post(f"/ticket-flows/{service}/edit", data=given)
    page = gao.get(f"/ticket-flows/{service}").text
    assert "<del>未派单 · 未派單 · Not dispatched · Not dispatched</del>" in page
    assert "<ins>未派单 · 未派單 · Waiting for dispatch · Not dispatched</ins>" in page
    assert "<ins>Dispatch · whoever took it in · Category</ins>" in page
    assert "<ins>48</ins>" in page
    assert "An earlier version" in gao.get(f"/ticket-flows/{service}?version=1").text


def test_buttons_of_the_form_only_draw_it_anew(app, as_user, service):
    gao = as_user("gao")
    states, arrows = (len(typed(app)[name]) for name in ("state", "arrow"))
    fewer = ("remove-arrow:0", (states, arrows - 1))
    for wish, count in (("add-state", (states + 1, arrows)), ("add-arrow", (states, arrows + 1)), fewer):
        page = gao.post(f"/ticket-flows/{service}/edit", data=typed(app, do=wish)).text
        assert (page.count('name="state"'), page.count('name="arrow"')) == count
    removed = gao.post(f"/ticket-flows/{service}/edit", data=typed(app, do="remove-state:1")).text
    assert 'value="已派单"' not in removed
    moved = gao.post(f"/ticket-flows/{service}/edit", data=typed(app, do="down:0")).text
    assert moved.index('value="已派单"') < moved.index('value="未派单"')
    for wish in ("up:0", "down:99", "remove-state:x", "nonsense", "remove-arrow:999"):
        assert gao.post(f"/ticket-flows/{service}/edit", data=typed(app, do=wish)).status_code == 200
    with app.app_context(), acting(SYSTEM):
        assert db.session.get(TicketFlow, service).number == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"state-0-phase": "working"}, "The first state must mean"),
        ({"state-0-zh_hans": ""}, "a code and a name"),
        ({"due_hours": "soon"}, "a whole number"),
        ({"due_hours": "99999"}, "Between 1 and"),
        ({"arrow-0-target": "closed"}, "No ticket goes from"),
        ({"revision": "99"}, "Someone else has saved"),
        ({"revision": "x"}, "Someone else has saved"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_typed_is_lost(app, as_user, service, given, sentence):
    answer = as_user("gao").post(
        f"/ticket-flows/{service}/edit", data=typed(app, **{"state-1-en": "On its way"} | given)
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="On its way"' in answer.text


def test_a_type_gets_a_flow_of_its_own(app, as_user, service):
    gao = as_user("gao")
    answer = gao.post(f"/ticket-flows/{service}/add-flow", data={"type": "business"})
    assert answer.location == f"/ticket-flows/{key_of(app, 'business')}/edit"
    assert "has its flow already" in gao.post(
        f"/ticket-flows/{service}/add-flow", data={"type": "business"}, follow_redirects=True
    ).text  # fmt: skip
    assert gao.post(f"/ticket-flows/{service}/add-flow", data={"type": "nonsense"}).status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert queries.edition_for("business").type == "business"
        assert queries.edition_for("nonsense").type == "after_sales"


@pytest.mark.parametrize(("username", "sees", "edits"), [("gao", 200, 200), ("sam", 200, 403), ("lin", 403, 403)])
def test_who_sees_flows_and_who_edits_them(as_user, service, username, sees, edits):
    browser = as_user(username)
    assert browser.get("/ticket-flows/").status_code == sees
    assert browser.get(f"/ticket-flows/{service}").status_code == sees
    assert browser.get(f"/ticket-flows/{service}/edit").status_code == edits
    assert browser.post(f"/ticket-flows/{service}/edit", data={}).status_code in {edits, 422 if edits == 200 else 403}
    assert browser.post(f"/ticket-flows/{service}/add-flow").status_code == (302 if edits == 200 else 403)


def test_a_flow_that_there_is_not_is_not_found(as_user):
    assert as_user("gao").get("/ticket-flows/999").status_code == 404
    assert as_user("gao").get("/ticket-flows/999/edit").status_code == 404
