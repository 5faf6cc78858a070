"""Fees over REST."""

import pytest

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.scope import unscoped
from app.crm.fees.models import Fee
from app.extensions import db
from tests.factories import a_customer, a_fee, a_product

DAY = clock.today().isoformat()


@pytest.fixture
def fee(saved):
    return saved(a_fee)


@pytest.fixture
def state(app):
    def ask(key):
        with app.app_context(), acting(SYSTEM), unscoped("a test looks"):
            return db.session.get_one(Fee, key).state

    return ask


def test_a_program_enters_shows_and_corrects_a_fee(as_program, saved):
    customer, product, lin = saved(a_customer), saved(a_product), as_program("lin")
    values = {"customer": customer, "product": product, "amount": "12.50", "received_on": DAY}

    made = lin.post("/api/v1/fees/", json=values)
    assert made.status_code == 201
    one = made.json["result"]
    assert (one["state"], one["amount"]) == ("unreviewed", "12.50")

    changed = lin.put(f"/api/v1/fees/{one['id']}", json={"amount": "13", "revision": one["revision"]})
    assert changed.json["result"]["amount"] == "13.00"
    assert lin.get("/api/v1/fees/").json["count"] == 1


def test_the_same_amount_again_is_answered_with_a_conflict(as_program, saved):
    customer, product, lin = saved(a_customer), saved(a_product), as_program("lin")
    values = {"customer": customer, "product": product, "amount": "12.50", "received_on": DAY}
    assert lin.post("/api/v1/fees/", json=values).status_code == 201
    assert lin.post("/api/v1/fees/", json=values).status_code == 409
    assert lin.post("/api/v1/fees/?duplicates=accept", json=values).status_code == 201


@pytest.mark.parametrize("name", ["state", "number", "entered_by", "decided_by", "source", "reverses"])
def test_what_services_set_is_not_written(as_program, fee, name):
    answer = as_program("lin").put(f"/api/v1/fees/{fee}", json={name: "approved", "revision": 1})
    assert answer.status_code == 422


def test_finance_approves_and_rejects(as_program, fee, saved, state):
    qian = as_program("qian")
    revision = qian.get(f"/api/v1/fees/{fee}").json["result"]["revision"]
    assert qian.post(f"/api/v1/fees/{fee}/approve", json={"revision": revision + 1}).status_code == 422
    assert qian.post(f"/api/v1/fees/{fee}/approve", json={}).status_code == 422
    assert qian.post(f"/api/v1/fees/{fee}/approve", json={"revision": revision}).json["result"]["state"] == "approved"

    other = saved(a_fee, amount=3, customer=saved(a_customer, phone="+8637165007777"))
    refused = qian.post(f"/api/v1/fees/{other}/reject", json={"revision": 1, "reason": "", "text": ""})
    assert refused.status_code == 422
    given = {"revision": 1, "reason": "not_received", "text": ""}
    assert qian.post(f"/api/v1/fees/{other}/reject", json=given).json["result"]["state"] == "rejected"


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_the_gates_hold_for_programs_too(as_program, fee, state, verb):
    given = {"revision": 1, "reason": "not_received", "text": ""}
    assert as_program("lin").post(f"/api/v1/fees/{fee}/{verb}", json=given).status_code == 403
    assert as_program("bai").post(f"/api/v1/fees/{fee}/{verb}", json=given).status_code == 403
    assert state(fee) == "unreviewed"


def test_what_is_out_of_scope_is_not_there(as_program, fee):
    assert as_program("eve").get(f"/api/v1/fees/{fee}").status_code == 404
    assert as_program("eve").put(f"/api/v1/fees/{fee}", json={"amount": "1", "revision": 1}).status_code == 404


def test_nothing_is_deleted(as_program, fee):
    assert as_program("lin").delete(f"/api/v1/fees/{fee}").status_code in (404, 405)
