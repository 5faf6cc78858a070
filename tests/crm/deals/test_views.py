"""The screens of deals: each button at its three gates, the customer page, the file of transactions, REST."""

import json
import re

import pytest
from sqlalchemy import func, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.crm.deals import services
from app.crm.deals.models import Deal
from app.extensions import db
from tests.cast import EVE, LIN
from tests.factories import a_customer, a_deal, a_product

FORM = {"dealt_on": "2026-01-05", "amount": "5800", "notes": "三站点", "revision": "1"}
BUTTONS = ["new", "{id}/edit", "{id}/delete", "{id}/restore", "{id}/history/take-back"]


def shown(page):
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def customer(saved):
    return saved(a_customer)


@pytest.fixture
def deal(saved, customer):
    return saved(a_deal, customer=customer)


@pytest.fixture
def followed(app, customer):
    """A deal that follows from a fee."""
    with app.app_context(), acting(SYSTEM):
        given = {"customer_id": customer, "product_id": None, "amount": 1200, "agent_id": LIN.id}
        return services.from_origin("fee", 7, **given, dealt_on=clock.today(), actor=SYSTEM).id


@pytest.fixture
def count(app):
    def ask():
        with app.app_context(), acting(SYSTEM):
            return db.session.scalar(select(func.count(Deal.id)))

    return ask


@pytest.mark.parametrize("address", BUTTONS)
@pytest.mark.parametrize("username", ["bai", "qian", "xu"])
def test_no_button_for_who_lacks_the_permission(as_user, deal, read, username, address):
    answer = as_user(username).post(f"/deals/{address}".format(id=deal), data=FORM)
    assert answer.status_code == 403
    assert read(Deal, deal).revision == 1


@pytest.mark.parametrize("address", ["/deals/", "/deals/{id}", "/deals/{id}/history", "/deals/export"])
def test_no_screen_for_who_lacks_the_permission(as_user, deal, address):
    assert as_user("bai").get(address.format(id=deal)).status_code == 403


def test_no_file_of_transactions_for_who_lacks_the_permission(as_user, customer):
    assert as_user("bai").get(f"/transactions/{customer}/export").status_code == 403
    assert as_user("dai").get(f"/transactions/{customer}/export").status_code == 403


@pytest.mark.parametrize("address", ["{id}", "{id}/edit", "{id}/delete", "{id}/history"])
@pytest.mark.parametrize("key", [None, 999, "x", "99999999999"])
def test_what_is_out_of_scope_is_not_there(as_user, deal, address, key):
    assert as_user("eve").get(f"/deals/{address}".format(id=key or deal)).status_code == 404


@pytest.mark.parametrize("key", ["{id}", "999", "x"])
def test_nobody_elses_transactions_are_sent(as_user, customer, key):
    assert as_user("eve").get(f"/transactions/{key}/export".format(id=customer)).status_code == 404


def test_whoever_reads_a_colleagues_deal_does_not_change_it(as_user, customer, saved, read):
    theirs = saved(a_deal, customer=customer)
    zong = as_user("zong")
    assert zong.get(f"/deals/{theirs}").status_code == 200
    assert "/edit" not in zong.get(f"/deals/{theirs}").text


def test_a_deal_is_recorded_from_the_customer_page(as_user, customer, saved, read):
    product = saved(a_product)
    lin = as_user("lin")
    page = lin.get(f"/customers/{customer}?tab=deals")
    assert "has not bought anything yet" in page.text
    address = re.search(r'href="(/deals/new\?[^"]+)"', page.text)[1].replace("&amp;", "&")
    assert f'<option selected value="{customer}"' in lin.get(address).text.replace("  ", " ")

    answer = lin.post(address, data=FORM | {"customer": customer, "product": product})

    assert answer.location.endswith(f"/customers/{customer}?tab=deals")
    page = shown(lin.get(answer.location))
    assert "¥5,800.00" in page
    assert "财务软件标准版" in page
    assert read(Customer, customer).status == "deal"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dealt_on": "2099-01-01"}, "recorded once it is made"),
        ({"dealt_on": "gestern"}, ""),
        ({"amount": ""}, "fill this in"),
        ({"amount": "-1"}, "between"),
        ({"amount": "1e99"}, ""),
        ({"customer": ""}, "fill this in"),
        ({"customer": "999999999999"}, ""),
        ({"product": "77"}, "does not exist"),
        ({"agent": str(EVE.id)}, "Only a supervisor"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(as_user, customer, count, wrong, said):
    answer = as_user("lin").post("/deals/new", data={"customer": customer} | FORM | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert count() == 0


def test_somebody_elses_customer_cannot_be_chosen(as_user, saved, count):
    other = saved(a_customer, name="叶家商贸有限公司", owner=EVE.id)
    assert as_user("lin").post("/deals/new", data=FORM | {"customer": other}).status_code == 422
    assert count() == 0


def test_a_deal_is_corrected_and_deleted_by_hand(as_user, deal, read, customer):
    lin = as_user("lin")
    assert lin.post(f"/deals/{deal}/edit", data=FORM | {"amount": "1"}).status_code == 302
    assert read(Deal, deal).amount == 1
    assert lin.post(f"/deals/{deal}/edit", data=FORM).status_code == 409
    answer = lin.post(f"/deals/{deal}/delete", data={"reason": "mistake", "words": ""})
    assert answer.status_code == 302
    assert read(Customer, customer).converted_on is None
    assert str(deal) in lin.get("/recycle/").text


def test_what_follows_from_a_fee_offers_no_buttons_and_refuses_with_a_sentence(as_user, followed, read, customer):
    lin = as_user("lin")
    page = lin.get(f"/deals/{followed}").text
    assert f"/deals/{followed}/edit" not in page
    assert f"/deals/{followed}/edit" not in lin.get("/deals/").text
    answer = lin.post(f"/deals/{followed}/edit", data=FORM)
    assert answer.status_code == 422
    assert "follows from an approved fee" in answer.text
    given = {"reason": "mistake", "words": ""}
    assert (
        "follows from an approved fee" in lin.post(f"/deals/{followed}/delete", data=given, follow_redirects=True).text
    )
    assert read(Deal, followed).deleted_at is None


def test_the_file_of_transactions_has_a_line_for_each(as_user, deal, followed, customer):
    answer = as_user("lin").get(f"/transactions/{customer}/export?format=csv")
    assert answer.status_code == 200
    lines = answer.data.decode("utf-8-sig").strip().splitlines()
    assert len(lines) == 3
    assert "3980.00" in lines[1] + lines[2]
    assert as_user("lin").get(f"/transactions/{customer}/export").data.startswith(b"PK")


def test_customers_are_asked_for_what_they_bought(as_user, saved, deal, customer):
    saved(a_customer, name="洛阳恒泰有限公司", phone="+8613800138009")
    lin = as_user("lin")

    def found(field, op, value=None):
        wanted = {"all": [{"field": field, "op": op, **({"value": value} if value else {})}]}
        page = lin.get("/customers/", query_string={"filter": json.dumps(wanted)})
        return ("晨光" in page.text, "恒泰" in page.text)

    assert found("deal_customer", "true") == (True, False)
    assert found("deal_customer", "not_true") == (False, True)
    assert found("deal_amount", "above", "1000") == (True, False)
    assert found("deal_origin", "is", "manual") == (True, False)
    assert found("deal_on", "last_days", "1") == (True, False)
    assert found("deal_product", "empty") == (False, True)


def test_the_first_page_sums_the_month(as_user, deal):
    page = shown(as_user("lin").get("/"))
    assert "My deals this month" in page
    assert "¥3,980.00" in page
    assert "Newest deals" in as_user("zong").get("/").text


def test_the_list_is_kept_exported_and_has_segments(as_user, deal):
    sam = as_user("sam")
    assert "晨光" in sam.get("/deals/").text
    assert sam.get("/deals/export?format=csv").status_code == 200
    assert sam.get("/deals/export?format=pdf").status_code == 200
    assert sam.get("/deals/?filter=%7B").status_code == 200


def test_a_program_records_reads_and_is_refused_like_a_person(as_program, customer, followed):
    url, lin = "/api/v1/deals/", as_program("lin")
    made = lin.post(url, json={"customer": customer, "dealt_on": "2026-01-05", "amount": "12.50"})
    assert made.status_code == 201, made.text
    key = made.json["result"]["id"]
    assert made.json["result"]["amount"] == "12.50"
    assert lin.post(url, json={"dealt_on": "2026-01-05", "amount": "1"}).status_code == 422
    assert lin.post(url, json={"customer": customer, "origin": "fee"}).status_code == 422
    assert lin.put(f"{url}{followed}", json={"revision": 1, "amount": "1"}).status_code == 422
    assert as_program("eve").get(f"{url}{key}").status_code == 404
    assert lin.delete(f"{url}{key}").status_code == 204
