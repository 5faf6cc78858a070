"""Key data on screens: the form proposes, the customer's page tells, the approver decides; each button at its gates."""

import re

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.crm.keychanges.models import Change
from app.extensions import db
from app.system.approvals.models import Case
from tests.crm.keychanges import steps

NEW = "河南新名商贸有限公司"


def shown(page):
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def on(app):
    with app.app_context():
        steps.switch_on()
        db.session.remove()


@pytest.fixture
def customer(app, on):
    with app.app_context():
        key = steps.customer(notes="alt")
        db.session.remove()
    return key


@pytest.fixture
def change(app, customer):
    with app.app_context():
        steps.proposed(customer, name=NEW)
        with acting(SYSTEM):
            key = db.session.scalars(select(Change.id)).one()
        db.session.remove()
    return key


def case_of(app):
    with app.app_context(), acting(SYSTEM):
        found = db.session.scalars(select(Case.id)).one()
        db.session.remove()
        return found


def form(read, customer, **more):
    row = read(Customer, customer)
    usual = {"kind": "company", "name": row.name, "credit_code": row.credit_code, "legal_person": row.legal_person}
    return usual | {"phone": row.phone, "notes": row.notes or "", "status": row.status, "revision": row.revision} | more


def test_the_form_says_that_key_data_waits_and_saves_all_else(as_user, customer, read):
    browser = as_user("lin")
    page = shown(browser.get(f"/customers/{customer}/edit"))
    assert "a change waits for approval" in page
    assert "readonly" not in page
    data = form(read, customer, name=NEW, notes="neu", key_reason="new licence")
    answer = browser.post(f"/customers/{customer}/edit", data=data, follow_redirects=True)
    assert "Waits for approval: Customer name" in shown(answer)
    assert "Key data waits for approval" in shown(answer)
    assert (read(Customer, customer).name, read(Customer, customer).notes) == ("河南旧名商贸有限公司", "neu")
    tab = shown(browser.get(f"/customers/{customer}?tab=keychanges"))
    assert "new licence" in tab
    assert "<ins>新</ins>" in tab


def test_without_the_setting_the_input_is_read_only(as_user, app, saved):
    key = saved(steps.a_customer, name="河南旧名商贸有限公司")
    assert "readonly" in as_user("lin").get(f"/customers/{key}/edit").text


def test_a_refused_form_keeps_what_was_typed(as_user, customer, change, read):
    data = form(read, customer, legal_person="新人", key_reason="because")
    answer = as_user("lin").post(f"/customers/{customer}/edit", data=data)
    assert answer.status_code == 422
    assert "waits for approval already" in shown(answer)
    assert 'value="because"' in answer.text


def test_the_head_approves_on_the_page_of_what_waits(as_user, customer, change, read, app):
    browser, case = as_user("mei"), case_of(app)
    page = shown(browser.get("/approvals/waiting/"))
    assert "Change of key data" in page
    assert "<del>旧</del>" in page
    browser.post(f"/approvals/{case}/approve", data={"edits": "0"})
    assert read(Customer, customer).name == NEW
    assert read(Change, change).state == "approved"


def test_a_conflict_is_shown_and_not_approved(as_user, customer, change, read, app):
    as_user("sam").post(f"/customers/{customer}/edit", data=form(read, customer, name="河南别名商贸有限公司"))
    browser, case = as_user("mei"), case_of(app)
    assert "changed after this was proposed" in shown(browser.get(f"/approvals/{case}"))
    answer = browser.post(f"/approvals/{case}/approve", data={"edits": "0"}, follow_redirects=True)
    assert "changed after this was proposed" in shown(answer)
    assert read(Customer, customer).name == "河南别名商贸有限公司"


@pytest.mark.parametrize("way", [("reject", "mei", "rejected"), ("withdraw", "lin", "withdrawn")])
def test_the_other_ways_out_keep_the_record_in_step(as_user, change, read, app, way):
    verb, who, state = way
    as_user(who).post(f"/approvals/{case_of(app)}/{verb}", data={"edits": "0", "note": "no"})
    assert read(Change, change).state == state


def test_the_gates_of_the_screen(as_user, change):
    assert as_user("bai").get("/key-changes/").status_code == 403
    assert as_user("bai").get(f"/key-changes/{change}").status_code == 403
    assert as_user("eve").get(f"/key-changes/{change}").status_code == 404
    assert "河南旧名" in shown(as_user("lin").get("/key-changes/"))
    assert "河南旧名" not in shown(as_user("eve").get("/key-changes/"))
    assert "<ins>新</ins>" in shown(as_user("lin").get(f"/key-changes/{change}"))
    assert as_user("xu").get("/key-changes/export?format=csv").status_code == 200
