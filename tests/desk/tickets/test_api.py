"""Tickets over REST: opened, read, stepped and refused as on the screens."""

import pytest

from tests.cast import JI, LIN
from tests.desk.tickets.steps import dispatched, in_work
from tests.factories import a_customer, a_ticket

BASE = "/api/v1/tickets/"


def built(app, factory, **given):
    with app.app_context():
        found = factory(**given)
        return found if isinstance(found, int) else found.id


def press(program, key, verb, **sent):
    revision = program.get(f"{BASE}{key}").json["result"]["revision"]
    return program.post(f"{BASE}{key}/{verb}", json={"revision": revision} | sent)


def test_a_program_opens_a_ticket_and_walks_it_to_its_end(app, as_program):
    customer = built(app, a_customer)
    lin, gao, ji = as_program("lin"), as_program("gao"), as_program("ji")
    made = lin.post(BASE, json={"customer": customer, "type": "after_sales", "title": "打印机卡纸"})
    assert made.status_code == 201
    key = made.json["result"]["id"]
    assert made.json["result"]["phase"] == "new"
    assert press(gao, key, "dispatch", assignee=JI.id, words="下午去").json["result"]["phase"] == "dispatched"
    assert press(ji, key, "accept").json["result"]["phase"] == "working"
    assert ji.post(f"{BASE}{key}/note", json={"words": "已到现场"}).json["result"]["last_remark"] == "已到现场"
    assert press(ji, key, "wait", words="等配件").json["result"]["phase"] == "waiting"
    assert press(ji, key, "resume").json["result"]["phase"] == "working"
    assert press(ji, key, "solve", solution="换了搓纸轮").json["result"]["solution"] == "换了搓纸轮"
    assert press(lin, key, "close").json["result"]["phase"] == "closed"
    assert press(lin, key, "reopen", words="又卡了").json["result"]["phase"] == "working"
    assert press(ji, key, "give_back", words="不会修").json["result"]["phase"] == "new"
    assert press(ji, key, "take").status_code in (200, 403, 404)
    assert press(gao, key, "cancel", words="客户不要了").json["result"]["phase"] == "cancelled"


def test_a_program_may_no_more_than_its_person(app, as_program):
    key = built(app, a_ticket)
    lin, eve, gao = as_program("lin"), as_program("eve"), as_program("gao")
    assert press(lin, key, "dispatch", assignee=JI.id).status_code == 403
    assert eve.get(f"{BASE}{key}").status_code == 404
    assert eve.post(f"{BASE}{key}/take", json={"revision": 1}).status_code == 404
    assert press(gao, key, "accept").status_code == 409 or press(gao, key, "accept").status_code == 422
    assert lin.delete(f"{BASE}{key}").status_code == 403
    assert gao.delete(f"{BASE}{key}").status_code == 204


@pytest.mark.parametrize(
    ("verb", "sent"),
    [
        ("dispatch", {"assignee": 10**8}),
        ("dispatch", {"assignee": "x"}),
        ("dispatch", {"assignee": [1]}),
        ("dispatch", {}),
        ("dispatch", {"unknown": 1}),
        ("transfer", {"assignee": LIN.id}),
        ("advance", {"to": "nowhere"}),
        ("solve", {"solution": ""}),
        ("note", {"words": ""}),
        ("note", {"words": "x", "kind": "loud"}),
        ("reopen", {"words": "x"}),
    ],
)
def test_bad_input_is_refused_with_a_sentence(app, as_program, verb, sent):
    key = built(app, dispatched if verb == "dispatch" else in_work)
    found = as_program("gao").post(f"{BASE}{key}/{verb}", json={"revision": 3} | sent)
    assert found.status_code in (400, 409, 422)


def test_an_old_revision_is_a_conflict(app, as_program):
    key = built(app, a_ticket)
    assert as_program("gao").post(f"{BASE}{key}/dispatch", json={"assignee": JI.id, "revision": 9}).status_code == 409
    assert as_program("gao").post(f"{BASE}{key}/dispatch", json={"assignee": JI.id}).status_code in (400, 422)
    assert as_program("gao").post(f"{BASE}{key}/dispatch", json=[1]).status_code in (400, 422)


def test_type_and_customer_stay(app, as_program):
    key = built(app, a_ticket)
    found = as_program("lin").put(f"{BASE}{key}", json={"type": "complaint", "revision": 1})
    assert found.status_code in (400, 422)
    assert as_program("lin").put(f"{BASE}{key}", json={"title": "换个说法", "revision": 1}).status_code == 200


def test_a_program_reads_what_was_last_said_to_the_customer_beside_what_was_said_inside(app, as_program):
    key, ji = built(app, in_work), as_program("ji")
    assert ji.get(f"{BASE}{key}").json["result"]["remark_to_customer"] is None
    for kind, words in (("to_customer", "明天上午到"), ("to_customer", "改为下午到"), ("internal", "客户难缠")):
        answer = ji.post(f"{BASE}{key}/note", json={"kind": kind, "words": words}).json["result"]
    assert (answer["last_remark"], answer["remark_to_customer"]) == ("客户难缠", "改为下午到")
    (row,) = ji.get(BASE).json["result"]
    assert row["remark_to_customer"] == "改为下午到"
