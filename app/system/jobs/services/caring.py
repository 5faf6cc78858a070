"""What is done for jobs: those whose worker died go on, those nobody heard of are called again, old ones go."""

from sqlalchemy import update

from app.base import clock, storage
from app.base.i18n import _
from app.base.sentences import lasting
from app.base.stamps import raise_stamp
from app.base.transaction import announce, transaction
from app.extensions import db
from app.system.jobs import queries, rules
from app.system.jobs.facts import JobEnded, JobWaiting
from app.system.jobs.models import Job
from app.system.jobs.rules import State
from app.system.jobs.services.telling import tell

JOBS = Job.__table__


def sweep() -> int:
    """Take jobs away from workers that are gone, and call out every job that still waits. Returns how many."""
    now = clock.now()
    lost, waiting = queries.lost(now), queries.unheard(now)
    for job_id in lost:
        _lose(job_id)
    for job_id in waiting:
        _call(job_id)
    return len(lost) + len(waiting)


@transaction
def _lose(job_id: int) -> None:
    now = clock.now()
    gone = (JOBS.c.id == job_id) & (JOBS.c.state == str(State.RUNNING)) & (JOBS.c.lease_until < now)
    back = {"state": str(State.WAITING), "losses": JOBS.c.losses + 1, "called_at": now, "lease_until": None}
    row = db.session.execute(update(JOBS).where(gone).values(**back).returning(JOBS.c.losses)).first()
    if row is None:
        return
    if row.losses < rules.MOST_LOSSES:
        announce(JobWaiting(job_id=job_id))
    else:
        _give_up(job_id)


def _give_up(job_id: int) -> None:
    problem = _(
        "It was interrupted %(times)s times. What was done stays; try again, or ask an administrator.",
        times=rules.MOST_LOSSES,
    )
    said = {"state": str(State.FAILED), "problem": lasting(problem), "ended_at": clock.now()}
    ended = update(JOBS).where(JOBS.c.id == job_id).values(**said)
    ended = ended.returning(JOBS.c.kind, JOBS.c.title, JOBS.c.user_id, JOBS.c.attempt)
    row = db.session.execute(ended).one()
    tell(job_id, row.attempt, title=row.title, state=State.FAILED, user_id=row.user_id)
    raise_stamp(queries.STAMP)
    announce(JobEnded(job_id=job_id, kind=row.kind, state=str(State.FAILED), user_id=row.user_id))


@transaction
def _call(job_id: int) -> None:
    waits = (JOBS.c.id == job_id) & (JOBS.c.state == str(State.WAITING))
    if db.session.execute(update(JOBS).where(waits).values(called_at=clock.now())).rowcount:  # type: ignore[attr-defined]
        announce(JobWaiting(job_id=job_id))


@transaction
def tidy() -> int:
    """Remove what is no longer kept: old jobs whole, the files of younger ones. Returns how many jobs."""
    found = queries.forgotten(clock.now())
    oldest = clock.now() - rules.KEPT
    for job in found:
        if job.ended_at is not None and job.ended_at < oldest:
            db.session.delete(job)
        job.file = None
    return len(found)


storage.kept_by(queries.offered)
