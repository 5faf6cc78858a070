"""Jobs beside other work: what every page is told, what a page that asks by itself is answered, and what that costs."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.base import background, clock
from app.base.actor import SYSTEM, acting
from app.base.background import Kind
from app.base.errors import Invalid
from app.extensions import db
from app.system.jobs import services
from app.system.jobs.models import Job
from app.system.sign_in.models import LoginSession
from app.system.sign_in.views import QUIET_ENDPOINTS
from tests.cast import LIN, MEI

AS_JSON = {"Accept": "application/json"}
RESULTS = [
    ({"rows": 1234}, "1,234 rows", None),
    ({"rows": 1}, "1 row", None),
    ({"url": "/runs/5"}, "", "/runs/5"),
    ({}, "", None),
]


@pytest.fixture
def start(app):
    """Start a job of a person; ``run``: what it does."""

    def begin(person=LIN, run=lambda _progress: {"rows": 1}):
        background.register(Kind("test", "Test of %(what)s", run=run))
        with app.app_context(), acting(person.actor) as actor:
            return services.start("test", {}, words={"what": "five"}, actor=actor)

    yield begin
    background.kinds.pop("test", None)


@pytest.fixture
def work(app):
    """Do what waits."""

    def do():
        with app.app_context(), acting(SYSTEM):
            for job_id in db.session.scalars(select(Job.id).where(Job.state == "waiting")).all():
                services.work(job_id, lease_seconds=60)

    return do


def told(browser, known=""):
    return browser.get(f"/jobs/mine?known={known}", headers=AS_JSON).json["jobs"]


def keys_of(page):
    return re.search(r'data-tray data-keys="([^"]*)"', page)[1]


# ── the frame ──


def test_every_page_names_the_jobs_of_its_person_that_go_on(as_user, start, work):
    lin, mei = as_user("lin"), as_user("mei")
    assert keys_of(lin.get("/customers/").text) == ""
    key = start()
    assert keys_of(lin.get("/customers/").text) == str(key)
    assert keys_of(mei.get("/customers/").text) == ""
    work()
    assert keys_of(lin.get("/customers/").text) == ""


def test_a_cancelled_job_goes_on_no_more_and_one_tried_again_does(as_user, start):
    lin, key = as_user("lin"), start()
    lin.post(f"/jobs/{key}/cancel")
    assert keys_of(lin.get("/").text) == ""
    lin.post(f"/jobs/{key}/retry")
    assert keys_of(lin.get("/").text) == str(key)


def test_a_job_that_was_given_up_goes_on_no_more(app, as_user, start):
    lin, key = as_user("lin"), start()
    assert keys_of(lin.get("/").text) == str(key)
    with app.app_context(), acting(SYSTEM):
        job = db.session.get(Job, key)
        job.state, job.losses, job.lease_until = "running", 9, clock.now() - timedelta(minutes=1)
        db.session.commit()
        services.sweep()
    assert keys_of(lin.get("/").text) == ""


def test_pages_ask_nothing_of_the_jobs_until_one_begins_or_ends(as_user, start, statements):
    lin = as_user("lin")
    start()
    lin.get("/customers/")
    with statements() as seen:
        lin.get("/customers/")
    assert [one for one in seen if "jobs_job" in one] == []


def test_who_may_not_open_jobs_has_no_tray(as_user):
    assert "data-tray " not in as_user("bai").get("/").text


# ── what a page is answered ──


@pytest.mark.parametrize("verb", ["get"])
def test_its_three_gates(as_user, stranger, start, verb):
    start()
    assert getattr(as_user("bai"), verb)("/jobs/mine", headers=AS_JSON).status_code == 403
    assert getattr(stranger, verb)("/jobs/mine", headers=AS_JSON).status_code == 401
    assert len(told(as_user("lin"))) == 1


def test_a_person_is_told_of_the_own_jobs_alone_even_if_they_see_all(as_user, start, work):
    key = start(MEI)
    for username in ("lin", "xu", "anran"):
        assert told(as_user(username), known=str(key)) == []
    work()
    assert told(as_user("xu"), known=str(key)) == []
    assert [job["id"] for job in told(as_user("mei"), known=str(key))] == [key]


def test_an_ended_job_is_told_only_to_a_page_that_knew_it(as_user, start, work):
    lin, key = as_user("lin"), start()
    work()
    assert told(lin) == []
    [job] = told(lin, known=f"999.{key}")
    assert (job["state"], job["is_ended"], job["title"]) == ("done", True, "Test of five")
    assert job["cancel_url"] is None


@pytest.mark.parametrize("known", ["x", "-1", "9" * 30, "１", "1..2", "1." * 500])
def test_whatever_a_page_claims_to_know_it_is_answered(as_user, start, known):
    start()
    assert len(told(as_user("lin"), known=known)) == 1


@pytest.mark.parametrize(("result", "words", "url"), RESULTS)
def test_what_came_out_is_told_in_words_with_its_address(as_user, start, work, result, words, url):
    key = start(run=lambda _progress: result)
    work()
    [job] = told(as_user("lin"), known=str(key))
    assert (job["came_out"], job["result_url"], job["file"]) == (words, url, None)


def test_a_file_is_offered_under_its_name(as_user, start, work, tmp_path):
    (tmp_path / "f").write_text("x")
    key = start(run=lambda progress: progress.hand_out(tmp_path / "f", name="客户.csv"))
    work()
    [job] = told(as_user("lin"), known=str(key))
    assert job["file"] == {"name": "客户.csv", "url": f"/jobs/{key}/result"}
    assert as_user("lin").get(job["file"]["url"]).text == "x"


def test_why_a_job_failed_is_told(as_user, start, work):
    def fail(_progress):
        raise Invalid("The list is gone.")

    key = start(run=fail)
    work()
    [job] = told(as_user("lin"), known=str(key))
    assert job["state"] == "failed"
    assert job["problem"] == "The list is gone."
    assert job["result_url"] is None


def test_a_running_job_can_be_cancelled_once(as_user, start, app):
    lin, key = as_user("lin"), start()
    with app.app_context(), acting(SYSTEM):
        job = db.session.get(Job, key)
        job.state, job.done_count, job.total_count = "running", 1, 4
        db.session.commit()
    [job] = told(lin)
    assert (job["percent"], job["text"], job["cancel_url"]) == (25, "1 of 4", f"/jobs/{key}/cancel")
    lin.post(job["cancel_url"])
    [job] = told(lin)
    assert (job["label"], job["cancel_url"]) == ("Stopping", None)


def test_asking_writes_nothing_asks_one_statement_of_jobs_and_keeps_no_session_alive(app, as_user, start, statements):
    lin = as_user("lin")
    start()
    told(lin)
    seen_at = aged(app, minutes=59)
    with statements() as seen:
        told(lin)
    assert len([one for one in seen if "FROM jobs_job" in one]) == 1
    assert not [one for one in seen if one.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert "JobView.mine" in QUIET_ENDPOINTS
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalar(select(LoginSession.seen_at).where(LoginSession.user_id == LIN.id)) == seen_at


def aged(app, *, minutes):
    with app.app_context(), acting(SYSTEM):
        seen_at = clock.now() - timedelta(minutes=minutes)
        for row in db.session.scalars(select(LoginSession).where(LoginSession.user_id == LIN.id)):
            row.seen_at = seen_at
        db.session.commit()
        return seen_at
