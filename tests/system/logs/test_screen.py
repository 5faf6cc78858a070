"""The screen of the log: who may open it, what it finds, what an entry tells, the button that verifies."""

import io
import json
import re
import zipfile

import pytest
from sqlalchemy import text

from app.base import logbook
from app.base.actor import SYSTEM, acting
from app.base.logbook import Kind
from app.extensions import db
from app.system.security import queries, services
from tests.cast import ANRAN, EVE, LIN
from tests.factories import a_customer
from tests.system.logs.reading import entries, newest


@pytest.fixture
def noted(app):
    """Note something as one of the cast; return the id of the entry."""

    def note(kind, person=LIN, **given):
        with app.app_context(), acting(person.actor):
            logbook.note(kind, **given)
        return newest(app)

    return note


def found(browser, *conditions):
    answer = browser.get("/logs/", query_string={"filter": json.dumps({"all": list(conditions)})})
    assert answer.status_code == 200
    return set(re.findall(r'data-href="/logs/(\d+)"', answer.text))


# ── the gates ──


@pytest.mark.parametrize("address", ["/logs/", "/logs/1", "/logs/export", "/logs/export?format=csv"])
def test_only_administrators_and_auditors_read_the_log(as_user, address):
    assert as_user("lin").get(address).status_code == 403
    assert as_user("sam").get(address).status_code == 403
    assert as_user("anran").get(address).status_code == 200
    assert as_user("xu").get(address).status_code == 200


def test_the_permission_without_the_reach_shows_nothing(app, as_user, noted):
    key = noted(Kind.EXPORTED, title="客户资料")
    _grant(app, "agent", "can_list", "can_show", "can_export")
    lin = as_user("lin")
    assert "客户资料" not in lin.get("/logs/").text
    assert lin.get(f"/logs/{key}").status_code == 404
    assert "客户资料" not in lin.get("/logs/export?format=csv").text


def _grant(app, name, *permissions):
    with app.app_context(), acting(SYSTEM):
        role = next(one for one in queries.roles() if one.name == name)
        services.save_rights(role, granted=[(one, "LogView") for one in permissions], actor=SYSTEM)


def test_verifying_has_a_permission_of_its_own(app, as_user):
    assert as_user("lin").post("/logs/verify").status_code == 403
    _grant(app, "agent", "can_list")
    assert as_user("lin").post("/logs/verify").status_code == 403


def test_whoever_verifies_is_told_that_the_chain_is_whole(as_user):
    xu = as_user("xu")
    assert xu.post("/logs/verify").location == "/logs/"
    assert re.search(r"The chain is whole up to seal [\d,]+\.", xu.get("/logs/").text)
    assert re.search(r"The chain was whole up to seal ([\d,]+) of \1, verified 20", xu.get("/logs/").text)


def test_whoever_verifies_a_broken_chain_is_told_where(app, as_user):
    xu = as_user("xu")
    xu.post("/logs/verify")
    with app.app_context():
        db.session.execute(text("UPDATE logs_entry SET title = 'x' WHERE seal_number = 2"))
        db.session.commit()
    xu.post("/logs/verify")
    page = xu.get("/logs/").text
    assert "The chain is broken at seal 2: the entry was changed after it was sealed." in page


def test_opening_the_log_seals_what_waits_after_the_answer(app, as_user, noted):
    key = noted(Kind.EXPORTED)
    assert next(one for one in entries(app) if one.id == key).seal_number is None
    as_user("xu").get("/logs/")
    assert next(one for one in entries(app) if one.id == key).seal_number is not None


# ── what it finds ──


def test_it_is_found_by_person_kind_subject_address_and_words(as_user, noted):
    mine = noted(Kind.EXPORTED, title="客户资料", detail={"rows": 7, "list": "CustomerView"})
    hers = noted(Kind.REVEALED, EVE, title="晨光商贸", subject_kind="customers_customer", subject_id=7)
    xu = as_user("xu")
    by = {
        "person": {"field": "person", "op": "is", "value": str(EVE.id)},
        "kind": {"field": "kind", "op": "is", "value": "revealed"},
        "subject": {"field": "subject_kind", "op": "is", "value": "customers_customer"},
        "number": {"field": "subject_id", "op": "is", "value": "7"},
        "title": {"field": "title", "op": "contains", "value": "晨光"},
        "day": {"field": "at", "op": "last_days", "value": "1"},
    }
    for name, condition in by.items():
        assert str(hers) in found(xu, condition), name
    assert str(mine) not in found(xu, by["person"])
    assert found(xu, {"field": "detail", "op": "contains", "value": "CustomerView"}) == {str(mine)}
    assert found(xu, {"field": "at", "op": "before", "value": "2020-01-01"}) == set()


@pytest.mark.parametrize("place", range(5))
def test_every_segment_opens(as_user, noted, place):
    noted(Kind.EXPORTED)
    xu = as_user("xu")
    links = re.findall(r'href="(\?filter=[^"]+)"', xu.get("/logs/").text)
    assert xu.get("/logs/" + links[place].replace("&amp;", "&")).status_code == 200


# ── one entry ──


def test_an_entry_is_told_in_words_not_in_json(as_user, noted):
    detail = {
        "granted": ["ChangesView.can_list"],
        "reach_customers": logbook.change("OWN.OWN", "BELOW.OWN"),
        "roles": logbook.change(["agent"], ["agent", "finance"]),
    }
    key = noted(Kind.RIGHTS_CHANGED, ANRAN, title="客服", detail=detail)
    page = as_user("xu").get(f"/logs/{key}").text
    assert "All changes: View" in page
    assert "Data scope: Customers" in page
    assert "sees: Own and shared; changes: Own and shared" in page
    assert "sees: Department and below; changes: Own and shared" in page
    assert re.search(r"<del>[^<{]+</del>.*<ins>[^<{]+</ins>", page)
    assert "{&#34;" not in page
    assert "can_list" not in page


def test_an_entry_leads_to_its_record_while_it_is_there(app, as_user, saved, noted):
    key = saved(a_customer, name="甲公司")
    entry = noted(Kind.VIEWED, title="甲公司", subject_kind="customers_customer", subject_id=key)
    gone = noted(Kind.VIEWED, title="没有", subject_kind="customers_customer", subject_id=999_999)
    anran = as_user("anran")
    assert f'<a href="/customers/{key}">甲公司</a>' in anran.get(f"/logs/{entry}").text
    assert "没有" in anran.get(f"/logs/{gone}").text
    assert "/customers/999999" not in anran.get(f"/logs/{gone}").text


def test_numbers_in_a_filter_are_masked_for_an_auditor_who_sees_numbers_masked(app, as_user, noted):
    entry = noted(Kind.EXPORTED, title="客户资料", detail={"filter": ["Phone is 138 0013 8000"], "rows": 1})
    xu = as_user("xu")
    assert "138 0013 8000" in xu.get(f"/logs/{entry}").text
    _withdraw_phones(app)
    pages = [xu.get(f"/logs/{entry}"), xu.get("/logs/"), xu.get("/logs/export?format=csv")]
    assert all("0013" not in page.text for page in pages)
    book = zipfile.ZipFile(io.BytesIO(xu.get("/logs/export").data))
    assert all(b"0013 8000" not in book.read(name) for name in book.namelist())


def _withdraw_phones(app):
    with app.app_context(), acting(SYSTEM):
        role = next(one for one in queries.roles() if one.name == "auditor")
        services.save_rights(role, withdrawn=[("can_phones", "CustomerView")], actor=SYSTEM)


def test_the_export_of_the_log_is_what_the_list_shows_and_is_itself_in_the_log(app, as_user, noted):
    noted(Kind.REVEALED, EVE, title="晨光商贸", detail={"rows": 1234})
    wanted = json.dumps({"all": [{"field": "kind", "op": "is", "value": "revealed"}]})
    answer = as_user("xu").get("/logs/export", query_string={"format": "csv", "filter": wanted})
    rows = answer.data.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "叶薇" in rows[1]
    assert "Rows: 1,234" in rows[1]
    (line,) = entries(app, "exported")
    assert (line.details["list"], line.details["rows"]) == ("LogView", 1)


# ── who looked at a customer ──


@pytest.fixture
def looked_at(app, as_user, saved):
    """A customer of Lin's whom Lin viewed and Sam exported with others; one that nobody looked at."""
    key = saved(a_customer, name="甲公司")
    other = saved(a_customer, name="乙公司", phone="+8613800138009")
    as_user("lin").get(f"/customers/{key}")
    wanted = json.dumps({"all": [{"field": "name", "op": "is", "value": "甲公司"}]})
    as_user("sam").get("/customers/export", query_string={"format": "csv", "filter": wanted})
    return key, other


def test_who_viewed_and_exported_a_customer_is_told_to_the_auditor(as_user, looked_at):
    key, other = looked_at
    page = as_user("xu").get(f"/customers/{key}?tab=readers").text
    part = page[page.index("Who viewed and exported</h2>") if "Who viewed and exported</h2>" in page else 0 :]
    assert "林晓" in part
    assert "沈萌" in part
    assert "Exported" in part
    assert "沈萌" not in as_user("xu").get(f"/customers/{other}?tab=readers").text


@pytest.mark.parametrize("username", ["lin", "sam", "zong"])
def test_nobody_else_is_told_who_looked(as_user, looked_at, username):
    page = as_user(username).get(f"/customers/{looked_at[0]}?tab=readers")
    assert page.status_code == 200
    assert "Who viewed and exported" not in page.text


# ── the command ──


def test_the_command_says_how_far_the_chain_is_whole(app):
    answer = app.test_cli_runner().invoke(args=["logs", "verify"])
    assert answer.exit_code == 0
    assert re.search(r"The chain is whole up to seal \d+\.\n\d+:[0-9a-f]{64}\n", answer.output)


def test_the_command_fails_on_a_broken_chain(app):
    app.test_cli_runner().invoke(args=["logs", "verify"])
    with app.app_context():
        db.session.execute(text("DELETE FROM logs_entry WHERE seal_number = 3"))
        db.session.commit()
    answer = app.test_cli_runner().invoke(args=["logs", "verify"])
    assert answer.exit_code == 1
    assert re.search(r"broken at seal 3", answer.output)
