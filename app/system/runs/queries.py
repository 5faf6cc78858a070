"""Named reads of runs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import takewhile

from sqlalchemy import and_, func, select

from app.base import clock
from app.base.among import among
from app.base.scope import unscoped
from app.extensions import db
from app.system.runs.models import Run, RunRow
from app.system.runs.rules import CHUNK, Fate, State


def by_id(key: int) -> Run | None:
    """Return a run in scope."""
    return db.session.get(Run, key)


def begun_at(key: int) -> datetime | None:
    """Return when a run began, whosever it is; None if there is none."""
    with unscoped("when something was done is told to those it concerns"):
        return db.session.scalar(select(Run.at).where(Run.id == key))


def next_rows(run_id: int, *, after: int = 0, limit: int = CHUNK) -> Sequence[int]:
    """Return the records of a run, behind the one ``after``, that are still to be changed: the next some thousand."""
    todo = select(RunRow.record_id).where(RunRow.run_id == run_id, RunRow.record_id > after, RunRow.fate.is_(None))
    with unscoped("the run's own rows"):
        return list(db.session.scalars(todo.order_by(RunRow.record_id).limit(limit)))


def next_changed(run_id: int, *, after: int = 0, limit: int = CHUNK) -> Mapping[int, int]:
    """Return record → change set of the next rows behind ``after`` to be taken back, all of one change set."""
    of_run = (RunRow.run_id == run_id, RunRow.record_id > after)
    todo = select(RunRow.record_id, RunRow.change_set_id).where(
        *of_run, RunRow.fate == Fate.CHANGED, RunRow.undone.is_(None)
    )
    with unscoped("the run's own rows"):
        found = db.session.execute(todo.order_by(RunRow.record_id).limit(limit)).all()
    same = takewhile(lambda row: row.change_set_id == found[0].change_set_id, found)
    return {row.record_id: row.change_set_id or 0 for row in same}


def still(run_id: int, part: Sequence[int], *, fate: str | None) -> Sequence[int]:
    """Return those of the records of a run that nobody has done, or taken back, meanwhile."""
    met = RunRow.fate.is_(None) if fate is None else and_(RunRow.fate == fate, RunRow.undone.is_(None))
    left = select(RunRow.record_id).where(RunRow.run_id == run_id, among(RunRow.record_id, part), met)
    with unscoped("the run's own rows"):
        return list(db.session.scalars(left.order_by(RunRow.record_id)))


def changed(run_id: int) -> Sequence[int]:
    """Return the records that a run has changed."""
    done = select(RunRow.record_id).where(RunRow.run_id == run_id, RunRow.fate == Fate.CHANGED)
    with unscoped("the run's own rows"):
        return list(db.session.scalars(done.order_by(RunRow.record_id)))


def by_change_set(run_id: int) -> Mapping[int, Sequence[int]]:
    """Return change set → the records that a run changed in it, and that are not taken back yet."""
    done = (RunRow.run_id == run_id, RunRow.fate == Fate.CHANGED, RunRow.undone.is_(None))
    rows = select(RunRow.change_set_id, RunRow.record_id).where(*done).order_by(RunRow.record_id)
    found: dict[int, list[int]] = {}
    with unscoped("the run's own rows"):
        for number, key in db.session.execute(rows):
            found.setdefault(number or 0, []).append(key)
    return found


def fates(run_id: int) -> Mapping[str | None, int]:
    """Return how many rows of a run met each fate; None: still to be done."""
    counted = select(RunRow.fate, func.count()).where(RunRow.run_id == run_id).group_by(RunRow.fate)
    with unscoped("the run's own rows"):
        return {row[0]: row[1] for row in db.session.execute(counted)}


def returns(run_id: int) -> Mapping[str | None, int]:
    """Return how many changed rows were restored, kept, or are still to be taken back (None)."""
    changed = (RunRow.run_id == run_id, RunRow.fate == Fate.CHANGED)
    counted = select(RunRow.undone, func.count()).where(*changed).group_by(RunRow.undone)
    with unscoped("the run's own rows"):
        return {row[0]: row[1] for row in db.session.execute(counted)}


def left_alone(run_id: int, *, limit: int) -> Sequence[RunRow]:
    """Return rows with a reason: those the run refused, and those its undoing kept."""
    named = select(RunRow).where(RunRow.run_id == run_id, RunRow.reason.is_not(None))
    return list(db.session.scalars(named.order_by(RunRow.record_id).limit(limit)))


def unfinished(action: str) -> Sequence[int]:
    """Return the runs of an action that the house began by itself and that were cut off, the first first."""
    open_ones = (State.RUNNING, State.PLANNED)
    begun = select(Run.id).where(Run.action == action, Run.user_id.is_(None), Run.state.in_(open_ones))
    return list(db.session.scalars(begun.order_by(Run.id)))


def day_of(key: int) -> date | None:
    """Return the day of a run in the business's zone, whoever's it is; None if there is none."""
    with unscoped("that something was run on a day is no secret"):
        at = db.session.scalar(select(Run.at).where(Run.id == key))
    return clock.local(at).date() if at else None
