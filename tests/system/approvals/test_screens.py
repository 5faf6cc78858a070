"""The screens of approvals: each button at its three gates, what waits, the page of a case, flows, delegations."""

import re

import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.approvals.models import Case, Delegation, Flow
from app.system.approvals.queries import edition_of, flow_of
from tests.cast import EVE, LIN, QIAN, SAM
from tests.system.approvals import steps
from tests.system.approvals.steps import CODE

DECISIONS = ["approve", "reject", "give-back", "ask", "choose", "withdraw"]
POSTS = [f"/approvals/{{id}}/{verb}" for verb in (*DECISIONS, "submit")] + ["/approvals/waiting/decide"]
READS = ["/approvals/", "/approvals/{id}", "/approvals/mine/", "/approvals/waiting/", "/approvals/export"]
READS += [
    "/delegations/",
    "/delegations/new",
    "/approval-flows/",
    "/approval-flows/{flow}",
    "/approval-flows/{flow}/edit",
]


def shown(page):
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def case(app):
    """A record of Lin's that waits for Sam: its case."""
    with app.app_context():
        steps.flow(steps.person(SAM), steps.by_role("finance"))
        key = steps.waiting()
        found = steps.case(key).id
        db.session.remove()
    return found


@pytest.fixture
def flow(app, case):
    with app.app_context(), acting(SYSTEM):
        return flow_of(CODE).id


def state(read, case):
    return read(Case, case).state


# ── three gates ──


@pytest.mark.parametrize("address", POSTS)
def test_no_button_for_who_lacks_the_permission(as_user, case, flow, read, address):
    data = {"ids": f"{case}.0", "verb": "approve", "edits": "0", "note": "x", "person": EVE.id}
    assert as_user("xu").post(address.format(id=case, flow=flow), data=data).status_code == 403
    assert state(read, case) == "waiting"


@pytest.mark.parametrize("address", READS)
def test_no_screen_for_who_lacks_the_permission(as_user, case, flow, address):
    assert as_user("bai").get(address.format(id=case, flow=flow)).status_code == 403


@pytest.mark.parametrize("verb", DECISIONS)
def test_a_case_outside_the_scope_is_not_there(as_user, case, read, verb):
    data = {"edits": "0", "note": "x", "person": EVE.id}
    assert as_user("eve").post(f"/approvals/{case}/{verb}", data=data).status_code == 404
    assert as_user("eve").get(f"/approvals/{case}").status_code == 404
    assert state(read, case) == "waiting"


@pytest.mark.parametrize(
    ("who", "verb", "words"),
    [
        ("lin", "approve", "Nobody approves what they entered themselves"),
        ("anran", "approve", "not your turn"),
        ("anran", "reject", "not your turn"),
        ("anran", "give-back", "not your turn"),
        ("anran", "ask", "not your turn"),
        ("sam", "choose", "Only whoever submitted"),
        ("sam", "withdraw", "Only whoever submitted"),
        ("sam", "reject", "say why"),
    ],
)
def test_a_rule_says_why_not(as_user, case, read, who, verb, words):
    data = {"edits": "0", "person": EVE.id, "note": "" if who == "sam" else "x"}
    answer = as_user(who).post(f"/approvals/{case}/{verb}", data=data, follow_redirects=True)
    assert words in shown(answer)
    assert state(read, case) == "waiting"


def test_to_submit_again_is_there_only_where_the_domain_has_it(as_user, case):
    assert as_user("lin").post(f"/approvals/{case}/submit").status_code == 404


# ── deciding ──


def test_one_is_approved_from_its_page_and_the_next_step_waits(as_user, case, read):
    browser = as_user("sam")
    page = shown(browser.get(f"/approvals/{case}"))
    assert "first words" in page
    assert "Ask one more" in page
    answer = browser.post(f"/approvals/{case}/approve", data={"edits": "0", "note": "fine"}, follow_redirects=True)
    assert "1 approved." in shown(answer)
    assert "fine" in shown(answer)
    assert read(Case, case).place == 2
    assert "first words" not in shown(as_user("qian").get(f"/approvals/{case}"))  # nothing has changed since
    assert "Nothing has changed since the last decision" in shown(as_user("qian").get(f"/approvals/{case}"))


def test_a_page_that_is_older_than_a_change_decides_nothing(as_user, case, read, app):
    with app.app_context():
        steps.edit(read(Case, case).record_id, content="other words")
        db.session.remove()
    answer = as_user("sam").post(f"/approvals/{case}/approve", data={"edits": "0"}, follow_redirects=True)
    assert "Look at it again" in shown(answer)
    assert "other words" in shown(answer)
    assert read(Case, case).place == 1


@pytest.mark.parametrize("edits", ["", "x", "9" * 30, "-1"])
def test_without_what_was_shown_nothing_is_decided(as_user, case, read, edits):
    answer = as_user("sam").post(f"/approvals/{case}/approve", data={"edits": edits}, follow_redirects=True)
    assert answer.status_code == 200
    assert read(Case, case).place == 1


def test_what_waits_is_ticked_and_decided_together(as_user, app, read):
    with app.app_context():
        steps.flow(steps.person(SAM))
        keys = [steps.waiting() for _one in range(3)]
        ids = [steps.case(key).id for key in keys]
        db.session.remove()
    browser = as_user("sam")
    page = shown(browser.get("/approvals/waiting/"))
    assert page.count('name="ids"') == 3
    data = {"ids": [f"{one}.0" for one in ids[:2]], "verb": "approve"}
    assert "2 approved." in shown(browser.post("/approvals/waiting/decide", data=data, follow_redirects=True))
    assert [state(read, one) for one in ids] == ["approved", "approved", "waiting"]
    rest = {"ids": f"{ids[2]}.0", "verb": "reject", "note": "no"}
    assert "1 rejected." in shown(browser.post("/approvals/waiting/decide", data=rest, follow_redirects=True))
    assert "Nothing waits for you" in shown(browser.get("/approvals/waiting/"))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"verb": "approve"},
        {"verb": "burn", "ids": "1.0"},
        {"verb": "approve", "ids": ["x", "1", "9.9.9", "99999999999.1"]},
    ],
)
def test_nonsense_is_answered_with_a_sentence(as_user, case, data, read):
    answer = as_user("sam").post("/approvals/waiting/decide", data=data, follow_redirects=True)
    assert "Tick what you want" in shown(answer) or "LOOK" in shown(answer)
    assert state(read, case) == "waiting"


def test_one_more_is_asked_in_a_drawer(as_user, case):
    answer = as_user("sam").post(
        f"/approvals/{case}/ask", data={"person": EVE.id, "note": "is it so?"}, follow_redirects=True
    )
    assert "is it so?" in shown(answer)
    assert "Approve this" in shown(as_user("eve").get(f"/approvals/{case}"))


@pytest.mark.parametrize("person", ["", "x", "999999999999", "1,2"])
def test_nobody_in_particular_is_asked(as_user, case, person):
    assert as_user("sam").post(f"/approvals/{case}/ask", data={"person": person}).status_code == 400


def test_the_applicant_withdraws(as_user, case, read):
    browser = as_user("lin")
    assert "Withdraw" in shown(browser.get(f"/approvals/{case}"))
    browser.post(f"/approvals/{case}/withdraw")
    assert state(read, case) == "withdrawn"
    assert "withdrew it" in shown(browser.get(f"/approvals/{case}"))


def test_mine_are_only_mine(as_user, case):
    assert "商贸" in shown(as_user("lin").get("/approvals/mine/"))
    assert "商贸" not in shown(as_user("sam").get("/approvals/mine/"))
    assert "商贸" in shown(as_user("sam").get("/approvals/"))


def test_the_list_is_filtered_by_what_waits_for_me(as_user, case):
    asked = '{"all": [{"field": "waits_for_me", "op": "true"}]}'
    assert "商贸" in shown(as_user("sam").get("/approvals/", query_string={"filter": asked}))
    assert "商贸" not in shown(as_user("anran").get("/approvals/", query_string={"filter": asked}))
    assert as_user("sam").get("/approvals/export?format=csv").status_code == 200


def test_the_first_page_says_what_waits(as_user, case):
    assert "1 approval waits for you" in shown(as_user("sam").get("/"))
    assert "waits for you" not in shown(as_user("mei").get("/"))
    as_user("sam").post(f"/approvals/{case}/reject", data={"edits": "0", "note": "no"})
    assert "waits for you" not in shown(as_user("sam").get("/"))


def test_a_message_leads_to_the_case(as_user, case):
    page = shown(as_user("sam").get("/inbox/"))
    assert "Waits for your approval: Trial record" in page


def test_cases_are_read_by_programs_and_decided_by_nobody(as_program, case):
    program = as_program("sam")
    assert program.get("/api/v1/approvals/").json["result"][0]["state"] == "waiting"
    assert program.get(f"/api/v1/approvals/{case}").json["result"]["record_id"]
    assert program.post("/api/v1/approvals/", json={}).status_code == 405
    assert as_program("eve").get(f"/api/v1/approvals/{case}").status_code == 404


# ── flows ──


def form(flow, read, **more):
    usual = {"step": ["0", "1"], "step-0-kind": "person", "step-0-mode": "any", "step-0-person": SAM.id}
    usual |= {"step-1-kind": "superior", "step-1-mode": "any", "step-1-level": "2", "step-1-hours": "24"}
    usual |= {"step-1-if-0-field": "call_seconds", "step-1-if-0-op": "above", "step-1-if-0-value": "2:00"}
    return usual | {"revision": read(Flow, flow).revision, "fallback": QIAN.id} | more


def edition(app):
    with app.app_context(), acting(SYSTEM):
        found = edition_of(flow_of(CODE))
        return found.number, [(one.kind, one.level, one.hours, len(one.conditions)) for one in found.steps]


def test_a_flow_is_drawn_and_saved_as_rows_in_a_new_version(as_user, flow, read, app):
    browser = as_user("anran")
    number = edition(app)[0]
    assert "沈萌" in shown(browser.get(f"/approval-flows/{flow}"))
    assert browser.get(f"/approval-flows/{flow}/edit").status_code == 200
    answer = browser.post(f"/approval-flows/{flow}/edit", data=form(flow, read), follow_redirects=True)
    assert edition(app) == (number + 1, [("person", 1, None, 0), ("superior", 2, 24, 1)])
    assert "is above 2:00" in shown(answer)
    assert "Finance" in shown(browser.get(f"/approval-flows/{flow}?version={number}"))


@pytest.mark.parametrize(
    ("wish", "words"),
    [("add", "Step 3"), ("remove:0", "Step 1"), ("down:0", "Step 2"), ("condition:1", "step-1-if-1-op")],
)
def test_rows_are_added_moved_and_removed_without_saving(as_user, flow, read, app, wish, words):
    before = edition(app)
    answer = as_user("anran").post(f"/approval-flows/{flow}/edit", data=form(flow, read, do=wish))
    assert words in shown(answer)
    assert edition(app) == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"step-0-person": ""}, "Choose the person"),
        ({"step-0-kind": "nobody"}, "Choose who is asked"),
        ({"step-1-level": "77"}, "nearest superior is 1"),
        ({"step-1-hours": "soon"}, "1 to 999 hours"),
        ({"step-1-if-0-value": "many"}, "seconds, or as minutes"),
        ({"step-1-if-0-value": ""}, "is compared with"),
        ({"step-1-if-0-field": "content"}, "choose a field"),
        ({"step-1-if-0-field": "channel", "step-1-if-0-value": "phone"}, "only be compared by"),
        ({"step": []}, "at least one step"),
        ({"revision": "99"}, "Someone else has saved"),
        ({"step-0-kind": "role", "step-0-role": "999999"}, "Choose the role"),
        ({"fallback": "999999"}, "does not work here"),
    ],
)
def test_a_flow_that_cannot_be_meant_is_not_saved(as_user, flow, read, app, more, words):
    before = edition(app)
    answer = as_user("anran").post(f"/approval-flows/{flow}/edit", data=form(flow, read, **more))
    assert answer.status_code == 422
    assert words in shown(answer)
    assert edition(app) == before


def test_only_who_may_edits_a_flow(as_user, flow, read):
    assert as_user("xu").get(f"/approval-flows/{flow}").status_code == 200
    assert as_user("xu").post(f"/approval-flows/{flow}/edit", data=form(flow, read)).status_code == 403


# ── delegations ──


def days():
    return {"from_on": clock.today().isoformat(), "to_on": clock.today().isoformat()}


def test_one_delegates_for_oneself_and_sees_only_ones_own(as_user, app):
    browser = as_user("sam")
    assert 'name="from"' not in browser.get("/delegations/new").text
    answer = browser.post("/delegations/new", data={"to": EVE.id, **days()}, follow_redirects=True)
    assert "叶薇" in shown(answer)
    with app.app_context(), acting(SYSTEM):
        made = db.session.scalars(select(Delegation)).one()
        assert (made.from_id, made.to_id) == (SAM.id, EVE.id)
        key, revision = made.id, made.revision
        db.session.remove()
    assert "in force" in shown(as_user("eve").get("/delegations/"))
    assert as_user("mei").get(f"/delegations/{key}").status_code == 404
    assert as_user("eve").post(f"/delegations/{key}/delete").status_code == 403
    assert as_user("eve").post(f"/delegations/{key}/edit", data={"to": LIN.id, "revision": revision}).status_code == 403
    assert as_user("anran").get(f"/delegations/{key}/history").status_code == 200
    assert as_user("sam").post(f"/delegations/{key}/delete").status_code == 302


def test_an_administrator_delegates_for_others(as_user):
    answer = as_user("anran").post(
        "/delegations/new", data={"from": SAM.id, "to": EVE.id, **days()}, follow_redirects=True
    )
    assert "沈萌" in shown(answer)
