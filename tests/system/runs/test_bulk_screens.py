"""Actions over many rows, from the list to the yes: the three gates, the count, and what is long."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.extensions import db
from app.system.jobs import services as jobs
from app.system.jobs.models import Job
from app.system.runs.models import Run
from tests.cast import EVE
from tests.factories import a_customer

LEVEL_B = '{"all": [{"field": "level", "op": "is", "value": "b"}]}'


@pytest.fixture
def keys(app):
    """Five customers of level b, one of them Eve's."""
    with app.app_context():
        found = [a_customer(name=f"客户{n}", phone=f"+8637165001{n:03}", level="b").id for n in range(4)]
        return [*found, a_customer(name="叶家", phone="+8637165009999", owner=EVE.id, level="b").id]


def preview(browser, **form):
    return browser.post("/customers/bulk", data={"action": "bulk_edit", "scope": "selected", "filter": ""} | form)


def yes(browser, page, **form):
    asked = re.search(r'name="asked" value="([^"]+)"', page.text)[1]
    return browser.post("/customers/bulk/run", data={"asked": asked, "level": "a"} | form)


def levels(app):
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(Customer.level).order_by(Customer.id)))


def the_run(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(select(Run.id)).one()


def test_ticked_rows_are_previewed_then_changed_then_taken_back(app, as_user, keys):
    browser = as_user("anran")
    page = preview(browser, ids=keys[:2])
    assert page.status_code == 200
    assert "ticked rows will be changed" in page.text
    assert all(name in page.text for name in ("客户0", "客户1"))
    assert levels(app) == ["b"] * 5

    answer = yes(browser, page)
    assert (answer.status_code, answer.location) == (302, "/customers/")
    assert "2 rows were changed." in browser.get("/customers/").text
    assert levels(app) == ["a", "a", "b", "b", "b"]

    address = f"/runs/{the_run(app)}"
    assert "2 rows get their former values again." in browser.get(f"{address}/take-back").text
    browser.post(f"{address}/take-back")
    assert levels(app) == ["b"] * 5
    assert "Undone" in browser.get(address).text


def test_every_matching_row_of_the_filter_is_changed_and_no_other(app, as_user, keys):
    with app.app_context():
        a_customer(name="丙级", phone="+8637165007777", level="c")
    browser = as_user("anran")
    page = preview(browser, scope="all", filter=LEVEL_B)
    assert '<strong class="zk-num">5</strong>' in page.text
    yes(browser, page)
    assert levels(app) == ["a"] * 5 + ["c"]


def test_rows_that_had_the_value_already_are_counted_apart(app, as_user, keys, saved):
    already = [saved(a_customer, name=f"甲级{n}", phone=f"+863716500888{n}", level="a") for n in range(3)]
    browser = as_user("anran")
    yes(browser, preview(browser, ids=[*keys, *already]))
    page = browser.get(f"/runs/{the_run(app)}").text
    told = re.sub(r"<[^>]+>", " ", page[page.index("No change needed") :][:200]).split()
    assert told[:4] == ["No", "change", "needed", "3"]


def test_a_supervisor_runs_over_the_rows_of_her_department_and_no_other(app, as_user, keys):
    page = preview(browser := as_user("sam"), scope="all", filter=LEVEL_B)
    assert '<strong class="zk-num">4</strong>' in page.text
    assert "叶家" not in page.text
    yes(browser, page)
    assert levels(app) == ["a"] * 4 + ["b"]


@pytest.mark.parametrize("action", ["bulk_edit", "delete"])
def test_who_has_no_such_button_is_refused(app, as_user, keys, action):
    browser = as_user("shi")
    assert preview(browser, ids=keys[:1], action=action).status_code == 403
    assert "data-bulk" not in browser.get("/customers/").text


def test_a_yes_of_somebody_without_the_button_is_refused_whatever_it_carries(app, as_user, keys):
    page = preview(as_user("anran"), ids=keys[:1])
    assert yes(as_user("shi"), page).status_code == 403
    stolen = yes(as_user("sam"), page)  # may do so herself, but did not look
    assert stolen.status_code == 400
    assert "open for too long" in stolen.text
    assert levels(app) == ["b"] * 5


def test_ids_outside_the_scope_are_not_counted_and_not_shown(app, as_user, keys):
    page = preview(as_user("sam"), ids=[keys[0], keys[4]])
    assert '<strong class="zk-num">1</strong>' in page.text
    assert "叶家" not in page.text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Tick some rows first."),
        ({"ids": ["x", "99999999999999"]}, "Tick some rows first."),
        ({"scope": "all", "filter": "nonsense"}, "condition"),
    ],
)
def test_what_cannot_be_meant_is_told_on_the_list(app, as_user, keys, form, told):
    browser = as_user("anran")
    assert preview(browser, **form).status_code == 302
    assert told in browser.get("/customers/").text


def test_an_unknown_action_is_not_there(as_user, keys):
    assert preview(as_user("anran"), action="explode").status_code == 404


def test_nothing_filled_in_is_told_on_the_same_page_and_the_rest_stays(app, as_user, keys):
    browser = as_user("anran")
    page = preview(browser, ids=keys[:2])
    answer = yes(browser, page, level="", emptied=[])
    assert answer.status_code == 422
    assert "Fill in at least one field" in answer.text
    both = yes(browser, page, level="a", emptied=["level"])
    assert "both filled in and to be emptied" in both.text
    assert levels(app) == ["b"] * 5


def test_a_forged_yes_is_refused(app, as_user, keys):
    browser = as_user("anran")
    answer = browser.post("/customers/bulk/run", data={"asked": "forged", "level": "a"})
    assert answer.status_code == 400
    assert levels(app) == ["b"] * 5


def test_the_run_stops_when_the_number_of_rows_has_changed_since_the_preview(app, as_user, keys):
    browser = as_user("anran")
    page = preview(browser, scope="all", filter=LEVEL_B)
    with app.app_context():
        a_customer(name="新来的", phone="+8637165008888", level="b")
    answer = yes(browser, page)
    assert answer.status_code == 422
    assert "6 rows match now, 5 did when you looked: nothing was changed" in answer.text
    assert '<strong class="zk-num">6</strong>' in answer.text
    assert levels(app) == ["b"] * 6
    yes(browser, answer)
    assert levels(app) == ["a"] * 6


def test_a_long_run_goes_to_the_background_and_is_watched_and_taken_back_there(app, as_user, keys, few_are_many):
    browser = as_user("anran")
    page = preview(browser, scope="all", filter=LEVEL_B)
    assert "goes on in the background" in page.text
    answer = yes(browser, page)
    address = f"/runs/{the_run(app)}"
    assert answer.location == address
    assert levels(app) == ["b"] * 5
    assert "Watch it" in browser.get(address).text

    assert worked(app) == ["done"]
    assert levels(app) == ["a"] * 5
    assert "Watch it" not in browser.get(address).text

    browser.post(f"{address}/take-back")
    assert levels(app) == ["a"] * 5
    assert worked(app) == ["done", "done"]
    assert levels(app) == ["b"] * 5


@pytest.fixture
def few_are_many(app, monkeypatch):
    """Three rows are enough to go to the background."""
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], background_from_rows=3))


def worked(app):
    """Do what waits, as a worker does; return the states of all jobs."""
    with app.app_context(), acting(SYSTEM):
        for job_id in db.session.scalars(select(Job.id).where(Job.state == "waiting")).all():
            jobs.work(job_id, lease_seconds=60)
        return list(db.session.scalars(select(Job.state).order_by(Job.id)))


@pytest.mark.one_database
def test_a_worker_that_never_showed_a_page_knows_what_can_be_run_over(app):
    command = "import sys; from app import create_app; from config import Settings\n"
    command += "create_app(Settings.from_environment()); from app.system.runs.services import subjects\n"
    command += "sys.stdout.write(' '.join(subjects))"
    settings = app.config["ZHIKE"]
    given = {"MODE": "test", "DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir)}
    given |= {
        "SECRET_KEY": settings.secret_key,
        "LOG_KEY": settings.log_key,
        "ENCRYPTION_KEYS": ",".join(settings.encryption_keys),
    }
    said = subprocess.run([sys.executable, "-c", command], env=os.environ | given, capture_output=True, check=True)
    names = "Delivery Recycle Customer Followup Pool Fee Renewal BankLine Opportunity Ticket".split()
    assert set(said.stdout.decode().split()) == {f"{name}View" for name in names}


# ── the screen of runs ──


def a_run(app, as_user, keys):
    browser = as_user("sam")
    yes(browser, preview(browser, ids=keys[:2]))
    return the_run(app)


@pytest.mark.parametrize("path", ["", "/take-back"])
def test_a_run_of_somebody_else_is_not_there(app, as_user, keys, path):
    address = f"/runs/{a_run(app, as_user, keys)}{path}"
    assert as_user("dai").get(address).status_code == 404


def test_who_has_no_runs_may_not_open_the_screen(as_user):
    assert as_user("lin").get("/runs/").status_code == 200  # an agent has one: the own
    assert as_user("bai").get("/runs/").status_code == 403


def test_the_auditor_sees_every_run_and_takes_none_back(app, as_user, keys):
    browser = as_user("xu")
    address = f"/runs/{a_run(app, as_user, keys)}"
    page = browser.get(address)
    assert page.status_code == 200
    assert "take-back" not in page.text
    assert browser.post(f"{address}/take-back").status_code == 403
    assert levels(app)[:2] == ["a", "a"]


def test_get_takes_nothing_back(app, as_user, keys):
    address = f"/runs/{a_run(app, as_user, keys)}/take-back"
    assert as_user("sam").get(address).status_code == 200
    assert levels(app)[:2] == ["a", "a"]


def test_the_names_of_rows_left_alone_are_told_only_within_the_scope(app, as_user, keys):
    browser = as_user("sam")
    page = preview(browser, ids=keys[:2])
    yes(browser, page)
    with app.app_context(), acting(SYSTEM):
        moved = db.session.get(Customer, keys[0])
        moved.owner_id, moved.department_id, moved.name = EVE.id, EVE.department_id, "叶家新店"
        db.session.commit()
    browser.post(f"/runs/{the_run(app)}/take-back")
    shown = browser.get(f"/runs/{the_run(app)}").text
    assert "Edited since." in shown
    assert "叶家新店" not in shown
    assert f"#{keys[0]}" in shown
