"""Asking for a customer of somebody else's, and what programs are told of duplicates."""

import re
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, Missing
from app.crm.customers import services
from app.extensions import db
from app.system.logs.models import Entry
from app.system.notifications.models import Message
from app.system.security.models import Department
from tests.cast import ANRAN, EVE, LIN, MEI, SAM
from tests.crm.customers.duplicates.steps import CODE, NAME, NUMBER, OTHER, all_named, asked, looked_up
from tests.factories import a_customer

# ── asking for it ──


def ask_url(page):
    return re.search(r'data-ask="([^"]+)"', page.text)[1].replace("&amp;", "&")


@pytest.fixture
def headed(app):
    """Eve's department is headed by Anran."""
    with app.app_context(), acting(SYSTEM):
        db.session.get(Department, EVE.department_id).head_id = ANRAN.id
        db.session.commit()


def messages(app):
    with app.app_context(), acting(SYSTEM):
        rows = db.session.execute(select(Message.recipient_id, Message.sender_id, Message.kind, Message.record_id))
        return sorted(tuple(row) for row in rows)


@pytest.mark.usefixtures("headed")
def test_asking_tells_the_owner_and_the_head_of_the_department_and_is_logged(app, as_user, theirs):
    lin = as_user("lin")
    answer = lin.post(ask_url(asked(lin, name=NAME)), headers={"Accept": "application/json"})
    assert answer.json == {"text": "Asked: its owner and the head of the department have a message."}
    told = ("customer_asked_for", theirs)
    assert messages(app) == [(ANRAN.id, LIN.id, *told), (EVE.id, LIN.id, *told)]
    with app.app_context(), acting(SYSTEM):
        noted = db.session.scalars(select(Entry).where(Entry.kind == "asked_for")).one()
        assert (noted.person_id, noted.subject_id) == (LIN.id, theirs)


def test_the_owner_opens_the_customer_from_the_message(as_user, theirs):
    lin, eve = as_user("lin"), as_user("eve")
    lin.post(ask_url(asked(lin, name=NAME)))
    page = eve.get("/inbox/")
    assert f"林晓 asks for the customer “{NAME}”" in page.text
    opened = eve.post(re.search(r'"(/inbox/\d+/open)"', page.text)[1])
    assert opened.location == f"/customers/{theirs}"


def test_asking_twice_a_day_is_refused(app, as_user, theirs):
    lin = as_user("lin")
    url = ask_url(asked(lin, name=NAME))
    lin.post(url)
    again = lin.post(url, headers={"Accept": "application/json"})
    assert again.status_code == 422
    assert "You have asked for this customer today already." in again.json["error"]["message"]
    assert len(messages(app)) == 1


def test_without_script_one_is_told_on_the_list(as_user, theirs):
    lin = as_user("lin")
    assert lin.post(ask_url(asked(lin, name=NAME))).location == "/customers/"
    assert "Asked: its owner" in lin.get("/customers/").text


@pytest.mark.parametrize("username", ["bai", "xu", "mei"])
def test_nobody_asks_with_the_answer_of_another(app, as_user, theirs, username):
    url = ask_url(asked(as_user("lin"), name=NAME))
    assert as_user(username).post(url).status_code == (404 if username == "mei" else 403)
    assert messages(app) == []


@pytest.mark.parametrize("token", ["1", "forged", "MQ.x.y"])
def test_nobody_asks_for_a_customer_by_its_number(app, as_user, theirs, token):
    assert as_user("lin").post(f"/customers/ask-for/{quote(token)}").status_code == 404
    assert messages(app) == []


def test_a_customer_for_which_nobody_answers_is_not_asked_for(in_app):
    pool = a_customer(name=NAME, owner=None)
    with acting(LIN.actor), pytest.raises(Invalid, match="Nobody is responsible"):
        services.ask_for(pool.id, actor=LIN.actor)


def test_a_customer_deleted_meanwhile_is_not_asked_for(in_app):
    gone = a_customer(name=NAME, owner=EVE.id)
    with acting(SYSTEM):
        services.delete(gone, actor=SYSTEM)
    with acting(LIN.actor), pytest.raises(Missing, match="not there any more"):
        services.ask_for(gone.id, actor=LIN.actor)


def test_the_head_of_the_next_department_above_is_asked(in_app):
    with acting(SYSTEM):
        db.session.get(Department, SAM.department_id).head_id = SAM.id
        db.session.commit()
    hers = a_customer(name=NAME, owner=MEI.id)
    with acting(EVE.actor):
        services.ask_for(hers.id, actor=EVE.actor)
    with acting(SYSTEM):
        assert set(db.session.scalars(select(Message.recipient_id))) == {MEI.id, SAM.id}


# ── REST ──

LIST = "/api/v1/customers/"
BODY = {"kind": "company", "name": NAME, "phone": OTHER}


def test_a_program_is_told_the_candidates_and_may_accept_them(app, as_program, mine):
    lin = as_program("lin")
    refused = lin.post(LIST, json=BODY)
    assert refused.status_code == 409
    candidates = refused.json["error"]["candidates"]
    assert candidates == [{"id": mine, "name": NAME, "owner": "林晓", "same": ["name"]}]
    assert lin.post(f"{LIST}?duplicates=accept", json=BODY).status_code == 201
    assert len(all_named(app, NAME)) == 2


def test_a_program_is_told_no_more_outside_the_scope(app, as_program, theirs):
    refused = as_program("lin").post(LIST, json=BODY)
    assert refused.json["error"]["candidates"] == [{"owner": "叶薇"}]
    assert CODE not in refused.text
    assert looked_up(app) == [(LIN.id, NAME)]


@pytest.mark.usefixtures("no_key_data")
def test_a_programs_change_asks_only_about_what_changes(app, as_program, saved, mine):
    other = saved(a_customer, name="同号公司", phone=NUMBER)
    lin = as_program("lin")
    address = f"{LIST}{other}"
    assert lin.put(address, json={"revision": 1, "address": "新址"}).status_code == 200
    assert lin.put(address, json={"revision": 2, "name": NAME}).status_code == 409
    accepted = lin.put(f"{address}?duplicates=accept", json={"revision": 2, "name": NAME})
    assert accepted.status_code == 200


def test_a_program_with_an_equal_code_is_refused_as_ever(app, as_program, saved):
    saved(a_customer, name="有码公司", credit_code=CODE)
    answer = as_program("lin").post(f"{LIST}?duplicates=accept", json=BODY | {"credit_code": CODE})
    assert answer.status_code == 422
    assert "credit_code" in answer.json["error"]["fields"]


def test_the_description_names_the_parameter(as_user):
    paths = as_user("anran").get("/api/v1/openapi.json").json["paths"]
    for path, method, name in ((LIST, "post", "duplicates"), (f"{LIST}{{id}}", "put", "duplicates"),
                               (f"{LIST}{{id}}", "delete", "reason")):  # fmt: skip
        assert name in [one["name"] for one in paths[path][method]["parameters"]]
