"""Customers and contacts over REST: who may come in, what is answered, what is refused and in which words."""

import json

import pytest

from app.base.fields import fields_of
from app.crm.customers.api import ContactApi, CustomerApi
from app.crm.customers.models import Contact, Customer
from tests.bed.browsers import Program
from tests.cast import EVE, LIN, MEI, PASSWORD
from tests.factories import a_contact, a_customer

LIST = "/api/v1/customers/"
NEW = {"kind": "company", "name": "郑州晨光有限公司", "phone": "138 0013 8000"}


@pytest.fixture
def customer(saved):
    return saved(a_customer, name="河南晨光商贸有限公司")


def fields(answer):
    return answer.json["error"]["fields"]


# ── who may come in ──


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer zk_wrong", "Bearer a.b.c", "Basic bGluOng=", "Bearer zk_"])
def test_without_a_valid_token_nobody_comes_in(stranger, method, token):
    answer = getattr(stranger, method)(LIST, headers={"Authorization": token} if token else {}, json={})
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == 401


def test_a_token_and_a_jwt_open_the_same(app, stranger, as_program, customer):
    given = {"username": "lin", "password": PASSWORD}
    jwt = stranger.post("/api/v1/security/login", json=given).json["access_token"]
    by_jwt = Program(app, jwt)

    assert by_jwt.get(LIST).json == as_program("lin").get(LIST).json
    assert by_jwt.post(LIST, json=NEW).status_code == 201


def test_a_token_opens_no_screen(as_program, customer):
    assert as_program("lin").get("/customers/").status_code == 302


@pytest.mark.parametrize("csrf", [False, True])
def test_a_cookie_reads_and_never_writes(as_user, customer, read, csrf):
    lin = as_user("lin", csrf=csrf)
    address = f"{LIST}{customer}"
    assert lin.get(address).status_code == 200

    answers = [lin.post(LIST, json=NEW), lin.put(address, json={"revision": 1, "name": "甲"}), lin.delete(address)]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "Programs sign in with a token." in answers[0].json["error"]["message"]
    assert (read(Customer, customer).name, read(Customer, customer).deleted_at) == ("河南晨光商贸有限公司", None)
    assert lin.get(LIST).json["count"] == 1


def test_who_lacks_the_permission_is_refused_as_json(as_program, customer):
    answer = as_program("bai").get(LIST)
    assert answer.status_code == 403
    assert answer.json["error"]["title"] == "You may not do this"


@pytest.mark.parametrize(("method", "status"), [("post", 403), ("put", 403), ("delete", 403), ("get", 200)])
def test_an_auditors_program_only_reads(as_program, customer, read, method, status):
    address = LIST if method == "post" else f"{LIST}{customer}"
    given = {} if method == "get" else {"json": {**NEW, "revision": 1}}
    assert getattr(as_program("xu"), method)(address, **given).status_code == status
    assert read(Customer, customer).revision == 1


# ── scope ──


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_what_lies_outside_the_scope_is_not_there(as_program, saved, read, method):
    elsewhere = saved(a_customer, owner=EVE.id)
    caller = as_program("sam" if method == "delete" else "lin")
    given = {} if method == "get" else {"json": {"revision": 1, "name": "甲"}}
    answer = getattr(caller, method)(f"{LIST}{elsewhere}", **given)
    assert answer.status_code == 404
    assert answer.json["error"]["title"] == "Nothing is here"
    assert read(Customer, elsewhere).revision == 1


def test_rows_and_count_are_those_of_the_scope(as_program, saved):
    hers, _others = saved(a_customer, name="甲"), saved(a_customer, name="乙", owner=EVE.id)
    wish = json.dumps({"all": [{"field": "name", "op": "not_empty"}]})
    for query in ("", f"?filter={wish}"):
        answer = as_program("lin").get(LIST + query).json
        assert ([row["id"] for row in answer["result"]], answer["count"]) == ([hers], 1)


def test_what_may_only_be_read_is_not_changed(app, as_user, as_program, customer, read):
    as_user("lin").post(f"/customers/{customer}/share", data={"employee": MEI.id})
    mei, address = as_program("mei"), f"{LIST}{customer}"
    revision = mei.get(address).json["result"]["revision"]
    answer = mei.put(address, json={"revision": revision, "name": "甲"})
    assert answer.status_code == 403
    assert "You may read this record, but not change it." in answer.json["error"]["message"]
    assert read(Customer, customer).name == "河南晨光商贸有限公司"


# ── columns and masks ──


def test_only_listed_columns_are_answered(as_program, customer):
    answer = as_program("lin").get(f"{LIST}{customer}").json["result"]
    assert set(answer) == {"id", "revision", *CustomerApi.read_fields}
    assert answer["owner"] == {"id": LIN.id, "name": LIN.name}


WITHHELD = ["owner", "owner_id", "department", "assigned_at", "deleted_at", "created_at", "nonsense", "__class__"]


@pytest.mark.parametrize("name", WITHHELD)
@pytest.mark.parametrize("method", ["post", "put"])
def test_a_column_that_is_not_listed_is_refused_by_name(as_program, customer, read, method, name):
    address = LIST if method == "post" else f"{LIST}{customer}"
    sent = {**(NEW if method == "post" else {"revision": 1}), name: str(EVE.id)}
    answer = getattr(as_program("lin"), method)(address, json=sent)
    assert answer.status_code == 422
    assert fields(answer) == {name: "There is no such field, or it cannot be written."}
    assert read(Customer, customer).revision == 1


def test_masked_fields_are_neither_told_nor_written(as_program, customer, read):
    dai = as_program("dai")
    assert dai.get(f"{LIST}{customer}").json["result"]["phone"] == "****"
    answer = dai.put(f"{LIST}{customer}", json={"revision": 1, "phone": "13800138009"})
    assert answer.status_code == 422
    assert "phone" in fields(answer)
    assert read(Customer, customer).phone == "+8637165001234"


@pytest.mark.parametrize("value", [{"a": 1}, ["x"], [["x"]]])
def test_a_single_value_is_asked_for(as_program, customer, value):
    answer = as_program("lin").put(f"{LIST}{customer}", json={"revision": 1, "name": value})
    assert answer.status_code == 422
    assert fields(answer) == {"name": "Send a single value."}


# ── writing ──


def test_a_customer_is_made_changed_and_deleted(as_program, read):
    lin, anran = as_program("lin"), as_program("anran")
    made = lin.post(LIST, json=NEW | {"tags": ["old_customer"], "registered_on": "2011-06-30"})
    assert made.status_code == 201
    row = made.json["result"]
    assert (row["phone"], row["tags"], row["registered_on"]) == ("+8613800138000", ["old_customer"], "2011-06-30")

    changed = lin.patch(f"{LIST}{row['id']}", json={"revision": row["revision"], "address": "文化路"})
    assert changed.json["result"] == row | {
        "address": "文化路",
        "revision": row["revision"] + 1,
        "updated_at": changed.json["result"]["updated_at"],
        "updated_by": changed.json["result"]["updated_by"],
    }

    assert lin.delete(f"{LIST}{row['id']}").status_code == 403
    assert anran.delete(f"{LIST}{row['id']}").status_code == 204
    assert anran.get(f"{LIST}{row['id']}").status_code == 404
    assert read(Customer, row["id"]) is None


@pytest.mark.parametrize("revision", [None, "1", True, 1.5])
def test_a_change_without_its_revision_is_refused(as_program, customer, read, revision):
    answer = as_program("lin").put(f"{LIST}{customer}", json={"name": "甲", "revision": revision})
    assert answer.status_code == 422
    assert fields(answer) == {"revision": "Send the revision that you have read."}
    assert read(Customer, customer).name == "河南晨光商贸有限公司"


@pytest.mark.usefixtures("no_key_data")
def test_the_second_of_two_writers_gets_a_conflict(as_program, customer, read):
    lin = as_program("lin")
    assert lin.put(f"{LIST}{customer}", json={"revision": 1, "name": "甲公司"}).status_code == 200
    answer = lin.put(f"{LIST}{customer}", json={"revision": 1, "name": "乙公司"})
    assert answer.status_code == 409
    assert answer.json["error"]["title"] == "Somebody was faster"
    assert read(Customer, customer).name == "甲公司"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"credit_code": "91410300MA9K2R4TH3"}, "credit_code"),
        ({"level": "nonsense"}, "level"),
        ({"name": ""}, "name"),
        ({"phone": "12"}, "phone"),
        ({"registered_on": "2011-06-31"}, "registered_on"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(as_program, read, sent, name):
    answer = as_program("lin").post(LIST, json=NEW | sent)
    assert answer.status_code == 422
    assert name in fields(answer)


@pytest.mark.parametrize("sent", ["[]", "x", "", "null", '"x"'])
def test_one_object_is_asked_for(as_program, sent):
    answer = as_program("lin").post(LIST, data=sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "Send one JSON object."


# ── pages ──


@pytest.fixture
def many(saved):
    return [saved(a_customer, name=f"客户{number:03}", level=(None, "a", "b")[number % 3]) for number in range(23)]


@pytest.mark.parametrize("sort", ["name", "-name", "level", "-level", "-updated_at", "nonsense", ""])
def test_pages_have_no_gap_and_no_double(as_program, many, sort):
    lin, by_number, by_key, after = as_program("lin"), [], [], None
    for page in (1, 2, 3, 4):
        by_number += [row["id"] for row in ask(lin, sort=sort, page=page, page_size=7)["result"]]
    while after != "end":
        answer = ask(lin, sort=sort, page_size=7, **({"after": after} if after else {}))
        by_key += [row["id"] for row in answer["result"]]
        after = answer["next_after"] or "end"
    assert sorted(by_number) == sorted(many)
    assert by_key == by_number


def ask(caller, **query):
    return caller.get(LIST, query_string=query).json


SIZES = {"100": 100, "101": 100, "9999": 100, "999999": 25, "-1": 25, "x": 25, "²": 25, "0": 1}


def test_a_page_has_at_most_a_hundred_rows(as_program, app):
    with app.app_context():
        for number in range(101):
            a_customer(name=f"客户{number:03}")
    lin = as_program("lin")
    found = {asked: ask(lin, page_size=asked) for asked in SIZES}
    assert {asked: len(answer["result"]) for asked, answer in found.items()} == SIZES
    assert {answer["count"] for answer in found.values()} == {101}


def test_a_filter_narrows_rows_and_count(as_program, many):
    wish = {"all": [{"field": "level", "op": "not_is", "value": "a"}]}
    answer = ask(as_program("lin"), filter=json.dumps(wish), page_size=100)
    assert answer["count"] == len(answer["result"]) == 15
    assert {row["level"] for row in answer["result"]} == {None, "b"}


@pytest.mark.parametrize("filter", ["{broken", "[]", '{"all":[{"field":"password","op":"is","value":"x"}]}'])
def test_a_filter_that_cannot_be_meant_is_refused(as_program, filter):
    answer = as_program("lin").get(LIST, query_string={"filter": filter})
    assert answer.status_code == 422
    assert answer.json["error"]["message"]


@pytest.mark.parametrize("key", ["0", "-1", "abc", "99999999999999999999", "999999999999", "١"])
def test_an_odd_key_is_not_there(as_program, key):
    assert as_program("anran").get(f"{LIST}{key}").status_code == 404
    assert as_program("anran").get(f"/api/v1/contacts/{key}").status_code == 404


# ── contacts ──


def test_a_contact_is_read_made_and_changed_likewise(as_program, saved, read):
    lin, eve = as_program("lin"), as_program("eve")
    made = lin.post("/api/v1/contacts/", json={"name": "王小明", "phones": ["13800138000", "0371-65001234"]})
    assert made.status_code == 201
    row = made.json["result"]
    assert row["phones"] == ["+8613800138000", "+8637165001234"]
    assert set(row) == {"id", "revision", *ContactApi.read_fields}
    address = f"/api/v1/contacts/{row['id']}"

    assert eve.get(address).status_code == 404
    assert lin.put(address, json={"revision": row["revision"], "name": "王大明"}).json["result"]["name"] == "王大明"
    assert lin.put(address, json={"revision": row["revision"], "name": "王"}).status_code == 409
    assert lin.put(address, json={"revision": row["revision"] + 1, "owner": 1}).status_code == 422
    assert lin.delete(address).status_code == 204
    assert read(Contact, row["id"]) is None


def test_a_contact_of_somebody_elses_customer_is_not_there(app, as_program):
    with app.app_context():
        contact = a_contact(customer=a_customer(owner=EVE.id)).id
    assert as_program("lin").get(f"/api/v1/contacts/{contact}").status_code == 404
    assert as_program("lin").get("/api/v1/contacts/").json["count"] == 0


# ── what is written down of it ──


@pytest.mark.parametrize("api", [CustomerApi, ContactApi])
def test_every_listed_column_is_a_field_and_no_state_is_written(api):
    known = fields_of(api.model)
    assert {*api.read_fields, *api.write_fields} <= set(known)
    assert not {"owner", "department", "assigned_at", "deleted_at", "revision"} & set(api.write_fields)
