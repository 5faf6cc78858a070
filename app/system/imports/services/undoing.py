"""Taking a whole import back. Source: OWN-4, rows edited since are kept and named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.base import clock, inbox, logbook
from app.base.actor import Actor, acting
from app.base.errors import WrongState
from app.base.history import change_set, explain
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.transaction import lock, transaction
from app.system.imports import queries, rules
from app.system.imports.models import ImportRun
from app.system.imports.rules import Action
from app.system.imports.services.targets import Target, targets

MOST_NAMES = 100


@dataclass
class Undoing:
    """What taking an import back does, or would do."""

    removed: int = 0
    put_back: int = 0
    kept: int = 0
    names: list[str] = field(default_factory=list)  # of the records kept, the first hundred

    def keep(self, names: Mapping[int, str]) -> None:
        self.kept += len(names)
        self.names += list(names.values())[: MOST_NAMES - len(self.names)]


def preview(run: ImportRun) -> Undoing:
    """Return what ``undo`` would do now. Raises WrongState unless the run was imported."""
    rules.state_after(run.state, "undo")
    found = Undoing()
    for _action, _rows in _walk(run, targets[run.kind], found):
        pass
    return found


@transaction
def undo(run: ImportRun, *, actor: Actor) -> Undoing:
    """Remove what the import made and give back what it changed, except records edited since.

    Raises WrongState unless the run was imported, or if a former value is in use elsewhere meanwhile.
    """
    lock(run)
    after = rules.state_after(run.state, "undo")
    found, target = Undoing(), targets[run.kind]
    with acting(actor):
        explain(str(_("Import of %(file)s taken back") % {"file": run.file_name}))
        try:
            for action, rows in _walk(run, target, found):
                if action == Action.CREATE:
                    target.remove(list(rows))
                else:
                    refused = target.put_back(rows, actor=actor)
                    found.put_back -= len(refused)
                    found.keep(refused)
        except IntegrityError as error:
            raise WrongState(
                _("A former value is in use elsewhere now, or a record is needed by another. Nothing was taken back.")
            ) from error
        run.undo_change_set_id = change_set().id
    run.state, run.undone_at = after, clock.now()
    done = {"removed": found.removed, "put_back": found.put_back, "kept": found.kept}
    logbook.note(Kind.UNDONE, **logbook.about(run), detail=done, actor=actor)
    if run.user_id and run.user_id != actor.id:
        inbox.tell([run.user_id], "import_undone", params={"file": run.file_name}, actor=actor)
    run.counts = {**run.counts, **done}
    run.counts = {**run.counts, "names": found.names}
    return found


def _walk(run: ImportRun, target: Target, found: Undoing) -> Iterator[tuple[Action, dict[int, Any]]]:
    """Yield the records that nobody touched since, a few thousand at a time, updated ones first."""
    assert run.change_set_id is not None  # noqa: S101 - an imported run has one
    for action in (Action.UPDATE, Action.CREATE):
        for rows in queries.written(run, action):
            before = {row.record_id: row.before for row in rows}
            edited = target.edited_since(
                list(before), change_set_id=run.change_set_id, was_created=action == Action.CREATE
            )
            found.keep(edited)
            free = {record_id: values for record_id, values in before.items() if record_id not in edited}
            if action == Action.CREATE:
                found.removed += len(free)
            else:
                found.put_back += len(free)
            yield action, free
