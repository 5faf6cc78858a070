"""The screen of jobs: one's own, how far they are, their files; long exports end here."""

import io
import json
from dataclasses import replace

import openpyxl
import pytest
from sqlalchemy import select

from app.base import background
from app.base.actor import SYSTEM, acting
from app.base.background import Kind
from app.extensions import db
from app.system.jobs import services
from app.system.jobs.models import Job
from app.system.logs.models import Entry
from tests.cast import EVE, LIN, MEI
from tests.factories import a_customer

STATE = {"state": "waiting", "percent": None, "is_ended": False, "problem": None}


@pytest.fixture
def own_job(app):
    """A job of Lin's that is waiting."""
    background.register(Kind("test", "Test of %(what)s", run=lambda _progress: {"rows": 1}))
    with app.app_context(), acting(LIN.actor) as actor:
        key = services.start("test", {}, words={"what": "five"}, actor=actor)
    yield key
    del background.kinds["test"]


def test_a_person_sees_her_own_jobs_and_nobody_elses(as_user, own_job):
    assert "Test of five" in as_user("lin").get("/jobs/").text
    assert "Test of five" not in as_user("mei").get("/jobs/").text
    for path in ("", "/state", "/result"):
        assert as_user("mei").get(f"/jobs/{own_job}{path}").status_code == 404


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_nobody_touches_the_job_of_somebody_else(as_user, own_job, read, verb):
    assert as_user("mei").post(f"/jobs/{own_job}/{verb}").status_code == 404
    assert as_user("xu").post(f"/jobs/{own_job}/{verb}").status_code == 403  # the auditor sees it
    assert as_user("bai").post(f"/jobs/{own_job}/{verb}").status_code == 403
    assert read(Job, own_job).state == "waiting"


def test_the_auditor_sees_every_job(as_user, own_job):
    assert "Test of five" in as_user("xu").get("/jobs/").text
    assert as_user("xu").get(f"/jobs/{own_job}").status_code == 200


def test_a_page_that_waits_is_told_how_far_the_job_is(app, as_user, own_job):
    browser = as_user("lin")
    assert STATE.items() <= browser.get(f"/jobs/{own_job}/state").json.items()
    assert "data-job=" in browser.get(f"/jobs/{own_job}").text
    worked(app)
    assert browser.get(f"/jobs/{own_job}/state").json["is_ended"] is True
    assert "data-job=" not in browser.get(f"/jobs/{own_job}").text


def test_a_waiting_job_is_cancelled_and_tried_again_by_its_buttons(app, as_user, own_job, read):
    browser = as_user("lin")
    browser.post(f"/jobs/{own_job}/cancel")
    assert read(Job, own_job).state == "cancelled"
    assert "Try again" in browser.get(f"/jobs/{own_job}").text
    browser.post(f"/jobs/{own_job}/cancel")
    assert "was cancelled already" in browser.get(f"/jobs/{own_job}").text
    browser.post(f"/jobs/{own_job}/retry")
    worked(app)
    assert read(Job, own_job).state == "done"


def test_a_job_without_a_file_has_none(as_user, own_job):
    assert as_user("lin").get(f"/jobs/{own_job}/result").status_code == 404


def test_the_timetable_is_shown_to_who_looks_after_the_house(as_user):
    assert as_user("anran").get("/timetable/").status_code == 200
    assert as_user("lin").get("/timetable/").status_code == 403


def worked(app):
    with app.app_context(), acting(SYSTEM):
        for job_id in db.session.scalars(select(Job.id).where(Job.state == "waiting")).all():
            assert services.work(job_id, lease_seconds=60) == "done", db.session.get(Job, job_id).problem


# ── long exports ──


@pytest.fixture
def few_are_long(app, monkeypatch):
    """Two rows are enough for a job."""
    monkeypatch.setitem(app.config, "ZHIKE", replace(app.config["ZHIKE"], export_at_once_rows=1))


@pytest.fixture
def customers(app):
    with app.app_context():
        for name, owner in (("林家", LIN), ("林家二店", LIN), ("梅家", MEI), ("叶家", EVE)):
            a_customer(name=name, phone="+8637165001234", owner=owner.id)


def test_a_long_list_is_written_by_a_job_within_the_scope_masked_and_logged_once(
    app, as_user, customers, few_are_long, read
):
    browser = as_user("lin")
    assert 'formaction="/customers/export' in browser.get("/customers/").text
    answer = browser.post("/customers/export?format=xlsx&sort=name")
    worked(app)
    page = browser.get(answer.location).text
    assert "Download" in page

    file = browser.get(f"{answer.location}/result")
    rows = list(openpyxl.load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))
    place = rows[0].index("Customer name")
    assert sorted(row[place] for row in rows[1:]) == ["林家", "林家二店"]
    assert file.headers["Content-Disposition"].startswith("attachment")
    with app.app_context(), acting(SYSTEM):
        [entry] = db.session.scalars(select(Entry).where(Entry.kind == "exported"))
        assert (entry.person_id, json.loads(entry.detail)["rows"]) == (LIN.id, 2)


def test_a_dispatchers_file_holds_no_whole_number(app, as_user, customers, few_are_long):
    browser = as_user("dai")
    answer = browser.post("/customers/export?format=csv")
    worked(app)
    text = browser.get(f"{answer.location}/result").data.decode("utf-8-sig")
    assert "叶家" in text
    assert "65001234" not in text


def test_the_file_of_somebody_elses_export_is_not_there(app, as_user, customers, few_are_long):
    answer = as_user("lin").post("/customers/export?format=csv")
    worked(app)
    assert as_user("mei").get(f"{answer.location}/result").status_code == 404


def test_who_may_not_export_starts_no_job(app, as_user, customers, few_are_long):
    assert as_user("qian").post("/customers/export?format=xlsx").status_code == 403


def test_a_long_export_of_a_filter_that_cannot_be_is_refused_at_once(app, as_user, customers, few_are_long):
    answer = as_user("lin").post("/customers/export?format=xlsx&filter=nonsense")
    assert answer.status_code == 400
