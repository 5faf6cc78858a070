"""Named reads of jobs and turns."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import defer

from app.base.scope import unscoped
from app.base.stamps import Cached
from app.extensions import db
from app.system.jobs import rules
from app.system.jobs.models import Job, Turn
from app.system.jobs.rules import State

#: Raised where a job begins or ends, not at its steps.
STAMP = "jobs"


def lost(now: datetime) -> Sequence[int]:
    """Return the running jobs whose worker was not heard of in time, by id."""
    gone = select(Job.id).where(Job.state == State.RUNNING, Job.lease_until < now)
    return list(db.session.scalars(gone.order_by(Job.id)))


def unheard(now: datetime) -> Sequence[int]:
    """Return the waiting jobs that workers were told of, and none took up, by id."""
    since = now - timedelta(seconds=rules.UNHEARD_SECONDS)
    return list(
        db.session.scalars(select(Job.id).where(Job.state == State.WAITING, Job.called_at < since).order_by(Job.id))
    )


def forgotten(now: datetime) -> Sequence[Job]:
    """Return the ended jobs whose time of keeping, or whose file's, is over."""
    due = or_(Job.ended_at < now - rules.KEPT, and_(Job.ended_at < now - rules.FILE_KEPT, Job.file.is_not(None)))
    return list(db.session.scalars(select(Job).where(Job.state.in_(rules.ENDED), due)))


def offered(sha256s: Collection[str]) -> Iterable[str]:
    """Return those contents that a job offers as its file, whosever the job is."""
    content = Job.file["sha256"].as_string()
    with unscoped("a content is kept for everybody's jobs"):
        return list(db.session.scalars(select(content).where(content.in_(sha256s))))


def by_id(key: int | None) -> Job | None:
    """Return a job in scope; None if there is none, or no more."""
    return db.session.get(Job, key) if key is not None else None


def goes_on(key: int | None) -> bool:
    """Tell whether a job is still to be done, whosever it is."""
    with unscoped("only whether, nothing of what"):
        state = db.session.scalar(select(Job.state).where(Job.id == key))
    return state is not None and state not in rules.ENDED


def unfinished_of(user_id: int) -> Sequence[Job]:
    """Return a person's jobs that are waiting or running, oldest first."""
    mine = select(Job).where(Job.user_id == user_id, Job.state.not_in(rules.ENDED))
    return list(db.session.scalars(mine.order_by(Job.id)))


def _open_keys(user_id: int) -> tuple[int, ...]:
    mine = select(Job.id).where(Job.user_id == user_id, Job.state.not_in(rules.ENDED))
    with unscoped("a person's own jobs, kept for every page of theirs"):
        return tuple(db.session.scalars(mine.order_by(Job.id)))


#: ``open_keys(user_id)``: a person's jobs that are waiting or running, by id; asked anew when any job began or ended.
open_keys = Cached(STAMP, _open_keys)


def followed(user_id: int, keys: Collection[int]) -> Sequence[Job]:
    """Return a person's unfinished jobs, and those of their own that they name, oldest first."""
    wanted = or_(Job.state.not_in(rules.ENDED), Job.id.in_(keys))
    mine = select(Job).where(Job.user_id == user_id, wanted).options(defer(Job.given))
    return list(db.session.scalars(mine.order_by(Job.id)))


def newest_of(user_id: int, *, limit: int) -> Sequence[Job]:
    """Return the jobs a person asked for last, newest first."""
    mine = select(Job).where(Job.user_id == user_id).options(defer(Job.given))
    return list(db.session.scalars(mine.order_by(Job.id.desc()).limit(limit)))


def turns() -> Sequence[Turn]:
    """Return the last turn of every entry of the timetable."""
    return list(db.session.scalars(select(Turn).order_by(Turn.name)))
