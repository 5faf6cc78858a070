"""What a person asks of jobs."""

from collections.abc import Mapping
from typing import Any

from app.base import background, clock
from app.base.actor import Actor
from app.base.sentences import lasting
from app.base.stamps import raise_stamp
from app.base.transaction import announce, lock, transaction
from app.extensions import db
from app.system.jobs import rules
from app.system.jobs.facts import JobEnded, JobWaiting
from app.system.jobs.models import Job
from app.system.jobs.queries import STAMP
from app.system.jobs.rules import State


@transaction
def start(kind: str, given: Mapping[str, Any], *, words: Mapping[str, object], actor: Actor, language: str = "") -> int:
    """Put work of a kind among what is waiting; return the job's id. Workers hear of it after the commit."""
    origin = {
        "channel": str(actor.channel),
        "address": actor.address,
        "request_id": actor.request_id,
        "language": language,
    }
    now = clock.now()
    title = lasting(background.kinds[kind].title, words, longest=200)
    job = Job(kind=kind, given=dict(given), title=title, origin=origin, user_id=actor.id)
    job.state, job.created_at, job.called_at = State.WAITING, now, now
    db.session.add(job)
    db.session.flush()
    raise_stamp(STAMP)
    announce(JobWaiting(job_id=job.id))
    return job.id


@transaction
def cancel(job: Job, *, actor: Actor) -> None:
    """End a waiting job; ask a running one to stop after the step it is at, which stays done.

    Raises WrongState for a job that has ended.
    """
    lock(job)
    if job.state == State.RUNNING:
        job.cancel_asked_at = clock.now()
        return
    job.state, job.ended_at = rules.state_after(job.state, "cancel"), clock.now()
    raise_stamp(STAMP)
    announce(JobEnded(job_id=job.id, kind=job.kind, state=job.state, user_id=job.user_id))


@transaction
def retry(job: Job, *, actor: Actor) -> None:
    """Let a failed or cancelled job go on where it stopped. Raises WrongState for any other."""
    lock(job)
    job.state = rules.state_after(job.state, "retry")
    job.problem = job.cancel_asked_at = job.ended_at = job.lease_until = None
    job.losses, job.called_at = 0, clock.now()
    raise_stamp(STAMP)
    announce(JobWaiting(job_id=job.id))
