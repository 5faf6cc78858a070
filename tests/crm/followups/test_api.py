"""Follow-ups over REST: the same gates, scope and rules as on the screens."""

import pytest

from app.base import clock, wording
from app.crm.customers.models import Customer
from app.crm.followups.models import Followup
from app.crm.followups.queries import A_DAY
from tests.cast import EVE, LIN
from tests.factories import a_customer, a_followup

URL = "/api/v1/followups/"


@pytest.fixture
def customer(saved):
    return saved(a_customer)


@pytest.fixture
def followup(saved, customer):
    return saved(a_followup, customer=customer, content="谈了价格")


def test_a_program_records_a_follow_up(as_program, customer, read):
    at = wording.machine(clock.now() + A_DAY)
    body = {
        "customer": customer,
        "progress": "long_term",
        "call_seconds": 200,
        "next_contact_at": at[:16].replace("T", " "),
    }

    answer = as_program("lin").post(URL, json=body)

    assert answer.status_code == 201, answer.text
    told = answer.json["result"]
    assert (told["progress"], told["call_seconds"], told["by"]["id"]) == ("long_term", 200, LIN.id)
    assert read(Customer, customer).followup_status == "long_term"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"customer"}),
        ({"customer": 999, "progress": "interested"}, {"customer"}),
        ({"progress": "no such"}, {"progress"}),
        ({"by": 1}, {"by"}),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_field_by_field(as_program, customer, body, fields):
    answer = as_program("lin").post(URL, json=body)
    assert answer.status_code == 422
    assert set(answer.json["error"]["fields"]) == fields


def test_somebody_elses_customer_is_not_there(as_program, saved):
    other = saved(a_customer, name="叶家商贸有限公司", owner=EVE.id)
    answer = as_program("lin").post(URL, json={"customer": other, "progress": "interested"})
    assert answer.status_code == 422
    assert set(answer.json["error"]["fields"]) == {"customer"}


def test_reading_stays_within_the_scope(as_program, followup):
    assert as_program("lin").get(f"{URL}{followup}").json["result"]["content"] == "谈了价格"
    assert as_program("lin").get(URL).json["count"] == 1
    assert as_program("eve").get(f"{URL}{followup}").status_code == 404
    assert as_program("eve").get(URL).json["count"] == 0
    assert as_program("bai").get(URL).status_code == 403


def test_a_follow_up_stays_with_its_customer(as_program, saved, customer, followup, read):
    other = saved(a_customer, name="另一家商贸有限公司")
    lin = as_program("lin")

    moved = lin.put(f"{URL}{followup}", json={"revision": 1, "customer": other})
    changed = lin.put(f"{URL}{followup}", json={"revision": 1, "customer": customer, "content": "改了"})
    stale = lin.put(f"{URL}{followup}", json={"revision": 1, "content": "又改"})

    assert (moved.status_code, changed.status_code, stale.status_code) == (422, 200, 409)
    assert read(Followup, followup).content == "改了"


def test_a_program_deletes_into_the_bin(as_program, customer, followup, read):
    assert as_program("lin").delete(f"{URL}{followup}").status_code == 204
    assert read(Customer, customer).followup_status is None
    assert as_program("xu").delete(f"{URL}{followup}").status_code == 403
