"""Taking a whole run back: rows edited since are kept, and named. Source: OWN-4."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from sqlalchemy import FromClause, func, select

from app.base import background, clock, logbook
from app.base.actor import Actor
from app.base.among import among
from app.base.background import Progress
from app.base.bulk import Action, Making, signature
from app.base.history import explain, update_versioned, versions_of
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.scope import condition, policy_of, unscoped, with_deleted
from app.base.sentences import lasting
from app.base.transaction import transaction
from app.extensions import db
from app.system.runs import queries, rules
from app.system.runs.models import Run, RunRow
from app.system.runs.rules import Fate, Return, State
from app.system.runs.services.running import known, locked, with_reasons, write_down
from app.system.runs.services.subjects import Subject

ROWS = RunRow.__table__
EDITED = _("Edited since.")
NOT_YOURS = _("No longer yours to change.")


class Preview(NamedTuple):
    """What taking a run back would do now."""

    restored: int
    kept: int


def has_undo(run: Run) -> bool:
    """Tell whether what a run did can be taken back at all."""
    _subject, action = known(run)
    return not action.is_final


def preview(run: Run) -> Preview:
    """Return what ``take_back`` would do now: how many rows nobody has edited since, and how many somebody has."""
    rules.check_has_undo(has_undo=has_undo(run))
    rules.state_after(run.state, "take_back")
    subject, action = known(run)
    if action.making is not None:
        kept = sum(len(action.making.stays(ids, number)) for number, ids in queries.by_change_set(run.id).items())
        return Preview(run.changed_count - kept, kept)
    versions = versions_of(subject.model).__table__
    changed = (ROWS.c.run_id == run.id, ROWS.c.fate == str(Fate.CHANGED))
    ours = (versions.c.id == ROWS.c.record_id) & (versions.c.transaction_id == ROWS.c.change_set_id)
    untouched = select(func.count()).select_from(ROWS.join(versions, ours))
    with unscoped("the run's own rows"):
        free = db.session.scalar(untouched.where(*changed, versions.c.end_transaction_id.is_(None))) or 0
    return Preview(free, run.changed_count - free)


@transaction
def begin_to_take_back(run: Run, *, actor: Actor, in_background: bool) -> Run:
    """Mark a run as being taken back; in the background it also begins by itself. Raises WrongState."""
    rules.check_has_undo(has_undo=has_undo(run))
    again = locked(run.id)
    again.state = rules.state_after(again.state, "take_back")
    if in_background:
        words = {"title": again.title}
        again.job_id = background.start("bulk_undo", {"run": again.id}, words=words, actor=actor)
    return again


def take_back(run_id: int, progress: Progress) -> dict[str, Any]:
    """Give every row of a run its former values, or go on doing so; rows edited since are kept."""
    counted = queries.returns(run_id)
    total, done = sum(counted.values()), sum(counted.values()) - counted.get(None, 0)
    last = 0
    while part := queries.next_changed(run_id, after=last, limit=rules.chunk(total)):
        db.session.rollback()
        done, last = done + len(part), max(part)
        progress.step(lambda part=part: _put_back(run_id, part, progress.actor), done=done, total=total)  # type: ignore[misc]
    progress.step(lambda: _finish(run_id, progress.actor), done=total, total=total)
    return {"run": run_id}


def _put_back(run_id: int, part: Mapping[int, int], actor: Actor) -> None:
    run = locked(run_id)
    rules.check_goes_on(run.state, State.UNDOING)
    subject, action = known(run)
    part = {key: part[key] for key in queries.still(run_id, list(part), fate=Fate.CHANGED)}
    number = next(iter(part.values()), 0)
    explain(_("Taken back: %(title)s", title=run.title))
    if action.making is not None:
        return _unmake(run, action.making, list(part), number)
    with _lists(action), action.amid_undo():
        _wait_for(subject, list(part))
        free, kept = _free(subject, action, list(part), number, actor)
        _restore(subject, action.columns(run.given), free, number, actor)
        if free:
            action.after(free)
    _note(run, free, kept)
    return None


def _unmake(run: Run, making: Making, ids: Sequence[int], number: int) -> None:
    kept = making.stays(ids, number)
    free = [key for key in ids if key not in kept]
    if free:
        making.unmake(free, number)
    _note(run, free, kept)


def _wait_for(subject: Subject, ids: Sequence[int]) -> None:
    """Let whoever is saving one of the rows finish: what they save counts as edited since."""
    with unscoped("whoever ran it takes it back"):
        db.session.execute(select(subject.key).where(among(subject.key, ids)).order_by(subject.key).with_for_update())


def _lists(action: Action) -> AbstractContextManager[None]:
    return with_deleted() if action.finds_deleted else nullcontext()


def _free(
    subject: Subject, action: Action, ids: Sequence[int], number: int, actor: Actor
) -> tuple[list[int], dict[int, object]]:
    """Return the rows to be given back, and why the others are not."""
    versions = versions_of(subject.model).__table__
    ours = select(versions.c.id).where(among(versions.c.id, ids), versions.c.transaction_id == number)
    with unscoped("whoever ran it takes it back"):
        latest = set(db.session.scalars(ours.where(versions.c.end_transaction_id.is_(None))))
    mine = _mine(subject, action, latest, number, actor)
    hindered = action.hinder(sorted(mine))
    kept: dict[int, object] = dict.fromkeys((key for key in ids if key not in latest), lasting(EDITED))
    kept |= dict.fromkeys(latest - mine, lasting(NOT_YOURS)) | dict(hindered)
    return sorted(mine - hindered.keys()), kept


def _mine(subject: Subject, action: Action, ids: Collection[int], number: int, actor: Actor) -> set[int]:
    """Return those of the rows that the actor may change: as they are, or as they were if the run took them away."""
    may = condition(subject.model, actor, write=True)
    mine = set(db.session.scalars(select(subject.key).where(among(subject.key, sorted(ids)), may)))
    policy = policy_of(subject.model)
    if action.leaves_reach and policy is not None:
        former = versions_of(subject.model).__table__.alias()
        before = (among(former.c.id, sorted(ids)), former.c.end_transaction_id == number)
        with unscoped("where the run took the rows from"):
            mine |= set(db.session.scalars(select(former.c.id).where(*before, policy.rows(former, actor, write=True))))
    return mine


def _restore(subject: Subject, columns: Sequence[str], ids: Sequence[int], number: int, actor: Actor) -> None:
    """Set the columns to what the version before change set ``number`` held."""
    versions = versions_of(subject.model).__table__
    wanted = [versions.c[name] for name in ("id", *columns)]

    def former(ids: list[int]) -> FromClause:
        return select(*wanted).where(among(versions.c.id, ids), versions.c.end_transaction_id == number).subquery()

    signed = signature(subject.model, actor)
    with unscoped("former values of the run's own rows"):
        update_versioned(subject.model, ids, {}, also=signed, beside=former, are_held=True)


def _note(run: Run, free: Sequence[int], kept: Mapping[int, object]) -> None:
    write_down(run.id, free, {"undone": str(Return.RESTORED), "reason": None})
    with_reasons(run.id, kept, {"undone": str(Return.KEPT)})
    run.restored_count += len(free)
    run.kept_count += len(kept)


def _finish(run_id: int, actor: Actor) -> None:
    run = locked(run_id)
    run.state, run.undone_at = rules.state_after(run.state, "finish_undo"), clock.now()
    _subject, action = known(run)
    action.when_undone(run.id, run.given, actor)
    detail = {"restored": run.restored_count, "kept": run.kept_count}
    logbook.note(Kind.UNDONE, **logbook.about(run), detail=detail, actor=actor)
