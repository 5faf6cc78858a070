"""Showing a masked value in full: who may, what the log keeps, and how many a day; two at once share one limit."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import NotAllowed
from app.base.fields import fields_of
from app.base.i18n import speaking
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.logs import services
from app.system.security import queries as security
from app.system.security import services as roles
from tests.cast import DAI, SHI
from tests.factories import a_contact, a_customer
from tests.system.logs.reading import told

JSON = {"Accept": "application/json"}
MAIN, DIGITS = "+8613800138000", "138 0013 8000"
REVEALED = "revealed"


@pytest.fixture
def customer(saved):
    return saved(a_customer, name="晨光商贸有限公司", phone=MAIN, email="boss@chenguang.example")


@pytest.fixture
def few(app, monkeypatch):
    """At most two a day."""
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], reveal_per_day=2))


def grant(app, name, *, granted=(), withdrawn=()):
    with app.app_context(), acting(SYSTEM):
        role = next(one for one in security.roles() if one.name == name)
        roles.save_rights(role, granted=granted, withdrawn=withdrawn, actor=SYSTEM)


# ── the three gates ──


def test_without_the_permission_nothing_is_revealed(as_user, customer):
    assert as_user("shi").get(f"/customers/{customer}").status_code == 200
    assert as_user("shi").post(f"/customers/{customer}/reveal/phone", headers=JSON).status_code == 403


def test_outside_the_scope_nothing_is_revealed(app, as_user, customer):
    assert as_user("eve").post(f"/customers/{customer}/reveal/phone", headers=JSON).status_code == 404
    assert told(app, REVEALED) == []


@pytest.mark.parametrize("field", ["name", "nothing", "owner"])
def test_what_is_never_masked_is_not_revealed(as_user, customer, field):
    assert as_user("dai").post(f"/customers/{customer}/reveal/{field}", headers=JSON).status_code == 404


def test_nothing_is_revealed_by_a_get_or_without_the_token_of_the_page(as_user, customer):
    assert as_user("dai").get(f"/customers/{customer}/reveal/phone").status_code == 405
    assert as_user("dai", csrf=True).post(f"/customers/{customer}/reveal/phone", headers=JSON).status_code == 400


def test_one_more_than_the_most_of_a_day_is_refused_with_a_sentence(app, as_user, customer, few):
    dai = as_user("dai")
    for _one in range(2):
        assert dai.post(f"/customers/{customer}/reveal/phone", headers=JSON).status_code == 200
    refused = dai.post(f"/customers/{customer}/reveal/phone", headers=JSON)
    sentence = "You have revealed 2 values today, which is the most. Ask the owner, or go on tomorrow."
    assert (refused.status_code, refused.json["error"]["message"]) == (403, sentence)
    assert sentence in dai.post(f"/customers/{customer}/reveal/phone").text
    assert len(told(app, REVEALED)) == 2


# ── what is shown, what is kept ──


def test_a_script_is_told_the_value_and_the_log_who_saw_what(app, as_user, customer):
    answer = as_user("dai").post(f"/customers/{customer}/reveal/phone", headers=JSON)
    assert answer.json == {"text": DIGITS, "parts": [DIGITS]}
    assert answer.headers["Cache-Control"] == "no-store"
    assert told(app, REVEALED) == [(DAI.id, "晨光商贸有限公司", {"field": "customers_customer.phone"})]


def test_without_script_the_page_comes_again_with_the_value_this_once(as_user, customer):
    dai = as_user("dai")
    page = dai.post(f"/customers/{customer}/reveal/phone").text
    assert DIGITS in page
    assert "b****@chenguang.example" in page
    assert "boss@" not in page
    assert DIGITS not in dai.get(f"/customers/{customer}").text


def test_the_number_of_a_contact_is_revealed_too(app, as_user, saved):
    contact = saved(a_contact, phones=(MAIN, "+8637165001234"))
    answer = as_user("dai").post(f"/contacts/{contact}/reveal/phones", headers=JSON)
    assert answer.json["parts"] == [DIGITS, "0371-6500 1234"]
    assert told(app, REVEALED)[0][2] == {"field": "customers_contact.phones"}
    assert DIGITS in as_user("dai").post(f"/contacts/{contact}/reveal/phones").text


def test_what_is_shown_anyway_or_empty_is_not_counted(app, as_user, customer):
    lin, dai = as_user("lin"), as_user("dai")
    assert lin.post(f"/customers/{customer}/reveal/phone", headers=JSON).json["text"] == DIGITS  # her own
    assert dai.post(f"/customers/{customer}/reveal/wechat", headers=JSON).json["text"] == ""
    assert told(app, REVEALED) == []


def test_the_log_names_the_field_and_is_filtered_by_what_happened(as_user, customer):
    as_user("dai").post(f"/customers/{customer}/reveal/phone", headers=JSON)
    xu = as_user("xu")
    wanted = '{"all": [{"field": "kind", "op": "is", "value": "revealed"}]}'
    rows = xu.get("/logs/export", query_string={"format": "csv", "filter": wanted}).data.decode("utf-8-sig")
    assert "戴宁" in rows
    assert "Field: Main phone" in rows
    assert "13800138000" not in rows.replace(" ", "")


def test_the_buttons_are_there_for_masked_values_only(as_user, customer):
    address = f"/customers/{customer}/reveal/phone"
    assert address in as_user("dai").get("/customers/").text
    assert address in as_user("dai").get(f"/customers/{customer}").text
    for username in ("lin", "sam", "shi"):  # her own; her department's; without the permission
        assert address not in as_user(username).get("/customers/").text
        assert address not in as_user(username).get(f"/customers/{customer}").text


def test_yesterdays_are_not_counted(app, as_user, customer, few):
    dai = as_user("dai")
    for _one in range(2):
        dai.post(f"/customers/{customer}/reveal/phone", headers=JSON)
    with app.app_context():
        yesterday = clock.now() - timedelta(days=1)
        db.session.execute(text("UPDATE logs_entry SET at = :at WHERE kind = 'revealed'"), {"at": yesterday})
        db.session.commit()
    assert dai.post(f"/customers/{customer}/reveal/phone", headers=JSON).status_code == 200


def test_everybody_has_a_day_of_their_own(app, as_user, customer, few):
    grant(app, "marketing", granted=[("can_reveal", "CustomerView")])
    for _one in range(2):
        as_user("dai").post(f"/customers/{customer}/reveal/phone", headers=JSON)
    assert as_user("shi").post(f"/customers/{customer}/reveal/phone", headers=JSON).status_code == 200
    assert told(app, REVEALED)[0][0] == SHI.id


# ── for programs ──


def test_a_program_reveals_one_field(app, as_program, customer):
    answer = as_program("dai").post(f"/api/v1/customers/{customer}/reveal", json={"field": "phone"})
    assert answer.json == {"result": {"field": "phone", "value": MAIN}}
    assert told(app, REVEALED)[0][0] == DAI.id


@pytest.mark.parametrize(("username", "status"), [("shi", 403), ("eve", 404)])
def test_a_program_has_the_gates_of_its_person(app, as_program, customer, username, status):
    answer = as_program(username).post(f"/api/v1/customers/{customer}/reveal", json={"field": "phone"})
    assert answer.status_code == status


@pytest.mark.parametrize("body", [{}, {"field": "name"}, {"field": ["phone"]}, {"field": "deleted_at"}])
def test_a_program_hears_that_a_field_is_not_masked(app, as_program, customer, body):
    answer = as_program("dai").post(f"/api/v1/customers/{customer}/reveal", json=body)
    assert answer.status_code == 422
    assert answer.json["error"]["fields"] == {"field": "This field is not masked, or there is no such field."}


# ── two at once ──


def test_two_at_once_do_not_both_take_the_last_one_of_a_day(app, customer):
    outcomes, ready = [], threading.Barrier(4)

    def press():
        with app.app_context(), acting(DAI.actor) as dai:
            db.session.rollback()
            ready.wait(20)
            try:
                record = db.session.get(Customer, customer)
                services.reveal(record, fields_of(Customer)["phone"], actor=dai, most_per_day=1)
                outcomes.append("shown")
            except NotAllowed:
                outcomes.append("refused")
            finally:
                db.session.remove()

    people = [threading.Thread(target=press) for _one in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    assert sorted(outcomes) == ["refused", "refused", "refused", "shown"]
    assert len(told(app, REVEALED)) == 1


def test_what_fails_in_the_transaction_leaves_neither_value_nor_note(app, customer):
    with app.app_context(), acting(DAI.actor) as dai, speaking("en"):
        record = db.session.get(Customer, customer)
        with pytest.raises(NotAllowed, match="revealed 0 values today"):
            services.reveal(record, fields_of(Customer)["phone"], actor=dai, most_per_day=0)
    assert told(app, REVEALED) == []
