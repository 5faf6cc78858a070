"""The screens of follow-ups: each button at its three gates, the list, and a record."""

import json

import pytest

from app.base.actor import SYSTEM, acting
from app.crm.customers import services as customers
from app.crm.customers.models import Customer
from app.crm.followups.models import Followup
from app.extensions import db
from tests.cast import EVE, LIN, MEI
from tests.crm.followups.steps import FORM, new
from tests.factories import a_customer, a_followup

# ── three gates ──

BUTTONS = [
    "/followups/new?customer={customer}",
    "/followups/{id}/edit",
    "/followups/{id}/delete",
    "/followups/{id}/restore",
    "/followups/{id}/history/take-back",
]
READS = ["/followups/", "/followups/{id}", "/followups/{id}/history", "/followups/export", "/today/", "/today/day"]
READS += ["/today/export", "/calendar/", "/calendar/feed", "/cycles/", "/cycles/new"]


@pytest.mark.parametrize("address", BUTTONS)
def test_no_button_for_who_lacks_the_permission(as_user, customer, followup, read, address):
    answer = as_user("bai").post(address.format(id=followup, customer=customer), data=FORM | {"revision": 1})

    assert answer.status_code == 403
    assert read(Followup, followup).content == "谈了价格"


@pytest.mark.parametrize("address", READS)
def test_no_screen_for_who_lacks_the_permission(as_user, followup, address):
    assert as_user("bai").get(address.format(id=followup)).status_code == 403


@pytest.mark.parametrize("address", ["/calendar/feed", "/calendar/feed/revoke", "/cycles/new"])
def test_no_small_button_for_who_lacks_the_permission(as_user, address):
    assert as_user("bai").post(address).status_code == 403


@pytest.mark.parametrize("address", [one for one in BUTTONS if "restore" not in one])
def test_no_button_reaches_what_is_out_of_scope(as_user, customer, followup, count, address):
    answer = as_user("eve").post(address.format(id=followup, customer=customer), data=FORM | {"revision": 1})

    assert answer.status_code == 404
    assert count() == 1


@pytest.mark.parametrize("address", ["/followups/{id}/edit", "/followups/{id}/delete"])
def test_whose_customer_it_is_reads_what_a_colleague_recorded_but_does_not_change_it(
    as_user, app, customer, followup, address
):
    with app.app_context(), acting(SYSTEM):
        customers.share(
            db.session.get_one(Customer, customer), employee_id=MEI.id, can_write=True, until_on=None, actor=SYSTEM
        )
    mei = as_user("mei")

    assert mei.get(f"/followups/{followup}").status_code == 200
    answer = mei.post(address.format(id=followup), data=FORM | {"revision": 1})
    assert answer.status_code == 403
    assert "not change it" in answer.text


def test_an_auditor_reads_and_is_offered_nothing(as_user, followup, customer):
    page = as_user("xu").get(f"/followups/{followup}")
    assert page.status_code == 200
    assert "/edit" not in page.text
    assert "/followups/new" not in page.text
    assert "/followups/new" not in as_user("xu").get(f"/customers/{customer}").text


def test_nothing_is_recorded_by_a_get(as_user, customer, count):
    assert as_user("lin").get(new(customer)).status_code == 200
    assert count() == 0


# ── the list ──


def test_the_list_is_of_what_one_sees_and_can_be_asked_of_the_customer(as_user, saved, followup):
    other = saved(a_customer, name="叶家商贸有限公司", owner=EVE.id)
    saved(a_followup, customer=other, by=EVE, content="别人的事")

    page = as_user("lin").get("/followups/")
    assert "谈了价格" in page.text
    assert "别人的事" not in page.text

    def asked(field, op, value):
        wanted = json.dumps({"all": [{"field": field, "op": op, "value": value}]})
        return as_user("anran").get("/followups/", query_string={"filter": wanted}).text

    assert "别人的事" not in asked("customer_name", "contains", "晨光")
    assert "谈了价格" in asked("customer_name", "contains", "晨光")
    assert "谈了价格" not in asked("customer_owner", "is", str(EVE.id))
    assert "别人的事" in asked("customer_owner", "is", str(EVE.id))


def test_customers_are_found_by_what_was_said_by_whom_and_how(as_user, saved, followup):
    saved(a_customer, name="无人问津有限公司")

    def asked(user, field, op, value):
        wanted = json.dumps({"all": [{"field": field, "op": op, "value": value}]})
        return "晨光" in as_user(user).get("/customers/", query_string={"filter": wanted}).text

    assert asked("lin", "followup_content", "contains", "价格")
    assert not asked("lin", "followup_content", "contains", "天气")
    assert asked("lin", "followed_by", "is", str(LIN.id))
    assert not asked("lin", "followed_by", "not_is", str(LIN.id))


def test_who_has_no_follow_ups_to_see_finds_no_customer_by_them(as_user, followup):
    wanted = json.dumps({"all": [{"field": "followup_content", "op": "contains", "value": "价格"}]})
    page = as_user("shi").get("/customers/", query_string={"filter": wanted})
    assert page.status_code == 200
    assert "晨光" not in page.text


def test_the_export_holds_what_one_sees(as_user, followup):
    assert "谈了价格" in as_user("lin").get("/followups/export?format=csv").data.decode("utf-8-sig")
    assert "谈了价格" not in as_user("eve").get("/followups/export?format=csv").data.decode("utf-8-sig")


def test_a_correction_and_its_history(as_user, followup, read):
    lin = as_user("lin")
    page = lin.get(f"/followups/{followup}/edit")
    assert "谈了价格" in page.text

    answer = lin.post(
        f"/followups/{followup}/edit", data=FORM | {"revision": 1, "call_seconds": "3:20", "at": "2026-01-05"}
    )

    assert answer.status_code == 302
    assert read(Followup, followup).call_seconds == 200
    assert "约下周看方案" in lin.get(f"/followups/{followup}/history").text


def test_a_deletion_asks_why_and_can_be_taken_back(as_user, followup, customer, read):
    lin = as_user("lin")
    assert lin.post(f"/followups/{followup}/delete", data={}).status_code == 422

    lin.post(f"/followups/{followup}/delete", data={"reason": "mistake", "words": "弄错了"})
    assert read(Customer, customer).followup_status is None

    lin.post(f"/followups/{followup}/restore")
    assert read(Customer, customer).followup_status == "interested"


def test_what_hangs_on_a_customer_says_so_before_it_is_deleted(as_user, followup, customer):
    assert "1 follow-up" in as_user("anran").get(f"/customers/{customer}/delete").text
