"""Taking a whole import back. Source: OWN-4, rows edited since are kept and named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.base import clock, inbox, logbook
from app.base.actor import Actor, acting
from app.base.background import AtOnce, Progress
from app.base.history import explain
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.imports import queries, rules
from app.system.imports.models import ImportRow, ImportRun
from app.system.imports.rules import CHUNK, Action, Return
from app.system.imports.services.halving import in_parts
from app.system.imports.services.targets import Target, targets

ROWS = ImportRow.__table__
MOST_NAMES = 100


@dataclass
class Undoing:
    """What taking an import back does, or would do."""

    removed: int = 0
    put_back: int = 0
    kept: int = 0
    names: list[str] = field(default_factory=list)  # of the records kept, the first hundred

    def count(self, action: str, free: Sequence[int], names: Mapping[int, str]) -> None:
        """Add what becomes of some records."""
        if action == Action.CREATE:
            self.removed += len(free)
        else:
            self.put_back += len(free)
        self.kept += len(names)
        self.names += list(names.values())[: MOST_NAMES - len(self.names)]


def preview(run: ImportRun) -> Undoing:
    """Return what ``undo`` would do now. Raises WrongState unless the run was imported."""
    rules.state_after(run.state, "undo")
    found, after = _so_far(run), None
    while rows := queries.to_take_back(run, limit=CHUNK, after=after):
        free, edited = _free(targets[run.kind], rows)
        found.count(rows[0].done, list(free), edited)
        after = (rows[-1].done, rows[-1].change_set_id, rows[-1].number)
    return found


def undo(run: ImportRun, *, actor: Actor, progress: Progress | None = None) -> Undoing:
    """Remove what the import made and give back what it changed, except records edited since, which are named.

    Goes on with what was cut off. Raises WrongState unless the run was imported.
    """
    key, progress = run.id, progress or AtOnce({}, actor)
    total = progress.step(lambda: _begin(key), done=0)
    take, leave = partial(_take_back, key, actor), partial(_keep_next, key)
    in_parts(progress, take=take, leave_next=leave, done=0, total=total)
    return progress.step(lambda: _finish(key, actor), done=total, total=total)


@transaction
def _begin(key: int) -> int:
    run = _locked(key)
    run.state = rules.state_after(run.state, "undo")
    counts = queries.counts(run)
    run.counts = {name: counts.get(name, 0) for name in Action} | {"names": [], **_undone(run)}
    return counts.get(Action.CREATE, 0) + counts.get(Action.UPDATE, 0)


def _undone(run: ImportRun) -> dict[str, Any]:
    return {name: value for name, value in run.counts.items() if name in ("removed", "put_back", "kept", "names")}


def _locked(key: int) -> ImportRun:
    run = db.session.get_one(ImportRun, key)
    lock(run)
    return run


def _so_far(run: ImportRun) -> Undoing:
    counts = run.counts
    names = list(counts.get("names", ()))
    return Undoing(counts.get("removed", 0), counts.get("put_back", 0), counts.get("kept", 0), names)


def _take_back(key: int, actor: Actor, limit: int) -> int:
    """Take the next records back; return how many rows were looked at. Part of the step's transaction."""
    run = _locked(key)
    rules.check_goes_on(run.state, rules.UNDOING)
    rows = queries.to_take_back(run, limit=limit)
    if rows:
        target, action = targets[run.kind], rows[0].done
        free, kept = _free(target, rows)
        with acting(actor):
            explain(_("Import of %(file)s taken back", file=run.file_name))
            kept = {**kept, **_given_back(target, action, free, actor)}
        _note(run, rows, action, kept)
    return len(rows)


def _free(target: Target, rows: Sequence[Any]) -> tuple[dict[int, Any], Mapping[int, str]]:
    """Return the records that nobody touched since, with what they were before, and the names of the others."""
    before = {row.record_id: row.before for row in rows}
    was_created, number = rows[0].done == Action.CREATE, rows[0].change_set_id
    edited = target.edited_since(list(before), change_set_id=number, was_created=was_created)
    return {key: values for key, values in before.items() if key not in edited}, edited


def _given_back(target: Target, action: str, free: Mapping[int, Any], actor: Actor) -> Mapping[int, str]:
    if action == Action.CREATE:
        target.remove(list(free))
        return {}
    return target.put_back(free, actor=actor)


def _note(run: ImportRun, rows: Sequence[Any], action: str, kept: Mapping[int, str]) -> None:
    back = Return.REMOVED if action == Action.CREATE else Return.PUT_BACK
    free = [row for row in rows if row.record_id not in kept]
    for became, which in ((back, free), (Return.KEPT, [row for row in rows if row.record_id in kept])):
        table = ROWS.update().where(ROWS.c.id.in_([row.id for row in which]))
        db.session.execute(table.values(undone=str(became)))
    found = _so_far(run)
    found.count(action, [row.record_id for row in free], kept)
    _keep_counts(run, found)


def _keep_counts(run: ImportRun, found: Undoing) -> None:
    done = {"removed": found.removed, "put_back": found.put_back, "kept": found.kept, "names": found.names}
    run.counts = {**run.counts, **done}


def _keep_next(key: int) -> None:
    """Keep the next record: its former value is in use elsewhere now, or another record needs it."""
    run = _locked(key)
    for row in queries.to_take_back(run, limit=1):
        _note(run, [row], row.done, {row.record_id: row.title})


def _finish(key: int, actor: Actor) -> Undoing:
    run = _locked(key)
    run.state, run.undone_at = rules.state_after(run.state, "finish_undo"), clock.now()
    found = _so_far(run)
    _keep_counts(run, found)
    done = {"removed": found.removed, "put_back": found.put_back, "kept": found.kept}
    logbook.note(Kind.UNDONE, **logbook.about(run), detail=done, actor=actor)
    if run.user_id and run.user_id != actor.id:
        inbox.tell([run.user_id], "import_undone", params={"file": run.file_name}, actor=actor)
    return found
