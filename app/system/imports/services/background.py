"""Long files are worked on in the background."""

from collections.abc import Sequence
from typing import Any

from app.base import background
from app.base.actor import Actor
from app.base.background import Kind, Progress
from app.base.errors import WrongState
from app.base.i18n import _
from app.base.transaction import lock, transaction
from app.extensions import db
from app.system.imports.models import ImportRun
from app.system.imports.services.checking import check, map_columns
from app.system.imports.services.undoing import undo
from app.system.imports.services.writing import import_run
from app.system.jobs import queries as jobs

CHECK, IMPORT, UNDO = "import_check", "import", "import_undo"


@transaction
def in_background(run: ImportRun, what: str, *, actor: Actor, mapping: Sequence[str | None] | None = None) -> None:
    """Let a job check (with a ``mapping``), import or take back. Raises WrongState while another works on the file."""
    lock(run)
    if jobs.goes_on(run.job_id):
        raise WrongState(_("This file is being worked on in the background: wait until that is done."))
    if mapping is not None:
        map_columns(run, mapping, actor=actor)
    run.job_id = background.start(what, {"run": run.id}, words={"file": run.file_name}, actor=actor)


def _check(progress: Progress) -> dict[str, Any]:
    run = _run(progress)
    check(run, [column["field"] for column in run.columns], actor=progress.actor, progress=progress)
    return {"rows": run.row_count, **_place(run)}


def _import(progress: Progress) -> dict[str, Any]:
    run = _run(progress)
    import_run(run, actor=progress.actor, progress=progress)
    return {**run.counts, **_place(run)}


def _undo(progress: Progress) -> dict[str, Any]:
    run = _run(progress)
    undo(run, actor=progress.actor, progress=progress)
    return _place(run)


def _place(run: ImportRun) -> dict[str, Any]:
    """Return what the screens find the file's page by."""
    return {"run": run.id, "of": run.kind}


def _run(progress: Progress) -> ImportRun:
    return db.session.get_one(ImportRun, progress.given["run"])


for kind in (
    Kind(CHECK, _("Check of %(file)s"), _check),
    Kind(IMPORT, _("Import of %(file)s"), _import),
    Kind(UNDO, _("Taking back the import of %(file)s"), _undo),
):
    background.register(kind)
