"""Entering a customer twice on the screens: told while typing and on saving, saved all the same."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.i18n import speaking
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.audit import queries as audit
from app.system.logs.models import Entry
from tests.cast import EVE, LIN
from tests.crm.customers.duplicates.steps import CODE, NAME, NUMBER, OTHER, all_named, asked, looked_up
from tests.factories import a_customer

FORM = {"kind": "company", "name": NAME, "phone": "138 0013 8111"}


# ── the screens: while typing ──


def test_while_typing_a_customer_in_scope_is_told_with_the_way_to_it(as_user, mine):
    page = asked(as_user("lin"), name=NAME)
    assert page.status_code == 200
    assert NAME in page.text
    assert f'href="/customers/{mine}"' in page.text
    assert "林晓" in page.text
    assert "same name" in page.text
    assert "Save all the same" not in page.text


def test_while_typing_a_number_may_be_written_in_any_way_and_a_wrong_one_is_passed_over(as_user, mine):
    lin = as_user("lin")
    assert "same phone number" in asked(lin, phone="138-0013-8000").text
    assert asked(lin, phone="138", name="x").text.strip() == ""


def test_outside_the_scope_nothing_is_told_but_that_it_is_there_and_whose(app, as_user, theirs):
    page = asked(as_user("lin"), name=NAME)
    assert "There is such a customer outside of what you see." in page.text
    assert "叶薇" in page.text
    assert "Ask for it" in page.text
    for secret in (NAME, CODE, "13800138000", "138 0013 8000", f"/customers/{theirs}", "same name"):
        assert secret not in page.text
    assert looked_up(app) == [(LIN.id, NAME)]


def test_the_same_answer_is_logged_once_a_day_and_counts_once(app, as_user, theirs):
    lin = as_user("lin")
    asked(lin, name=NAME)
    asked(lin, phone=NUMBER)
    assert len(looked_up(app)) == 1


def test_beyond_the_days_limit_nothing_more_is_told_outside_the_scope(app, as_user, saved, theirs, monkeypatch):
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], lookup_per_day=1))
    saved(a_customer, name="叶家贸易有限公司", owner=EVE.id)
    own, lin = saved(a_customer, name="林家贸易有限公司"), as_user("lin")
    assert "叶薇" in asked(lin, name=NAME).text
    assert asked(lin, name="叶家贸易有限公司").text.strip() == ""
    assert "叶薇" in asked(lin, name=NAME).text  # told already
    assert f"/customers/{own}" in asked(lin, name="林家贸易有限公司").text
    assert "叶薇" in asked(as_user("mei"), name=NAME).text  # each has a limit of their own


@pytest.mark.parametrize(("username", "status"), [("bai", 403), ("xu", 403), ("qian", 403), ("gao", 403), ("lin", 200)])
def test_only_who_enters_customers_is_answered(as_user, theirs, username, status):
    assert asked(as_user(username), name=NAME).status_code == status


def test_the_customer_that_is_being_changed_is_left_out_if_one_sees_it(as_user, mine, theirs):
    lin = as_user("lin")
    assert f"/customers/{mine}" not in asked(lin, name=NAME, but=mine).text
    assert asked(lin, name=NAME, but=theirs).status_code == 404


def test_who_sees_numbers_masked_may_ask_for_a_whole_one_and_is_not_told_it(as_user, mine):
    told = asked(as_user("dai"), phone=NUMBER).text
    assert NAME in told
    assert "138 0013 8000" not in told
    assert asked(as_user("dai"), phone=NUMBER[:-4]).text.strip() == ""


def test_a_get_writes_nothing_but_the_log(as_user, theirs, statements):
    lin = as_user("lin")
    with statements() as seen:
        asked(lin, name=NAME)
    written = {words.split()[2] for words in seen if words.startswith("INSERT")}
    assert written <= {"logs_entry", "logs_record_set"}
    assert not [words for words in seen if words.startswith(("UPDATE customers", "DELETE"))]


# ── the screens: on saving ──


def despite(page):
    return re.search(r'name="despite" value="([^"]+)"', page.text)[1]


def test_saving_what_looks_the_same_brings_the_form_back_with_everything_typed(app, as_user, mine):
    page = as_user("lin").post("/customers/new", data=FORM | {"address": "文化路 1 号"})
    assert page.status_code == 422
    assert "This looks like customers that are there already." in page.text
    assert f'href="/customers/{mine}"' in page.text
    assert "文化路 1 号" in page.text
    assert "138 0013 8111" in page.text
    assert "Save all the same" in page.text
    assert all_named(app, NAME) == [mine]


def test_saving_all_the_same_saves_and_is_written_in_history_and_log(app, as_user, mine):
    lin = as_user("lin")
    page = lin.post("/customers/new", data=FORM)
    answer = lin.post("/customers/new", data=FORM | {"despite": despite(page)})
    assert answer.status_code == 302
    _old, new = all_named(app, NAME)
    with app.app_context(), acting(SYSTEM), speaking("en"):
        assert audit.sets(Customer, new)[0].note == f"Saved although it looks like #{mine} (same name)"
        noted = db.session.scalars(select(Entry).where(Entry.kind == "duplicate_saved")).one()
        assert (noted.subject_id, noted.details["same"]) == (new, ["same name"])
    assert "Saved although it looks like" in as_user("sam").get("/changes/").text


def test_a_yes_to_some_is_no_yes_to_others(app, as_user, saved, mine):
    lin = as_user("lin")
    page = lin.post("/customers/new", data=FORM)
    other = saved(a_customer, name="同号公司", phone=OTHER)
    again = lin.post("/customers/new", data=FORM | {"despite": despite(page)})
    assert again.status_code == 422
    assert f'href="/customers/{other}"' in again.text


@pytest.mark.parametrize("token", ["", "forged", "12,13"])
def test_a_forged_yes_is_none(app, as_user, mine, token):
    assert as_user("lin").post("/customers/new", data=FORM | {"despite": token}).status_code == 422
    assert all_named(app, NAME) == [mine]


def test_a_yes_of_somebody_else_is_none(as_user, mine):
    page = as_user("lin").post("/customers/new", data=FORM)
    assert as_user("anran").post("/customers/new", data=FORM | {"despite": despite(page)}).status_code == 422


def test_the_enter_key_saves_as_usual_and_says_yes_to_nothing(as_user, mine):
    page = as_user("lin").post("/customers/new", data=FORM).text
    form = page[page.index('id="zk-form"') :]
    assert form.index('<button type="submit" hidden') < form.index('name="despite"')


def test_an_equal_credit_code_is_refused_as_ever_and_there_is_no_all_the_same(app, as_user, saved):
    saved(a_customer, name="有码公司", credit_code=CODE)
    page = as_user("lin").post("/customers/new", data=FORM | {"credit_code": CODE})
    assert page.status_code == 422
    assert "Another customer has this credit code already." in page.text
    assert 'name="despite"' not in page.text


def test_saving_outside_the_scope_tells_and_reveals_no_more(app, as_user, theirs):
    page = as_user("lin").post("/customers/new", data={"kind": "company", "name": "新公司", "phone": NUMBER})
    assert page.status_code == 422
    assert "There is such a customer outside of what you see." in page.text
    assert NAME not in page.text
    assert looked_up(app) == [(LIN.id, NAME)]


@pytest.mark.usefixtures("no_key_data")
def test_a_change_asks_only_about_what_changes(app, as_user, saved, mine):
    other = saved(a_customer, name="同号公司", phone=NUMBER)
    lin, form = as_user("lin"), {"kind": "company", "name": "同号公司", "phone": NUMBER, "revision": 1}
    assert lin.post(f"/customers/{other}/edit", data=form | {"address": "新址"}).status_code == 302
    page = lin.post(f"/customers/{other}/edit", data=form | {"name": NAME, "revision": 2})
    assert page.status_code == 422
    assert f'href="/customers/{mine}"' in page.text
    yes = form | {"name": NAME, "revision": 2, "despite": despite(page)}
    assert lin.post(f"/customers/{other}/edit", data=yes).status_code == 302
    assert all_named(app, NAME) == [mine, other]
