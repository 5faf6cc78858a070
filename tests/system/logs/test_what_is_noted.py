"""What stands in the log after each thing somebody does, and that it vanishes with what was refused."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.base import logbook
from app.base.actor import SYSTEM, Level, Reach, acting
from app.base.errors import DomainError
from app.base.logbook import Kind
from app.base.transaction import transaction
from app.extensions import db
from app.system.imports import services as imports
from app.system.logs import rules
from app.system.logs.models import Entry
from app.system.security import queries as people
from app.system.security import services as security
from app.system.security.models import Department, Employee
from app.system.sign_in import services as sign_in
from tests.bed import browsers
from tests.cast import ANRAN, LIN, MEI, PASSWORD
from tests.factories import a_customer
from tests.system.dictionary.test_values import add, edit, value
from tests.system.imports.steps import imported, workbook
from tests.system.logs.reading import entries, newest, told

NEW = "Another-horse-10"


@pytest.fixture
def since(app):
    """The newest entry before the test."""
    return newest(app)


@pytest.fixture
def doing(app):
    """Run a service as the administrator, with an employee of the cast."""

    def do(service, person, **given):
        with app.app_context(), acting(SYSTEM):
            return service(db.session.get(Employee, person.id), actor=ANRAN.actor, **given)

    return do


def enter(stranger, name, password):
    return stranger.post("/login/", data={"username": name, "password": password})


def test_every_kind_has_a_word_and_a_colour():
    assert set(rules.KINDS) == set(Kind)


def test_a_sign_in_and_its_end(app, stranger, since):
    enter(stranger, "lin", PASSWORD)
    stranger.post("/logout/")
    out, into = entries(app, since=since)
    assert (into.kind, into.person_id, into.title, into.address) == ("signed_in", LIN.id, "lin", "127.0.0.1")
    assert into.request_id
    assert (out.kind, out.person_id) == ("signed_out", LIN.id)


def test_a_wrong_password_and_an_unknown_name(app, stranger, since):
    enter(stranger, "lin", "wrong")
    enter(stranger, "nobody at all", "wrong")
    assert told(app, "sign_in_wrong", since) == [(None, "nobody at all", {}), (LIN.id, "lin", {})]


def test_a_locked_account(app, stranger, since):
    for _time in range(11):
        enter(stranger, "lin", "wrong")
    assert len(told(app, "sign_in_wrong", since)) == 10
    assert told(app, "sign_in_locked", since) == [(LIN.id, "lin", {})]


def test_a_disabled_account(app, stranger, doing, since):
    doing(security.disable, MEI)
    enter(stranger, "mei", PASSWORD)
    assert told(app, "sign_in_disabled", since) == [(MEI.id, "mei", {})]


def test_too_many_attempts_are_one_line_a_minute(app, stranger, since, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", _limited(app.config["ZHIKE"]))
    codes = [enter(stranger, "lin", "wrong").status_code for _time in range(5)]
    assert codes == [401, 401, 429, 429, 429]
    (line,) = entries(app, "sign_in_limited", since=since)
    assert (line.person_id, line.address, line.title) == (None, "127.0.0.1", "/login/")


def _limited(settings):
    return replace(settings, sign_in_limit="2 per minute")


def test_an_attempt_by_a_program_comes_through_its_channel(app, stranger, since):
    stranger.post("/api/v1/security/login", json={"username": "lin", "password": "wrong"})
    (line,) = entries(app, "sign_in_wrong", since=since)
    assert line.channel == "api"


def test_passwords_and_sessions(app, as_user, doing, since):
    lin = as_user("lin")
    lin.post("/me/password", data={"current": PASSWORD, "new": NEW, "repeated": NEW})
    lin.post("/me/sessions/end")
    doing(sign_in.reset_password, MEI, new=NEW, settings=app.config["ZHIKE"])
    doing(sign_in.sign_out_everywhere, MEI)
    assert told(app, "password_changed", since) == [(LIN.id, "林晓", {})]
    assert told(app, "password_reset", since) == [(ANRAN.id, "梅芳", {})]
    assert told(app, "session_ended", since) == [
        (ANRAN.id, "梅芳", {"which": "all"}),
        (LIN.id, "林晓", {"which": "others"}),
    ]


def test_a_single_session_that_is_ended_tells_which(app, as_user, since):
    lin, _elsewhere = as_user("lin"), as_user("lin")
    with app.app_context(), acting(SYSTEM):
        key = db.session.scalar(text("SELECT max(id) FROM sign_in_session"))
    lin.post(f"/me/sessions/{key}/end")
    assert told(app, "session_ended", since) == [(LIN.id, "林晓", {"browser": "test", "address": "127.0.0.1"})]


def test_tokens(app, as_user, since):
    lin = as_user("lin")
    lin.post("/me/tokens", data={"name": "夜间报表", "days": "30"})
    with app.app_context(), acting(SYSTEM):
        key = db.session.scalar(text("SELECT max(id) FROM sign_in_token"))
    lin.post(f"/me/tokens/{key}/revoke")
    assert told(app, "token_issued", since) == [(LIN.id, "夜间报表", {"days": 30})]
    assert told(app, "token_revoked", since) == [(LIN.id, "夜间报表", {})]


# ── rights ──


def test_a_changed_role_tells_what_was_granted_withdrawn_and_how_far_it_reaches(app, in_app, since):
    with acting(SYSTEM):
        role = next(one for one in _roles() if one.name == "agent")
        security.save_rights(
            role,
            granted=[("can_list", "ChangesView")],
            withdrawn=[("can_share", "CustomerView")],
            reaches={"customers": Reach(Level.BELOW, Level.OWN)},
            actor=ANRAN.actor,
        )
    (line,) = told(app, "rights_changed", since)
    assert line[:2] == (ANRAN.id, "agent")
    assert line[2] == {
        "granted": ["ChangesView.can_list"],
        "withdrawn": ["CustomerView.can_share"],
        "reach_customers": {"old": "OWN.OWN", "new": "BELOW.OWN"},
    }


def _roles():
    return people.roles()


def test_a_role_that_is_saved_unchanged_leaves_no_line(app, in_app, since):
    with acting(SYSTEM):
        security.save_rights(_roles()[3], actor=ANRAN.actor)
    assert told(app, "rights_changed", since) == []


def test_a_role_made_renamed_and_deleted(app, in_app, since):
    with acting(SYSTEM):
        role = security.make_role("外包客服", like=_roles()[3], actor=ANRAN.actor)
        security.rename_role(role, "外协客服", actor=ANRAN.actor)
        security.delete_role(role, actor=ANRAN.actor)
    assert [line[2] for line in told(app, "rights_changed", since)] == [
        {"name": {"old": "外协客服", "new": ""}},
        {"name": {"old": "外包客服", "new": "外协客服"}},
        {"name": {"old": "", "new": "外包客服"}, "like": "agent"},
    ]


def test_a_person_with_another_role_and_department(app, in_app, since):
    with acting(SYSTEM):
        lin = db.session.get(Employee, LIN.id)
        values = {"roles": ["agent", "finance"], "department": 5}
        security.change_employee(lin, values, actor=ANRAN.actor, revision=None)
        security.change_employee(lin, {"position": None}, actor=ANRAN.actor, revision=None)
    assert told(app, "rights_changed", since) == [
        (
            ANRAN.id,
            "林晓",
            {
                "roles": {"old": ["agent"], "new": ["agent", "finance"]},
                "department": {"old": "客服一组", "new": "客服二部"},
            },
        )
    ]


def test_an_account_disabled_enabled_and_unlocked(app, doing, since):
    for service in (security.disable, security.enable, sign_in.unlock):
        doing(service, MEI)
    assert [line[2]["access"] for line in told(app, "rights_changed", since)] == [
        {"old": "locked", "new": "active"},
        {"old": "disabled", "new": "active"},
        {"old": "active", "new": "disabled"},
    ]


def test_a_department_that_moves_in_the_tree(app, in_app, since):
    with acting(SYSTEM):
        house = db.session.get(Department, 4)
        security.save_department(house, {"parent": 5}, actor=ANRAN.actor, revision=None)
        security.save_department(house, {"name": "客服新组"}, actor=ANRAN.actor, revision=None)
    assert told(app, "rights_changed", since) == [
        (ANRAN.id, "客服二组", {"parent": {"old": "客服一部", "new": "客服二部"}})
    ]


def test_a_dictionary_value_added_changed_and_taken_out_of_use(app, as_user, since):
    anran = as_user("anran")
    add(anran)
    edit(app, anran, "customer_level", "gold", label_en="Golden")
    key = value(app, "customer_level", "gold").id
    anran.post(f"/dictionary-values/{key}/retire")
    anran.post(f"/dictionary-values/{key}/revive")
    lines = told(app, "settings_changed", since)
    assert {line[:2] for line in lines} == {(ANRAN.id, "Gold"), (ANRAN.id, "Golden")}
    assert [{**line[2], "dictionary": ""} for line in reversed(lines)] == [
        {"dictionary": "", "code": {"old": "", "new": "gold"}},
        {"dictionary": "", "label_en": {"old": "Gold", "new": "Golden"}},
        {"dictionary": "", "is_active": {"old": True, "new": False}},
        {"dictionary": "", "is_active": {"old": False, "new": True}},
    ]


# ── taking out and bringing in ──


def test_an_export_tells_list_filter_format_and_rows_before_the_file_is_there(app, as_user, saved, since):
    saved(a_customer, name="河南甲公司")
    saved(a_customer, name="山西乙公司")
    wanted = json.dumps({"all": [{"field": "name", "op": "starts", "value": "河南"}]})
    as_user("lin").get("/customers/export", query_string={"format": "csv", "filter": wanted})
    (line,) = entries(app, "exported", since=since)
    assert (line.person_id, line.subject_kind, line.title) == (LIN.id, "customers_customer", "Customer records")
    assert dict(line.details) == {
        "list": "CustomerView",
        "format": "csv",
        "rows": 1,
        "filter": ["Customer name begins with 河南"],
    }


def test_an_import_and_that_it_was_taken_back(app, in_app, tmp_path, since):
    run = imported(workbook(tmp_path, ["单位名称", "电话"], ["甲", "13812345672"]), ANRAN)
    with acting(ANRAN.actor):
        imports.undo(run, actor=ANRAN.actor)
    (brought,), (undone,) = told(app, "imported", since), told(app, "undone", since)
    assert (brought[0], brought[1], brought[2]["create"]) == (ANRAN.id, run.file_name, 1)
    assert (undone[0], undone[2]) == (ANRAN.id, {"removed": 1, "put_back": 0, "kept": 0})


# ── looking and being refused ──


def test_a_customer_is_viewed_once_an_hour_by_each_person(app, as_user, saved, since):
    first, second = saved(a_customer, name="甲"), saved(a_customer, name="乙", phone="+8613800138009")
    lin = as_user("lin")
    for key in (first, first, second):
        assert lin.get(f"/customers/{key}").status_code == 200
    as_user("sam").get(f"/customers/{first}?tab=access")
    assert [(one.person_id, one.title) for one in entries(app, "viewed", since=since)] == [
        (2, "甲"),
        (LIN.id, "乙"),
        (LIN.id, "甲"),
    ]


@pytest.mark.parametrize("address", ["/customers/{}/history", "/customers/{}?tab=contacts"])
def test_the_history_of_a_customer_is_a_look_at_it(app, as_user, saved, since, address):
    key = saved(a_customer)
    as_user("sam").get(address.format(key))
    assert [one.subject_id for one in entries(app, "viewed", since=since)] == [key]


def test_after_an_hour_it_is_noted_again(app, as_user, saved, since):
    key = saved(a_customer)
    lin = as_user("lin")
    lin.get(f"/customers/{key}")
    with app.app_context(), acting(SYSTEM):
        entry = db.session.get(Entry, newest(app))
        entry.at -= timedelta(minutes=59)
        db.session.commit()
    lin.get(f"/customers/{key}")
    assert len(told(app, "viewed", since)) == 1
    with app.app_context(), acting(SYSTEM):
        entry = db.session.get(Entry, newest(app))
        entry.at -= timedelta(minutes=2)
        db.session.commit()
    lin.get(f"/customers/{key}")
    assert len(told(app, "viewed", since)) == 2


def test_a_program_that_reads_a_customer_is_noted_too(app, as_program, saved, since):
    key = saved(a_customer)
    as_program("lin").get(f"/api/v1/customers/{key}")
    (line,) = entries(app, "viewed", since=since)
    assert (line.person_id, line.channel, line.subject_id) == (LIN.id, "api", key)


def test_a_screen_without_permission_is_a_refusal_once_a_minute(app, as_user, since):
    bai = as_user("bai")
    assert [bai.get("/users/").status_code for _time in range(3)] == [403, 403, 403]
    (line,) = entries(app, "refused", since=since)
    assert (line.title, dict(line.details)) == ("/users/", {"asked": "GET /users/"})


@pytest.mark.parametrize("address", ["/customers/{}", "/customers/{}/edit", "/api/v1/customers/{}"])
def test_a_typed_key_outside_the_scope_is_a_refusal(app, as_user, saved, since, address):
    key = saved(a_customer, name="林家公司")
    assert as_user("eve").get(address.format(key)).status_code == 404
    (line,) = entries(app, "refused", since=since)
    assert (line.subject_kind, line.subject_id, line.title) == ("customers_customer", key, "林家公司")
    assert line.details["outside"] is True


@pytest.mark.parametrize("address", ["/customers/999999", "/nowhere", "/customers/x"])
def test_an_address_that_is_nowhere_is_no_refusal(app, as_user, since, address):
    assert as_user("eve").get(address).status_code == 404
    assert entries(app, "refused", since=since) == []


def test_a_record_that_may_only_be_read_is_a_refusal_with_its_reason(app, as_user, saved, since):
    key = saved(a_customer)
    assert as_user("gao").post(f"/customers/{key}/delete").status_code == 403
    assert len(told(app, "refused", since)) == 1


# ── with what it tells of ──


def test_a_note_vanishes_with_the_change_that_was_refused(app, in_app, since):
    @transaction
    def refused():
        logbook.note(Kind.SETTINGS_CHANGED, title="never")
        raise DomainError("no")

    with acting(SYSTEM), pytest.raises(DomainError):
        refused()
    assert entries(app, since=since) == []


def test_a_note_outside_a_service_is_a_transaction_of_its_own(app, in_app, since):
    with acting(ANRAN.actor):
        logbook.note(Kind.REVEALED, title="号码", subject_kind="customers_customer", subject_id=7)
    assert told(app, "revealed", since) == [(ANRAN.id, "号码", {})]


@pytest.mark.one_database
def test_a_log_that_cannot_be_written_breaks_no_page(app, as_user, saved, caplog):
    key, lin = saved(a_customer), as_user("lin")
    _rename(app, "logs_entry", "logs_entry_gone")
    try:
        answer = lin.get(f"/customers/{key}")
    finally:
        _rename(app, "logs_entry_gone", "logs_entry")
    assert answer.status_code == 200
    assert "a note was lost" in caplog.text
    assert browsers.signed_in(app, "lin").get("/me/").status_code == 200


def _rename(app, old, new):
    with app.app_context():
        db.session.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
        db.session.commit()
