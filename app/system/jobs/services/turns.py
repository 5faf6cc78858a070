"""The timetable among several workers: each due run is taken by exactly one of them."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.base import clock
from app.base.errors import DomainError
from app.base.i18n import Spoken
from app.base.sentences import Told, lasting
from app.base.timetable import Entry
from app.base.transaction import transaction
from app.extensions import db
from app.system.jobs import rules
from app.system.jobs.models import Turn

log = logging.getLogger("zhike.jobs")
TURNS = Turn.__table__


def run_turn(entry: Entry) -> bool:
    """Run what is due of an entry, unless another worker has taken this turn. Returns whether it was run here."""
    due_at = entry.due_at(clock.now())
    if not _taken(entry.name, due_at):
        return False
    result, problem = _tried(entry.task)
    db.session.rollback()
    _over(entry.name, due_at, result=result, problem=problem)
    return True


def _taken(name: str, due_at: datetime) -> bool:
    try:
        return _take(name, due_at)
    except IntegrityError:  # another worker met the entry for the first time, at the same moment
        return False


@transaction
def _take(name: str, due_at: datetime) -> bool:
    """Raise the row's moment to ``due_at`` if that is later. An entry met for the first time waits for its next."""
    now, turn = clock.now(), db.session.get(Turn, name, populate_existing=True, with_for_update=True)
    if turn is None:
        db.session.add(Turn(name=name, due_at=due_at, started_at=now, ended_at=now))
        return False
    seconds = (now - turn.started_at).total_seconds()
    if not rules.is_turn_free(due_at, taken_for=turn.due_at, is_over=turn.ended_at is not None, seconds_since=seconds):
        return False
    turn.due_at, turn.started_at, turn.ended_at, turn.result, turn.problem = due_at, now, None, None, None
    return True


def _tried(task: Callable[[], Any]) -> tuple[Told | None, Told | None]:
    try:
        return lasting(_told(task()), longest=200), None
    except DomainError as refusal:
        log.warning("turn refused", exc_info=True)
        return None, lasting(refusal)
    except Exception as error:  # the next entry must run whatever this one met
        log.exception("turn failed")
        return None, lasting(f"{type(error).__name__}: {error}")


def _told(result: Any) -> object:
    return result if isinstance(result, Spoken) else str(result)


@transaction
def _over(name: str, due_at: datetime, *, result: Told | None, problem: Told | None) -> None:
    mine = update(TURNS).where(TURNS.c.name == name, TURNS.c.due_at == due_at)
    db.session.execute(mine.values(ended_at=clock.now(), result=result, problem=problem))
