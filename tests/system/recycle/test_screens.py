"""The recycle bin as each role sees it: every button at its three gates, scope and masks."""

import json
import re

import pytest
from sqlalchemy import select

from app.base import recycle
from app.base.actor import SYSTEM, acting
from app.base.recycle import Why
from app.crm.customers import services as customers
from app.crm.customers.models import Contact, Customer
from app.extensions import db
from app.system.recycle.models import BinEntry
from app.system.runs.models import Run
from tests.cast import EVE, LIN, SAM
from tests.factories import a_contact, a_customer
from tests.system.recycle.steps import CODE, a_deleted_contact, a_deleted_customer

NAME = "河南晨光商贸有限公司"
NUMBER = "+8613800138000"


@pytest.fixture
def gone(app):
    """A deleted customer of Lin's."""
    with app.app_context():
        return a_deleted_customer(actor=SAM.actor, why=Why("duplicate", "与总店重复"), phone=NUMBER, address="旧址一号")


def shown(page):
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def fate(app):
    """Return where a customer (or contact) is: "alive", "in the bin" or "gone"."""

    def look(key, model=Customer):
        table = model.__table__
        with app.app_context(), acting(SYSTEM):
            row = db.session.execute(select(table.c.deleted_at).where(table.c.id == key)).first()
            is_binned = db.session.scalar(select(BinEntry.id).where(BinEntry.record_id == key)) is not None
        if row is None:
            return "gone"
        assert is_binned is (row.deleted_at is not None)
        return "in the bin" if is_binned else "alive"

    return look


# ── deleting asks why ──


def test_deleting_asks_why_and_says_where_the_record_goes(as_user, saved, fate):
    key, sam = saved(a_customer), as_user("sam")
    assert f'href="/customers/{key}/delete"' in sam.get(f"/customers/{key}").text
    page = sam.get(f"/customers/{key}/delete")
    assert "stands in the recycle bin" in page.text
    assert "Entered twice" in page.text

    answer = sam.post(f"/customers/{key}/delete", data={"reason": "duplicate", "words": "与总店重复"})

    assert (answer.status_code, answer.location) == (302, "/customers/")
    assert fate(key) == "in the bin"
    assert "与总店重复" in sam.get("/recycle/").text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Please fill this in."),
        ({"reason": "nonsense"}, "is not one of the values"),
        ({"reason": "other"}, "“Other” needs a word of explanation."),
        ({"reason": "other", "words": "长" * 301}, "300"),
    ],
)
def test_without_a_reason_nothing_is_deleted_and_the_words_stay(as_user, saved, given, sentence, fate):
    key, words = saved(a_customer), given.get("words", "留着的话" if "reason" not in given else "")
    answer = as_user("sam").post(f"/customers/{key}/delete", data=given | {"words": words})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert words[:4] in answer.text
    assert fate(key) == "alive"


def test_a_customer_with_contacts_is_deleted_only_with_its_name_typed(app, as_user, fate):
    with app.app_context():
        customer = a_customer()
        a_contact(customer=customer)
        key = customer.id
    sam, address = as_user("sam"), f"/customers/{key}/delete"
    assert "With it go: 1 contact." in sam.get(address).text
    wrong = sam.post(address, data={"reason": "trial", "typed": "别的名字"})
    assert "That is not the name." in wrong.text
    assert fate(key) == "alive"
    sam.post(address, data={"reason": "trial", "typed": NAME})
    assert fate(key) == "in the bin"


def test_a_record_that_is_not_ones_own_to_delete_is_refused_before_it_is_asked_why(as_user, saved):
    key = saved(a_customer, owner=EVE.id)
    assert as_user("sam").get(f"/customers/{key}/delete").status_code == 404
    assert as_user("lin").get(f"/customers/{key}/delete").status_code == 403  # an agent deletes no customer


def test_many_are_deleted_with_one_reason(app, as_user, saved):
    keys, sam = [saved(a_customer, name=f"客户{n}") for n in range(2)], as_user("sam")
    page = sam.post("/customers/bulk", data={"action": "delete", "scope": "selected", "ids": keys})
    assert "Reason for deleting" in page.text
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    refused = sam.post("/customers/bulk/run", data={"asked": asked})
    assert refused.status_code == 422
    sam.post("/customers/bulk/run", data={"asked": asked, "reason": "closed"})
    with app.app_context(), acting(SYSTEM):
        assert list(db.session.scalars(select(BinEntry.reason))) == ["closed", "closed"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({}, ("interface", None)),
        ({"reason": "closed"}, ("closed", None)),
        ({"words": "对账后"}, ("interface", "对账后")),
        ({"reason": "other", "words": "停用"}, ("other", "停用")),
    ],
)
def test_a_program_may_say_why(app, as_program, saved, query, told):
    key = saved(a_customer)
    answer = as_program("anran").delete(f"/api/v1/customers/{key}", query_string=query)
    assert answer.status_code == 204
    with app.app_context(), acting(SYSTEM):
        entry = db.session.scalars(select(BinEntry)).one()
        assert (entry.reason, entry.words) == told


def test_a_program_with_an_unknown_reason_is_refused(as_program, saved, fate):
    key = saved(a_customer)
    answer = as_program("anran").delete(f"/api/v1/customers/{key}?reason=nonsense")
    assert answer.status_code == 422
    assert fate(key) == "alive"


# ── who sees what ──


@pytest.mark.parametrize(
    ("username", "sees"),
    [("anran", True), ("sam", True), ("lin", True), ("dai", True), ("xu", True), ("eve", False), ("guo", False)],
)
def test_the_bin_shows_what_one_could_see_when_it_lived(as_user, gone, username, sees):
    browser = as_user(username)
    assert (NAME in browser.get("/recycle/").text) is sees
    assert browser.get(f"/recycle/{gone.entry}").status_code == (200 if sees else 404)


@pytest.mark.parametrize("username", ["bai", "qian", "zong", "shi", "gao", "ji", "ren", "wen"])
def test_who_has_no_recycle_bin_does_not_open_it(as_user, gone, username):
    assert as_user(username).get("/recycle/").status_code == 403
    assert as_user(username).get(f"/recycle/{gone.entry}").status_code == 403


def test_the_list_tells_kind_name_who_when_and_why(as_user, gone):
    page = as_user("sam").get("/recycle/")
    for words in (NAME, "Customer", "沈萌", "Entered twice", "与总店重复"):
        assert words in page.text


def test_the_list_is_filtered_and_has_a_tab_for_each_kind(app, as_user, gone):
    with app.app_context():
        a_deleted_contact(name="王小明")
    sam = as_user("sam")
    only = json.dumps({"all": [{"field": "kind", "op": "is", "value": "contact"}]})
    page = as_user("anran").get("/recycle/", query_string={"filter": only})
    assert "王小明" in page.text
    assert NAME not in page.text
    mine = json.dumps({"all": [{"field": "reason", "op": "is", "value": "duplicate"}]})
    assert NAME in sam.get("/recycle/", query_string={"filter": mine}).text


def test_a_kind_whose_list_one_may_not_open_is_not_in_the_bin(app, as_user, gone, monkeypatch):
    closed = recycle.kinds["customer"].__class__(**{**vars(recycle.kinds["customer"]), "screen": "UserView"})
    monkeypatch.setitem(recycle.kinds, "customer", closed)
    sam = as_user("sam")
    assert NAME not in sam.get("/recycle/").text
    assert sam.get(f"/recycle/{gone.entry}").status_code == 404
    page = sam.post("/recycle/bulk", data={"action": "restore", "scope": "all", "filter": '{"all": []}'})
    assert NAME not in page.text


def test_a_deleted_record_is_read_as_it_was_with_its_numbers_masked(as_user, gone):
    page = as_user("dai").get(f"/recycle/{gone.entry}")
    assert "旧址一号" in page.text
    assert "138****8000" in page.text
    assert "138 0013 8000" not in page.text
    assert "138 0013 8000" in as_user("sam").get(f"/recycle/{gone.entry}").text


def test_looking_at_a_deleted_customer_is_logged(app, as_user, gone):
    as_user("xu").get(f"/recycle/{gone.entry}")
    with app.app_context(), acting(SYSTEM):
        from app.system.logs.models import Entry  # noqa: PLC0415 - only here

        viewed = db.session.scalars(select(Entry).where(Entry.kind == "viewed")).one()
        assert viewed.subject_id == gone.id


def test_the_auditor_looks_and_gets_no_button(as_user, gone, fate):
    xu = as_user("xu")
    for page in (xu.get("/recycle/"), xu.get(f"/recycle/{gone.entry}")):
        assert page.status_code == 200
        assert "/restore" not in page.text
        assert "/purge" not in page.text
    for path in ("restore", "purge"):
        assert xu.post(f"/recycle/{gone.entry}/{path}", data={"typed": NAME}).status_code == 403
    assert fate(gone.id) == "in the bin"


def test_the_list_asks_no_statement_per_row(app, as_user, gone, statements):
    sam = as_user("sam")
    sam.get("/recycle/")
    with statements() as for_one:
        sam.get("/recycle/")
    with app.app_context():
        for number in range(12):
            a_deleted_customer(name=f"客户{number}", actor=SAM.actor)
    sam.get("/recycle/")
    with statements() as for_many:
        sam.get("/recycle/")
    assert len(for_many) == len(for_one)


# ── restore ──


def test_a_record_is_restored_in_one_click(as_user, gone, fate):
    sam = as_user("sam")
    answer = sam.post(f"/recycle/{gone.entry}/restore")
    assert (answer.status_code, answer.location) == (302, f"/customers/{gone.id}")
    assert fate(gone.id) == "alive"
    assert NAME not in sam.get("/recycle/").text.split("<main")[1].replace(f"Restored: {NAME}", "")


@pytest.mark.parametrize(("username", "status"), [("bai", 403), ("xu", 403), ("lin", 403), ("eve", 404)])
def test_restoring_has_its_gates(as_user, gone, username, status, fate):
    assert as_user(username).post(f"/recycle/{gone.entry}/restore").status_code == status
    assert fate(gone.id) == "in the bin"


def test_who_may_not_delete_customers_gets_no_button_to_restore_them(as_user, gone):
    page = as_user("lin").get(f"/recycle/{gone.entry}")
    assert page.status_code == 200
    assert "/restore" not in page.text


def test_an_agent_restores_a_contact(app, as_user, fate):
    with app.app_context():
        contact = a_deleted_contact(customer=a_customer(owner=LIN.id))
    assert as_user("lin").post(f"/recycle/{contact.entry}/restore").status_code == 302
    assert fate(contact.id, Contact) == "alive"


@pytest.mark.parametrize("path", ["restore", "purge"])
def test_a_get_changes_nothing(as_user, gone, path, fate):
    assert as_user("anran").get(f"/recycle/{gone.entry}/{path}").status_code == (405 if path == "restore" else 200)
    assert fate(gone.id) == "in the bin"


def test_a_collision_is_told_in_words_with_what_can_be_done(app, as_user, read):
    with app.app_context():
        gone = a_deleted_customer(credit_code=CODE)
        other = a_customer(name="新来的", credit_code=CODE).id
    sam = as_user("sam")
    sam.post(f"/recycle/{gone.entry}/restore")
    page = sam.get(f"/recycle/{gone.entry}")
    assert f"Another customer has the credit code {CODE} now." in page.text
    assert f'href="/customers/{other}"' in page.text
    assert "Restore without the credit code" in page.text
    sam.post(f"/recycle/{gone.entry}/restore", data={"way": "without_code"})
    assert (read(Customer, gone.id).deleted_at, read(Customer, gone.id).credit_code) == (None, None)


def test_the_record_in_the_way_is_not_named_outside_the_scope(app, as_user):
    with app.app_context():
        gone = a_deleted_customer(credit_code=CODE)
        other = a_customer(name="叶家新来的", credit_code=CODE, owner=EVE.id).id
    page = as_user("sam").get(f"/recycle/{gone.entry}")
    assert "Another customer has the credit code" in page.text
    assert "叶家" not in page.text
    assert f"/customers/{other}" not in page.text


def test_a_deleted_parent_is_led_to(app, as_user):
    with app.app_context():
        parent = a_customer(name="母公司")
        child = a_deleted_customer(name="子公司", parent=parent.id)
        with acting(SYSTEM):
            customers.delete(parent, actor=SYSTEM)
            above = db.session.scalar(select(BinEntry.id).where(BinEntry.record_id == parent.id))
    page = as_user("sam").get(f"/recycle/{child.entry}")
    assert "Its parent company is in the recycle bin itself." in page.text
    assert f'href="/recycle/{above}"' in page.text
    assert "Restore without the parent company" in page.text


# ── delete for good ──


def test_deleting_for_good_asks_for_the_name(as_user, gone, fate):
    anran, address = as_user("anran"), f"/recycle/{gone.entry}/purge"
    assert "There is no way back." in anran.get(address).text
    wrong = anran.post(address, data={"typed": "晨光"})
    assert wrong.status_code == 422
    assert "That is not the name." in wrong.text
    assert fate(gone.id) == "in the bin"
    answer = anran.post(address, data={"typed": NAME})
    assert (answer.status_code, answer.location) == (302, "/recycle/")
    assert fate(gone.id) == "gone"
    assert anran.get(f"/customers/{gone.id}/history").status_code == 404


@pytest.mark.parametrize("username", ["sam", "dai", "lin", "xu", "bai"])
def test_only_an_administrator_deletes_for_good(as_user, gone, username, fate):
    browser = as_user(username)
    assert browser.get(f"/recycle/{gone.entry}/purge").status_code == 403
    assert browser.post(f"/recycle/{gone.entry}/purge", data={"typed": NAME}).status_code == 403
    page = browser.post("/recycle/bulk", data={"action": "purge", "scope": "selected", "ids": [gone.entry]})
    assert page.status_code == 403
    assert fate(gone.id) == "in the bin"


def test_what_is_forbidden_says_why_and_offers_no_field(as_user, gone, monkeypatch, fate):
    says = lambda ids: dict.fromkeys(ids, "It has 2 approved fees.")  # noqa: E731 - a line
    monkeypatch.setitem(recycle._forbids, ("customer", "fees"), says)
    anran = as_user("anran")
    page = anran.get(f"/recycle/{gone.entry}/purge")
    assert "It has 2 approved fees." in page.text
    assert 'name="typed"' not in page.text
    anran.post(f"/recycle/{gone.entry}/purge", data={"typed": NAME})
    assert "It has 2 approved fees." in anran.get(f"/recycle/{gone.entry}").text
    assert fate(gone.id) == "in the bin"


def chosen(browser, action, keys):
    return browser.post("/recycle/bulk", data={"action": action, "scope": "selected", "ids": keys})


def yes(browser, page, **given):
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    return browser.post("/recycle/bulk/run", data={"asked": asked} | given)


def test_many_are_restored_from_the_list_and_that_is_taken_back(app, as_user, gone, fate):
    sam = as_user("sam")
    yes(sam, chosen(sam, "restore", [gone.entry]))
    assert fate(gone.id) == "alive"
    with app.app_context(), acting(SYSTEM):
        run = db.session.scalars(select(Run.id)).one()
    sam.post(f"/runs/{run}/take-back")
    assert fate(gone.id) == "in the bin"


def test_many_go_for_good_only_with_their_number_typed(app, as_user, gone, fate):
    anran = as_user("anran")
    page = chosen(anran, "purge", [gone.entry])
    assert "There is no way back" in page.text
    assert "can be taken back" not in page.text
    for typed, sentence in (("", "Please fill this in."), ("2", "That is not the number of rows.")):
        refused = yes(anran, page, typed=typed)
        assert refused.status_code == 422
        assert sentence in refused.text
        assert fate(gone.id) == "in the bin"
    yes(anran, page, typed="1")
    assert fate(gone.id) == "gone"
    with app.app_context(), acting(SYSTEM):
        run = db.session.scalars(select(Run.id)).one()
    assert "take-back" not in anran.get(f"/runs/{run}").text
    anran.post(f"/runs/{run}/take-back")
    assert "cannot be brought back" in anran.get(f"/runs/{run}").text


def test_nobody_runs_over_what_they_do_not_see(as_user, gone):
    eve = as_user("eve")
    page = eve.post("/recycle/bulk", data={"action": "restore", "scope": "all", "filter": '{"all": []}'})
    assert '<strong class="zk-num">0</strong>' in page.text
    assert NAME not in page.text


def test_the_bin_is_exported_within_the_scope(as_user, gone):
    assert NAME in as_user("sam").get("/recycle/export?format=csv").text
    assert as_user("lin").get("/recycle/export?format=csv").status_code == 403
