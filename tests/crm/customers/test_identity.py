"""The identity document of a person: sealed in the database, checked, masked, found only by the whole number."""

import json
import re
from contextlib import nullcontext

import pytest
from flask import has_app_context
from sqlalchemy import text

from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields
from app.base.sealed import KeyRing, column
from app.crm.customers import services
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.audit import queries as audit
from app.system.segments import services as segments
from tests.cast import ANRAN, LIN, SAM
from tests.factories import a_customer
from tests.system.imports.steps import imported, workbook

CARD, OTHER_CARD, PASSPORT = "11010519491231002X", "440524188001010014", "E12345678"
MASK = "1101**********002X"
PLACES = ("customers_customer", "customers_customer_version")


def a_person(**given):
    return a_customer(**{"kind": "person", "name": "李文博", "document_number": CARD} | given)


@pytest.fixture
def person(saved):
    return saved(a_person)


@pytest.fixture
def stored(app):
    """Return what stands in a table, past all types."""

    def look(table, column="document_number"):
        with nullcontext() if has_app_context() else app.app_context():
            return list(db.session.scalars(text(f'SELECT "{column}" FROM {table} WHERE "{column}" IS NOT NULL')))

    return look


@pytest.fixture
def lose_the_key(app):
    """Return what changes the keys of the installation, so that nothing opens that was sealed before."""
    kept = app.extensions["key_ring"]
    yield lambda: app.extensions.update(key_ring=KeyRing.of(["k9:" + "B" * 42 + "A="]))
    app.extensions["key_ring"] = kept


def problems(refusal):
    return {name: str(sentence) for name, sentence in refusal.value.problems.items()}


def change(key, **values):
    with acting(SYSTEM):
        services.change(db.session.get(Customer, key), values, actor=SYSTEM, revision=None)


def asked(op, value=None):
    condition = {"field": "document_number", "op": op} | ({} if value is None else {"value": value})
    return json.dumps({"all": [condition]})


# ── at rest ──


def test_neither_the_row_nor_its_history_holds_the_number(app, person, stored, read):
    with app.app_context():
        change(person, address="文化路 1 号")

    for table in PLACES:
        assert stored(table)
        assert all(re.match(r"v1\|k1\|", token) and CARD not in token for token in stored(table))
    assert read(Customer, person).document_number == CARD
    assert len(set(stored("customers_customer_version"))) == 1  # unchanged, so the same: histories compare


def test_the_blind_index_follows_every_way_of_writing(in_app, stored):
    key = a_person().id
    index = stored("customers_customer", "document_index")
    change(key, document_number=OTHER_CARD)
    assert stored("customers_customer", "document_index") != index
    change(key, document_number=CARD)
    assert stored("customers_customer", "document_index") == index
    change(key, document_number=None)
    assert stored("customers_customer", "document_index") == []


def test_a_version_taken_back_brings_the_number_and_its_index_back(in_app, stored):
    with acting(LIN.actor) as lin:
        person = a_person()
        index = stored("customers_customer", "document_index")
        services.change(person, {"document_number": OTHER_CARD}, actor=lin, revision=person.revision)
        first = audit.sets(Customer, person.id)[-1].number

        services.take_back(person, number=first, only=None, actor=lin)

        assert person.document_number == CARD
        assert stored("customers_customer", "document_index") == index


def test_a_company_keeps_no_identity_document(in_app, stored):
    a_customer(document_number=CARD, document_kind="id_card")
    assert stored("customers_customer") == stored("customers_customer", "document_index") == []


# ── what it must be ──


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"document_number": "110105194912310021"}, "document_number", "the last character should be X"),
        ({"document_number": "11010519491331002X"}, "document_number", "birth date, but 19491331 is none"),
        ({"document_number": PASSPORT}, "document_kind", "Choose which document this number is of"),
        ({"document_number": PASSPORT, "document_kind": "id_card"}, "document_number", "18 characters, this one has 9"),
        ({"document_number": CARD, "document_kind": "hk_macau_permit"}, "document_number", "does not look like"),
    ],
)
def test_a_number_that_is_not_of_its_document_is_refused(in_app, given, field, words):
    with pytest.raises(InvalidFields) as refusal:
        a_person(**given)
    assert words in problems(refusal)[field]


def test_eighteen_characters_are_a_residents_card_and_other_documents_are_free(in_app):
    assert a_person().document_kind == "id_card"
    assert a_person(document_number=PASSPORT, document_kind="passport").document_number == PASSPORT
    assert a_person(document_number="H12345678", document_kind="hk_macau_permit").document_kind == "hk_macau_permit"
    assert a_person(document_number="12345678", document_kind="taiwan_permit").document_number == "12345678"


def test_another_document_of_the_same_number_is_checked_too(in_app):
    person = a_person()
    with pytest.raises(InvalidFields) as refusal:
        change(person.id, document_kind="taiwan_permit")
    assert "does not look like" in problems(refusal)["document_number"]


def test_a_form_takes_blanks_and_full_width_digits_and_refuses_a_mask(as_user, person, read):
    lin, sent = as_user("lin"), {"kind": "person", "name": "李文博", "phone": "037165001234"}
    page = lin.get(f"/customers/{person}/edit").text
    assert f'value="{CARD}"' in page
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)[1]

    refused = lin.post(f"/customers/{person}/edit", data=sent | {"document_number": MASK, "revision": revision})
    assert refused.status_code == 422
    assert "does not look like the number of such a document" in refused.text
    typed = "４４０５２４ 18800101 0014"
    assert (
        lin.post(f"/customers/{person}/edit", data=sent | {"document_number": typed, "revision": revision}).status_code
        == 302
    )
    assert read(Customer, person).document_number == OTHER_CARD


# ── shown, and masked ──


def test_who_may_sees_it_in_full_everywhere(as_user, person):
    lin = as_user("lin")
    for address in ("", "/history"):
        assert CARD in lin.get(f"/customers/{person}{address}").text
    assert CARD in lin.get("/customers/export?format=csv&fields=document_number").data.decode("utf-8-sig")
    assert lin.get(f"/api/v1/customers/{person}").json["result"]["document_number"] == CARD


def test_the_supervisor_of_its_department_sees_it_in_full(as_user, person):
    assert CARD in as_user("sam").get(f"/customers/{person}").text


def test_who_may_not_sees_its_ends_only(as_user, person):
    browser = as_user("dai")
    assert MASK in browser.get(f"/customers/{person}").text
    answers = [browser.get(f"/customers/{person}{path}") for path in ("", "/edit", "/history")]
    answers += [
        browser.get("/customers/export?format=csv&fields=document_number"),
        browser.get(f"/api/v1/customers/{person}"),
    ]
    assert all(answer.status_code == 200 for answer in answers)
    assert all(CARD not in answer.data.decode("utf-8-sig") and "v1|k1" not in answer.text for answer in answers)
    assert browser.get(f"/api/v1/customers/{person}").json["result"]["document_number"] == MASK


# ── found ──


@pytest.mark.parametrize("username", ["lin", "dai"])
def test_a_list_finds_the_whole_number_and_no_part(as_user, person, saved, username):
    saved(a_person, name="别人", document_number=OTHER_CARD)
    browser = as_user(username)
    found = browser.get("/customers/", query_string={"filter": asked("is", f" {CARD.lower()}")}).text
    assert "李文博" in found
    assert "别人" not in found
    assert "别人" in browser.get("/customers/", query_string={"filter": asked("not_is", CARD)}).text
    assert "李文博" not in browser.get("/customers/", query_string={"filter": asked("is", CARD[:-1])}).text
    assert (
        "cannot be asked that way"
        in browser.get("/customers/", query_string={"filter": asked("contains", "1101")}).text
    )


def test_a_list_tells_who_has_a_document(as_user, person, saved):
    saved(a_customer, name="没有证件的公司")
    lin = as_user("lin")
    filled = lin.get("/customers/", query_string={"filter": asked("not_empty")}).text
    assert "李文博" in filled
    assert "没有证件的公司" not in filled
    assert "没有证件的公司" in lin.get("/customers/", query_string={"filter": asked("empty")}).text


@pytest.mark.parametrize("username", ["lin", "dai"])
def test_nobody_sorts_by_it(as_user, person, username):
    assert as_user(username).get("/customers/?sort=document_number").status_code == 200


@pytest.mark.parametrize("username", ["lin", "dai"])
def test_quick_search_finds_the_whole_number_and_no_part(as_user, person, username):
    browser = as_user(username)
    assert "李文博" in browser.get("/search/", query_string={"q": CARD.lower()}, follow_redirects=True).text
    assert "李文博" not in browser.get("/search/", query_string={"q": CARD[:-1]}).text
    assert "李文博" not in browser.get("/search/", query_string={"q": "19491231"}).text


def test_quick_search_keeps_to_the_scope(as_user, person):
    assert "李文博" not in as_user("eve").get("/search/", query_string={"q": CARD}).text


def test_a_passport_is_found_too_and_a_phone_still_is(as_user, saved):
    saved(a_person, document_number=PASSPORT, document_kind="passport")
    lin = as_user("lin")
    assert "李文博" in lin.get("/search/", query_string={"q": "e 12345678"}, follow_redirects=True).text
    assert "李文博" in lin.get("/search/", query_string={"q": "0371-65001234"}, follow_redirects=True).text


# ── import ──


def test_an_import_brings_numbers_in_sealed_and_found(in_app, tmp_path, stored):
    rows = [["李文博", "13800138000", CARD.lower()], ["王小明", "13900139000", CARD[:-1] + "1"]]
    path = workbook(tmp_path, ["姓名", "手机", "身份证号"], *rows)

    run = imported(path, ANRAN, template="person")

    assert (run.counts["create"], run.counts["reject"]) == (1, 1)
    with acting(SYSTEM):
        [made] = db.session.scalars(db.select(Customer).where(Customer.name == "李文博"))
        assert (made.document_number, made.document_kind) == (CARD, "id_card")
    assert all(CARD not in token for table in PLACES for token in stored(table))
    assert len(stored("customers_customer", "document_index")) == 1


def test_rows_of_a_file_are_sealed_as_a_whole(in_app, tmp_path, stored):
    path = workbook(
        tmp_path, ["姓名", "手机", "身份证号"], ["李文博", "13800138000", CARD], ["坏", "1", CARD[:-1] + "1"]
    )
    imported(path, ANRAN, template="person")
    kept = [token for name in ("raw", "values", "problems") for token in stored("imports_row", name)]
    kept += stored("imports_run", "samples") + [json.dumps(rows) for rows in stored("imports_run", "columns")]
    assert kept
    assert all(CARD[:-1] not in token and "13800138000" not in token for token in kept)


def test_a_number_that_excel_has_rounded_is_refused_in_words(in_app, tmp_path):
    path = workbook(tmp_path, ["姓名", "手机", "身份证号"], ["李文博", "13800138000", 110105194912310021.0])
    run = imported(path, ANRAN, template="person")
    assert run.counts["reject"] == 1


# ── a key that is missing ──


def test_without_its_key_every_page_says_so_and_none_breaks(as_user, person, lose_the_key):
    lose_the_key()
    for path in ("", "/edit", "/history", "/sheet.pdf"):
        assert as_user("lin").get(f"/customers/{person}{path}").status_code in (200, 503)
    assert "This value cannot be read" in as_user("lin").get(f"/customers/{person}").text
    assert as_user("lin").get("/customers/").status_code == 200
    assert as_user("lin").get(f"/api/v1/customers/{person}").json["result"]["document_number"].startswith("This value")


@pytest.mark.usefixtures("no_key_data")
def test_what_cannot_be_read_survives_that_the_record_is_saved(as_user, person, stored, read, lose_the_key):
    lose_the_key()
    before, lin = stored("customers_customer"), as_user("lin")
    page = lin.get(f"/customers/{person}/edit").text
    assert 'name="document_number"' not in page
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)[1]
    sent = {
        "kind": "person",
        "name": "李文博文",
        "phone": "037165001234",
        "revision": revision,
        "document_kind": "id_card",
    }
    assert lin.post(f"/customers/{person}/edit", data=sent).status_code == 302

    assert read(Customer, person).name == "李文博文"
    assert stored("customers_customer") == before
    assert set(stored("customers_customer_version")) == set(before)


def test_a_version_that_cannot_be_read_is_taken_back_as_it_was(in_app, stored, lose_the_key):
    person = a_person()
    lose_the_key()
    with acting(SAM.actor) as sam:
        db.session.expire_all()
        before = stored("customers_customer")
        services.change(person, {"document_number": None}, actor=sam, revision=None)
        services.take_back(person, number=audit.sets(Customer, person.id)[-1].number, only=None, actor=sam)
        assert stored("customers_customer") == before


def test_the_log_names_the_column_and_the_key_and_never_the_value(as_user, person, caplog, lose_the_key):
    lose_the_key()
    column._told.clear()  # it is said once a minute
    as_user("lin").get(f"/customers/{person}")
    said = [record for record in caplog.records if record.name == "zhike.sealed"]
    assert said
    assert all((record.column, record.key) == ("customers_customer.document_number", "k1") for record in said)
    assert "v1|" not in caplog.text


def test_the_log_of_an_export_holds_the_filter_with_the_mask(as_user, person, stored):
    asked_for = {"format": "csv", "fields": "name", "filter": asked("is", CARD)}
    assert as_user("lin").get("/customers/export", query_string=asked_for).status_code == 200
    [detail] = [one for one in map(str, stored("logs_entry", "detail")) if "filter" in one]
    assert CARD not in detail
    assert MASK in detail


def test_a_person_entered_twice_is_noticed_by_the_document(as_user, person):
    sent = {"kind": "person", "name": "李 文博（新）", "phone": "13900139000", "document_number": CARD}
    answer = as_user("lin").post("/customers/new", data=sent)
    assert answer.status_code == 422
    assert "same identity document" in answer.text


def test_a_segment_refuses_a_condition_on_the_number_and_keeps_one_on_its_absence(in_app):
    with acting(LIN.actor) as lin:
        with pytest.raises(Invalid, match="is not kept in a segment: search for the number instead"):
            segments.save("CustomerView", name="某人", filter_text=asked("is", CARD), actor=lin)
        assert segments.save("CustomerView", name="没有证件", filter_text=asked("empty"), actor=lin).id


def test_an_import_leaves_a_number_alone_that_cannot_be_read(in_app, tmp_path, stored, lose_the_key):
    a_person()
    before = stored("customers_customer")
    lose_the_key()
    path = workbook(tmp_path, ["姓名", "手机", "身份证号", "地址"], ["李文博", "13800138000", OTHER_CARD, "新址"])

    run = imported(path, ANRAN, template="person", defaults={"name": "update"})

    assert run.counts["update"] == 1
    assert stored("customers_customer") == before
    with acting(SYSTEM):
        assert db.session.scalar(db.select(Customer.address)) == "新址"
