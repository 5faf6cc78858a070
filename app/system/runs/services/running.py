"""Running an action over rows that were frozen first, some thousand in a transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, literal, select, update

from app.base import background, clock, logbook
from app.base.actor import Actor, acting
from app.base.among import among
from app.base.background import Progress
from app.base.bulk import Action, Applied
from app.base.history import change_set, explain
from app.base.logbook import Kind
from app.base.scope import unscoped
from app.base.sentences import lasting
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.runs import queries, rules
from app.system.runs.models import Run, RunRow
from app.system.runs.rules import Fate, State
from app.system.runs.services.subjects import Subject, subjects

ROWS = RunRow.__table__


@transaction
def begin(  # noqa: PLR0913 - all that a run is made of
    subject: Subject,
    action: Action,
    *,
    actor: Actor,
    title: object,
    filter_text: str | None,
    segment: str | None = None,
    ticked: Sequence[int] | None,
    given: Mapping[str, Any],
    shown: int,
    in_background: bool,
) -> Run:
    """Plan a run over ticked rows, or over all that match; in the background it also begins by itself.

    ``shown``: how many rows the person was told; ``segment``: what the filter was called then. Raises Invalid for
    values that cannot be meant.
    """
    action.check(given, actor)
    run = Run(screen=subject.screen, action=action.name, user_id=actor.id, at=clock.now(), state=State.PLANNED)
    run.title, run.filter = lasting(title, longest=200), filter_text
    run.ticked = list(ticked) if ticked is not None else None
    run.given, run.shown_count, run.segment = dict(given), shown, segment
    db.session.add(run)
    db.session.flush()
    if in_background:
        run.job_id = background.start("bulk", {"run": run.id}, words={"title": run.title}, actor=actor)
    return run


def carry_out(run_id: int, progress: Progress) -> dict[str, Any]:
    """Do a run, or go on with one that was cut off. Raises WrongState if the number of rows has changed."""
    total = progress.step(lambda: _frozen(run_id, progress.actor), done=0)
    done, last = total - len_todo(run_id), 0
    while part := queries.next_rows(run_id, after=last, limit=rules.chunk(total)):
        db.session.rollback()
        done, last = done + len(part), part[-1]
        progress.step(lambda part=part: _apply(run_id, part, progress.actor), done=done, total=total)  # type: ignore[misc]
    progress.step(lambda: _finish(run_id, progress.actor), done=total, total=total)
    return {"run": run_id}


def len_todo(run_id: int) -> int:
    """Return how many rows of a run are still to be done."""
    return queries.fates(run_id).get(None, 0)


def known(run: Run) -> tuple[Subject, Action]:
    """Return what a run is about."""
    subject = subjects[run.screen]
    return subject, subject.actions[run.action]


def locked(run_id: int) -> Run:
    """Return the run, to be changed by nobody else until the end of the transaction."""
    run = db.session.get_one(Run, run_id)
    lock(run)
    return run


def _frozen(run_id: int, actor: Actor) -> int:
    """Write down which rows the run is about; return how many. Done once, however often the run begins."""
    run = locked(run_id)
    if run.state == State.PLANNED:
        subject, _action = known(run)
        run.row_count = _freeze(run, subject, actor)
        if actor.is_system:  # by itself: nobody was shown a number
            run.shown_count = run.row_count
        rules.check_count(run.row_count, shown=run.shown_count)
        run.state = rules.state_after(run.state, "freeze")
    rules.check_goes_on(run.state, State.RUNNING)
    return run.row_count or 0


def _freeze(run: Run, subject: Subject, actor: Actor) -> int:
    where = subject.meant(filter_text=run.filter, ticked=run.ticked, actor=actor)
    meant = select(literal(run.id), subject.key).where(where, subject.open_to(actor))
    with acting(subject.reader(actor)):
        db.session.execute(insert(RunRow).from_select(["run_id", "record_id"], meant))
    with unscoped("the run's own rows"):
        return db.session.scalar(select(func.count()).select_from(ROWS).where(ROWS.c.run_id == run.id)) or 0


def _apply(run_id: int, part: Sequence[int], actor: Actor) -> None:
    run = locked(run_id)
    rules.check_goes_on(run.state, State.RUNNING)
    subject, action = known(run)
    part = queries.still(run_id, part, fate=None)
    explain(run.title)
    mine = _still_mine(subject, part, actor)
    applied = action.apply(mine, run.given, actor) if mine else Applied([])
    if applied.changed:
        action.after(applied.changed)
    if applied.given is not None:
        run.given = dict(applied.given)
    _note(run, part, set(mine), applied)


def _still_mine(subject: Subject, part: Sequence[int], actor: Actor) -> list[int]:
    """Return those rows that are there and still the actor's to change."""
    mine = select(subject.key).where(among(subject.key, part), subject.open_to(actor)).order_by(subject.key)
    with acting(subject.reader(actor)):
        return list(db.session.scalars(mine))


def _note(run: Run, part: Sequence[int], mine: set[int], applied: Applied) -> None:
    changed, refused = set(applied.changed), applied.refused
    number = change_set().id if changed else None
    left = [key for key in part if key not in changed]
    same = [key for key in left if key in mine and key not in refused]
    alone = {key: refused.get(key) for key in left if key not in mine or key in refused}
    write_down(run.id, applied.changed, {"fate": str(Fate.CHANGED), "change_set_id": number})
    write_down(run.id, same, {"fate": str(Fate.SAME)})
    with_reasons(run.id, alone, {"fate": str(Fate.REFUSED)})
    run.changed_count += len(changed)
    run.refused_count += len(alone)


def with_reasons(run_id: int, reasons: Mapping[int, object], values: Mapping[str, Any]) -> None:
    """Write at rows of a run what became of them, and why. Rows of one reason are one statement."""
    alike: dict[int, list[int]] = defaultdict(list)  # told apart without saying a sentence in every language
    for key, reason in reasons.items():
        alike[id(reason)].append(key)
    for keys in alike.values():
        write_down(run_id, keys, {**values, "reason": reasons[keys[0]]})


def write_down(run_id: int, keys: Sequence[int], values: Mapping[str, Any]) -> None:
    """Write at rows of a run what became of them."""
    if keys:
        mine = (ROWS.c.run_id == run_id, among(ROWS.c.record_id, keys))
        db.session.connection().execute(update(ROWS).where(*mine).values(values))


def _finish(run_id: int, actor: Actor) -> None:
    run = locked(run_id)
    run.state, run.ended_at = rules.state_after(run.state, "finish"), clock.now()
    subject, action = known(run)
    action.when_done(run.id, run.given, actor)
    detail: dict[str, Any] = {"segment": run.segment} if run.segment else {}
    detail |= {"changed": run.changed_count, "refused": run.refused_count}
    about = {"title": run.title, "subject_kind": subject.model.__tablename__, "records": queries.changed(run.id)}  # type: ignore[attr-defined]
    logbook.note(Kind.BULK_CHANGED, detail=detail, actor=actor, **about)
