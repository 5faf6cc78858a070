"""Doing a job: taking it, going through its steps with the lease held, and saying how it ended."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar

from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError, OperationalError

from app.base import background, clock, storage
from app.base.actor import SYSTEM, Actor, Channel, acting
from app.base.errors import DomainError, NotAllowed
from app.base.i18n import _, speaking
from app.base.sentences import lasting
from app.base.stamps import raise_stamp
from app.base.transaction import announce, transaction
from app.extensions import db
from app.system.jobs import rules
from app.system.jobs.facts import JobEnded
from app.system.jobs.models import Job
from app.system.jobs.queries import STAMP
from app.system.jobs.rules import State
from app.system.jobs.services.telling import tell
from app.system.security import queries as security

log = logging.getLogger("zhike.jobs")
JOBS = Job.__table__
ENDED = (JOBS.c.kind, JOBS.c.title, JOBS.c.user_id)
T = TypeVar("T")


class Lost(Exception):
    """Another worker has this job by now, or nobody should: what this one does must not count."""


class Cancelled(Exception):
    """The person asked to stop. The steps done so far stay."""


class Working:
    """A job in the hands of this worker. See base.background.Progress."""

    def __init__(self, job: Job, actor: Actor, *, lease_seconds: int) -> None:
        self.job_id, self.attempt, self.done = job.id, job.attempt, job.done_count
        self.given: Mapping[str, Any] = dict(job.given)
        self.actor, self.lease_seconds = actor, lease_seconds
        self.file: dict[str, Any] | None = None
        self.last: list[Callable[[], object]] = []

    def step(self, change: Callable[[], T], *, done: int, total: int | None = None) -> T:
        """Run ``change`` and count it, in one transaction. Raises Lost or Cancelled; nothing is done then."""

        @transaction
        def both() -> T:
            self._hold(done, total)
            return change()

        result = both()
        self.done = done
        return result

    def tell(self, *, done: int, total: int | None = None) -> None:
        """Say how far reading has come, beside the transaction that reads. Raises Lost or Cancelled."""
        values = {"done_count": done, "lease_until": self.lease()} | ({"total_count": total} if total else {})
        with db.engine.begin() as connection:
            held = update(JOBS).where(self.mine()).values(**values).returning(JOBS.c.cancel_asked_at)
            _go_on(connection.execute(held).first())

    def close_with(self, change: Callable[[], object]) -> None:
        """Run ``change`` in the transaction that ends the job."""
        self.last.append(change)

    def hand_out(self, file: Path, *, name: str) -> None:
        """Keep a file for the person to fetch from the job's page."""
        with file.open("rb") as stream:
            kept = storage.store(stream)
        self.file = {"sha256": kept.sha256, "name": name, "size_bytes": kept.size_bytes}

    def mine(self) -> Any:
        """Return the condition that the job is still in this worker's hands."""
        return (JOBS.c.id == self.job_id) & (JOBS.c.attempt == self.attempt) & (JOBS.c.state == str(State.RUNNING))

    def _hold(self, done: int, total: int | None) -> None:
        values = {"done_count": done, "lease_until": self.lease()} | ({"total_count": total} if total else {})
        held = update(JOBS).where(self.mine()).values(**values).returning(JOBS.c.cancel_asked_at)
        _go_on(db.session.execute(held).first())

    def lease(self) -> Any:
        return clock.now() + timedelta(seconds=self.lease_seconds)


def _go_on(row: Any) -> None:
    """Raise Lost if the job is no longer this worker's, Cancelled if the person asked to stop."""
    if row is None:
        raise Lost
    if row.cancel_asked_at is not None:
        raise Cancelled


def work(job_id: int, *, lease_seconds: int) -> State | None:
    """Do a job to its end; return how it ended, None if there was nothing to do: somebody else has it, or had it."""
    with acting(SYSTEM.by(Channel.WORKER)):
        taken = _take(job_id, lease_seconds=lease_seconds)
        if taken is None:
            return None
        working = Working(taken, _who(taken), lease_seconds=lease_seconds)
        kind, language = taken.kind, taken.origin.get("language")
        db.session.rollback()
        with speaking(language), _kept_alive(working, db.engine):
            return _end(working, *_outcome(working, kind))


@transaction
def _take(job_id: int, *, lease_seconds: int) -> Job | None:
    now = clock.now()
    free = (JOBS.c.id == job_id) & (JOBS.c.state == str(State.WAITING))
    lease = now + timedelta(seconds=lease_seconds)
    values = {"state": str(State.RUNNING), "attempt": JOBS.c.attempt + 1, "lease_until": lease, "started_at": now}
    taken = db.session.execute(update(JOBS).where(free).values(**values))
    return db.session.get(Job, job_id, populate_existing=True) if taken.rowcount else None  # type: ignore[attr-defined]


def _who(job: Job) -> Actor:
    """Return the person who asked, with the rights they have now, coming in from where they asked."""
    origin = job.origin
    person = SYSTEM if job.user_id is None else security.actor(job.user_id)
    if person is None:
        return Actor(id=None, name="")
    channel = Channel(origin.get("channel") or Channel.WORKER)
    return replace(person, channel=channel, address=origin.get("address"), request_id=origin.get("request_id"))


def _outcome(working: Working, kind: str) -> tuple[str, dict[str, Any]]:
    """Return the verb of the job's end, and what is to be noted at it."""
    try:
        with acting(working.actor):
            _check_known(working.actor)
            result = background.kinds[kind].run(working) or {}
    except Lost:
        return "", {}
    except Cancelled:
        return "stop", {}
    except DomainError as refusal:
        return "fail", {"problem": lasting(refusal)}
    except OperationalError:  # the database is away: the job is resumed when it is back
        log.warning("job interrupted", exc_info=True, extra={"job": working.job_id})
        return "", {}
    except Exception:  # whatever it is, the person must be told
        log.exception("job failed", extra={"job": working.job_id})
        return "fail", {"problem": lasting(_("Something went wrong on our side. Job %(id)s.", id=working.job_id))}
    return "finish", {"result": dict(result), "file": working.file}


def _check_known(actor: Actor) -> None:
    if actor.id is None and not actor.is_system:
        raise NotAllowed(_("The account of the person who asked for this was disabled."))


def _end(working: Working, verb: str, values: dict[str, Any]) -> State | None:
    db.session.rollback()
    return _ended(working, verb, values) if verb else None


@transaction
def _ended(working: Working, verb: str, values: dict[str, Any]) -> State | None:
    after = rules.state_after(State.RUNNING, verb)
    ended = values | {"state": str(after), "ended_at": clock.now(), "lease_until": None}
    mine = db.session.execute(update(JOBS).where(working.mine()).values(**ended).returning(*ENDED))
    row = mine.first()
    if row is None:
        return None
    for change in working.last if after == State.DONE else ():
        with acting(working.actor):
            change()
    tell(working.job_id, working.attempt, title=row.title, state=after, user_id=row.user_id)
    raise_stamp(STAMP)  # last: its row is the same for all jobs, and is held until the commit
    announce(JobEnded(job_id=working.job_id, kind=row.kind, state=str(after), user_id=row.user_id))
    return after


@contextmanager
def _kept_alive(working: Working, engine: Engine) -> Iterator[None]:
    """Hold the lease while the work is between two steps, from a thread of its own: it ends with the process."""
    over = Event()
    thread = Thread(target=_beat, args=(working, engine, over), daemon=True, name=f"lease-{working.job_id}")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(working: Working, engine: Engine, over: Event) -> None:
    while not over.wait(working.lease_seconds / 4):
        try:
            with engine.begin() as connection:
                connection.execute(update(JOBS).where(working.mine()).values(lease_until=working.lease()))
        except DBAPIError:
            log.warning("lease not held", exc_info=True, extra={"job": working.job_id})
