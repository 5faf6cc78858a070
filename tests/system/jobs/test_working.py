"""A job from its asking to its end: steps, cancelling, going on after a death, and whose it is."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base import background, clock, storage
from app.base.actor import SYSTEM, Channel, acting, current_actor
from app.base.background import Kind
from app.base.errors import Invalid, WrongState
from app.base.stamps import Stamp, raise_stamp
from app.base.transaction import listen
from app.extensions import db
from app.system.jobs import rules, services
from app.system.jobs.facts import JobEnded, JobWaiting
from app.system.jobs.models import Job
from app.system.jobs.rules import State
from app.system.jobs.services import working
from app.system.notifications.models import Message
from app.system.security import services as security
from app.system.security.models import Employee
from tests.cast import ANRAN, LIN

LEASE_SECONDS = 60
STEPS = 5


@pytest.fixture(autouse=True)
def kind(app):
    """A kind of work whose ``run`` the test replaces; it counts with a stamp."""
    with app.app_context():
        before[0] = stamp()
        db.session.remove()
    background.register(Kind("test", "Test of %(what)s", run=count_to_five))
    yield
    del background.kinds["test"]


def count_to_five(progress):
    for one in range(progress.done, STEPS):
        progress.step(lambda: raise_stamp("test"), done=one + 1, total=STEPS)
    return {"counted": STEPS}


def doing(run):
    background.register(Kind("test", "Test of %(what)s", run=run))


def asked(actor=LIN, **given):
    with acting(actor.actor):
        return services.start("test", given, words={"what": "five"}, actor=actor.actor)


def work(job_id, lease_seconds=LEASE_SECONDS):
    return services.work(job_id, lease_seconds=lease_seconds)


def job_of(job_id):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get(Job, job_id)


def counted():
    """How often the stamp was raised in this test: the bed never puts stamps back."""
    return stamp() - before[0]


before = [0]


def stamp():
    db.session.rollback()
    return db.session.scalar(select(Stamp.number).where(Stamp.name == "test")) or 0


def test_a_job_goes_through_its_steps_and_says_what_came_of_it(in_app):
    job_id = asked()
    waiting = job_of(job_id)
    assert (waiting.title, waiting.state, waiting.user_id) == ("Test of five", State.WAITING, LIN.id)

    assert work(job_id) == State.DONE

    job = job_of(job_id)
    assert (job.done_count, job.total_count, job.result, job.lease_until) == (STEPS, STEPS, {"counted": STEPS}, None)
    assert job.started_at <= job.ended_at
    assert counted() == STEPS


def test_workers_hear_of_a_job_only_once_it_is_committed(in_app):
    heard = []
    listen(JobWaiting, heard.append)
    job_id = asked()
    assert [fact.job_id for fact in heard] == [job_id]


def test_a_job_runs_as_whoever_asked_with_the_rights_of_now_from_where_they_asked(in_app):
    seen = []
    doing(lambda _progress: seen.append(current_actor()))
    with acting(SYSTEM):
        job_id = services.start("test", {}, words={"what": "me"}, actor=LIN.actor.by(Channel.API))
    work(job_id)
    assert [(one.id, one.channel, one.reaches) for one in seen] == [(LIN.id, Channel.API, LIN.actor.reaches)]


def test_the_job_of_somebody_whose_account_was_closed_fails(in_app):
    job_id = asked()
    with acting(ANRAN.actor):
        security.disable(db.session.get(Employee, LIN.id), actor=ANRAN.actor)
    assert work(job_id) == State.FAILED
    assert job_of(job_id).problem == "The account of the person who asked for this was disabled."
    assert counted() == 0


def test_a_refusal_fails_the_job_with_its_sentence_and_trying_again_goes_on_where_it_stopped(in_app):
    def stumble(progress):
        if progress.done < 2:
            progress.step(lambda: raise_stamp("test"), done=1)
            progress.step(lambda: raise_stamp("test"), done=2)
            raise Invalid("The count is wrong.")
        return count_to_five(progress)

    doing(stumble)
    job_id = asked()
    assert work(job_id) == State.FAILED
    assert (job_of(job_id).problem, job_of(job_id).done_count) == ("The count is wrong.", 2)

    with acting(LIN.actor):
        services.retry(job_of(job_id), actor=LIN.actor)
    assert work(job_id) == State.DONE
    assert (counted(), job_of(job_id).problem) == (STEPS, None)


def test_a_fault_of_ours_is_told_without_its_traceback_and_kept_in_the_log(in_app, caplog):
    def fall(_progress):
        raise ZeroDivisionError("secret detail")

    doing(fall)
    job_id = asked()
    assert work(job_id) == State.FAILED
    assert job_of(job_id).problem == f"Something went wrong on our side. Job {job_id}."
    assert "secret detail" in caplog.text


def test_a_step_that_fails_is_not_counted_and_leaves_nothing(in_app):
    def half(progress):
        def change():
            raise_stamp("test")
            raise Invalid("No.")

        progress.step(change, done=1)

    doing(half)
    job_id = asked()
    work(job_id)
    assert (counted(), job_of(job_id).done_count) == (0, 0)


# ── cancelling ──


def test_a_waiting_job_is_cancelled_at_once(in_app):
    job_id = asked()
    with acting(LIN.actor):
        services.cancel(job_of(job_id), actor=LIN.actor)
    assert job_of(job_id).state == State.CANCELLED
    assert work(job_id) is None
    assert counted() == 0


def test_a_running_job_stops_before_its_next_step_and_what_it_did_stays(in_app):
    def cancelled_in_the_middle(progress):
        progress.step(lambda: raise_stamp("test"), done=1)
        with acting(LIN.actor):
            services.cancel(job_of(job_id), actor=LIN.actor)
        return count_to_five(progress)

    doing(cancelled_in_the_middle)
    job_id = asked()
    assert work(job_id) == State.CANCELLED
    assert (counted(), job_of(job_id).done_count) == (1, 1)


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_a_job_that_is_done_can_be_neither_cancelled_nor_tried_again(in_app, verb):
    job_id = asked()
    work(job_id)
    with acting(LIN.actor), pytest.raises(WrongState, match="done already"):
        getattr(services, verb)(job_of(job_id), actor=LIN.actor)


# ── workers that die, and workers that come back ──


def test_a_job_whose_worker_was_not_heard_of_goes_on_in_another(in_app):
    job_id = taken_by_a_worker_that_dies()
    heard = []
    listen(JobWaiting, heard.append)
    with acting(SYSTEM):
        services.sweep()
    assert job_id in [fact.job_id for fact in heard]
    assert (job_of(job_id).state, job_of(job_id).losses) == (State.WAITING, 1)
    assert work(job_id) == State.DONE
    assert counted() == STEPS


def taken_by_a_worker_that_dies():
    job_id = asked()
    with acting(SYSTEM):
        working._take(job_id, lease_seconds=-1)
    return job_id


def test_a_worker_that_is_heard_of_keeps_its_job(in_app):
    job_id = asked()
    with acting(SYSTEM):
        working._take(job_id, lease_seconds=LEASE_SECONDS)
        services.sweep()
    assert job_of(job_id).state == State.RUNNING


def test_a_job_that_kills_its_workers_is_given_up_with_the_reason(in_app):
    ended = []
    listen(JobEnded, ended.append)
    job_id = taken_by_a_worker_that_dies()
    for _time in range(rules.MOST_LOSSES - 1):
        with acting(SYSTEM):
            services.sweep()
            working._take(job_id, lease_seconds=-1)
    with acting(SYSTEM):
        services.sweep()
    job = job_of(job_id)
    assert (job.state, job.losses) == (State.FAILED, rules.MOST_LOSSES)
    assert job.problem.startswith("It was interrupted 5 times.")
    assert [fact.state for fact in ended if fact.job_id == job_id] == [State.FAILED]


def test_a_worker_that_comes_back_after_its_job_was_given_away_changes_nothing(in_app):
    def sleep_over_it(progress):
        progress.step(lambda: raise_stamp("test"), done=1)
        given_away(progress.job_id)
        progress.step(lambda: raise_stamp("test"), done=2)

    doing(sleep_over_it)
    job_id = asked()
    assert work(job_id) is None
    assert (counted(), job_of(job_id).state, job_of(job_id).done_count) == (1, State.WAITING, 1)


def given_away(job_id):
    with acting(SYSTEM):
        db.session.execute(update(Job.__table__).values(lease_until=clock.now() - timedelta(seconds=1)))
        db.session.commit()
        services.sweep()


def test_without_the_fence_the_worker_that_came_back_would_do_a_step_twice(in_app, monkeypatch):
    monkeypatch.setattr(working.Working, "mine", lambda self: working.JOBS.c.id == self.job_id)
    with pytest.raises(AssertionError):
        test_a_worker_that_comes_back_after_its_job_was_given_away_changes_nothing(in_app)


def test_the_lease_is_held_while_the_work_is_between_two_steps(in_app):
    lease_was = []

    def reckon(progress):
        lease_was.append(job_of(job_id).lease_until)
        db.session.rollback()
        ends = clock.now() + timedelta(seconds=20)
        while job_of(job_id).lease_until == lease_was[0] and clock.now() < ends:
            db.session.rollback()
        lease_was.append(job_of(job_id).lease_until)
        db.session.rollback()

    doing(reckon)
    job_id = asked()
    assert work(job_id, lease_seconds=1) == State.DONE
    assert lease_was[1] > lease_was[0]


def test_of_two_workers_one_takes_the_job(app):
    assert sorted(by_two_workers(app), key=str) == [None, State.DONE]


def test_without_the_condition_both_workers_would_do_it(app, monkeypatch):
    monkeypatch.setattr(working, "_take", lambda job_id, **_lease: db.session.get(Job, job_id))
    assert by_two_workers(app) != [None, State.DONE]


def by_two_workers(app):
    with app.app_context():
        job_id = asked()
        db.session.remove()
    ready, ended = threading.Barrier(2), []

    def go():
        with app.app_context():
            ready.wait(10)
            ended.append(work(job_id))
            db.session.remove()

    workers = [threading.Thread(target=go) for _one in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    return ended


def test_a_waiting_job_nobody_took_up_is_called_out_again(in_app):
    job_id = asked()
    heard = []
    listen(JobWaiting, heard.append)
    with acting(SYSTEM):
        services.sweep()
        assert job_id not in [fact.job_id for fact in heard]
        long_ago = clock.now() - timedelta(seconds=rules.UNHEARD_SECONDS + 1)
        db.session.execute(update(Job.__table__).values(called_at=long_ago))
        db.session.commit()
        services.sweep()
    assert job_id in [fact.job_id for fact in heard]


# ── what is kept ──


def test_the_file_of_a_job_is_kept_a_week_and_the_job_a_month(in_app, tmp_path):
    (tmp_path / "list.csv").write_text("名称\n")

    def write(progress):
        progress.hand_out(tmp_path / "list.csv", name="客户.csv")

    doing(write)
    job_id = asked()
    work(job_id)
    file = job_of(job_id).file
    assert (file["name"], file["size_bytes"]) == ("客户.csv", 7)
    assert storage.exists(file["sha256"])
    assert storage.remove(file["sha256"]) is False  # the job still offers it

    aged(job_id, days=8)
    assert (job_of(job_id).file, job_of(job_id).state) == (None, State.DONE)
    aged(job_id, days=31)
    assert job_of(job_id) is None


def aged(job_id, *, days):
    with acting(SYSTEM):
        db.session.execute(update(Job.__table__).values(ended_at=clock.now() - timedelta(days=days)))
        db.session.commit()
        services.tidy()


# ── what the person is told ──


def told(person):
    with acting(person.actor):
        messages = db.session.scalars(select(Message).order_by(Message.id))
        return [(one.kind, one.params["title"], one.endpoint, one.record_id) for one in messages]


def test_whoever_asked_is_told_once_how_the_job_ended(in_app):
    def refuse(_progress):
        raise Invalid("No.")

    done = asked()
    work(done)
    work(done)
    doing(refuse)
    failed = asked()
    work(failed)
    assert told(LIN) == [
        ("job_done", "Test of five", "JobView.show", done),
        ("job_failed", "Test of five", "JobView.show", failed),
    ]
    assert told(ANRAN) == []


def test_whoever_cancels_a_job_is_not_told_of_it(in_app):
    job_id = asked()
    with acting(LIN.actor):
        services.cancel(job_of(job_id), actor=LIN.actor)
    assert told(LIN) == []
