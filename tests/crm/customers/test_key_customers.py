"""Key customers, and who is named for a customer besides its owner. Source: CUS-21."""

import json
import re

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.scope import may_write
from app.crm.customers import queries, services
from app.crm.customers.models import Customer
from app.extensions import db
from tests.cast import ANRAN, EVE, GAO, LIN, MEI, SAM
from tests.factories import a_customer
from tests.system.imports.steps import imported, workbook


def seen_by(person):
    with acting(person.actor):
        return [row.id for row in db.session.scalars(select(Customer))]


@pytest.mark.parametrize("place", ["service_person", "deputy"])
def test_whoever_is_named_sees_and_changes_the_customer_and_nobody_beside_them(in_app, place):
    key = a_customer(**{place: EVE.id}).id
    assert seen_by(EVE) == [key]
    assert seen_by(MEI) == []
    with acting(EVE.actor) as eve:
        row = db.session.get_one(Customer, key)
        assert may_write(row, eve)
        services.change(row, {"address": "新址"}, actor=eve, revision=1)


@pytest.mark.parametrize("place", ["service_person", "deputy"])
def test_they_see_it_no_longer_than_they_are_named(in_app, place):
    customer = a_customer(**{place: EVE.id})
    with acting(SAM.actor) as sam:
        services.change(customer, {place: None}, actor=sam, revision=1)
    assert seen_by(EVE) == []


def test_the_superior_of_whoever_is_named_sees_it_too(in_app):
    key = a_customer(owner=EVE.id, service_person=MEI.id).id
    assert seen_by(SAM) == [key]


def test_whose_role_only_reads_only_reads(in_app):
    key = a_customer(service_person=GAO.id).id
    assert seen_by(GAO) == [key]
    with acting(GAO.actor) as gao:
        assert not may_write(db.session.get_one(Customer, key), gao)


def test_the_access_list_says_why(in_app):
    customer = a_customer(service_person=MEI.id, deputy=EVE.id)
    with acting(SYSTEM):
        assert [(name, why) for name, why, _share in queries.access_list(customer)] == [
            ("林晓", "owner"),
            ("梅芳", "service_person"),
            ("叶薇", "deputy"),
        ]


def test_who_is_named_is_imported_by_name(in_app, tmp_path):
    path = workbook(tmp_path, ["单位名称", "电话", "专属客服", "备岗"], ["新公司", "037165001234", "梅芳", "eve"])
    assert imported(path, ANRAN).counts["create"] == 1
    with acting(SYSTEM):
        row = db.session.scalars(select(Customer)).one()
        assert (row.service_person_id, row.deputy_id) == (MEI.id, EVE.id)


def test_a_name_that_is_nobodys_is_returned(in_app, tmp_path):
    path = workbook(tmp_path, ["单位名称", "电话", "专属客服"], ["新公司", "037165001234", "无此人"])
    assert imported(path, LIN).counts["reject"] == 1


def test_the_page_and_the_row_of_a_key_customer_say_so_in_words(as_user, saved):
    key, other = saved(a_customer, level="key"), saved(a_customer, level="a", name="普通公司")
    lin = as_user("lin")
    listed = lin.get("/customers/").text
    assert len(re.findall(r"zk-chip[^>]*>Key account<", listed)) == 1
    for one, is_said in ((key, True), (other, False)):
        head = lin.get(f"/customers/{one}").text.split("zk-facts")[0]
        assert (re.search(r"zk-chip[^>]*>Key account<", head) is not None) == is_said


def test_key_customers_have_a_tab_of_their_own(as_user, saved):
    saved(a_customer, level="key", name="要紧公司")
    saved(a_customer, level="a", name="普通公司")
    asked = json.dumps({"all": [{"field": "level", "op": "is", "value": "key"}]})
    page = as_user("lin").get("/customers/", query_string={"filter": asked}).text
    assert "Key customers" in page
    assert "要紧公司" in page
    assert "普通公司" not in page


def test_the_named_are_shown_on_the_page_filtered_and_given_to_programs(as_user, as_program, saved):
    key = saved(a_customer, service_person=MEI.id, deputy=EVE.id)
    page = as_user("lin").get(f"/customers/{key}").text
    assert page.count("梅芳") >= 2
    assert "Service person" in page
    assert "Deputy" in page
    asked = json.dumps({"all": [{"field": "deputy", "op": "is", "value": EVE.id}]})
    assert "河南晨光" in as_user("lin").get("/customers/", query_string={"filter": asked}).text
    found = as_program("lin").get(f"/api/v1/customers/{key}").json["result"]
    assert (found["service_person"]["id"], found["deputy"]["id"]) == (MEI.id, EVE.id)


def test_the_auditor_reads_and_names_nobody(as_user, saved):
    key = saved(a_customer, service_person=MEI.id)
    assert "梅芳" in as_user("xu").get(f"/customers/{key}").text
    assert as_user("xu").get(f"/customers/{key}/edit").status_code == 403
