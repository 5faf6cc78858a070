"""What the pages after an import are told: its result, and the question before it is taken back."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import url_for
from markupsafe import Markup

from app.base import wording
from app.base.i18n import _
from app.system.imports import rules, services
from app.system.imports.models import ImportRun
from app.system.imports.rules import State
from app.system.imports.views.pages import about, crumbs, moment
from app.system.jobs import queries as jobs
from app.system.jobs.views.jobs import told

if TYPE_CHECKING:
    from app.system.imports.views.screens import ImportView

TAKEN_BACK_FROM = rules.LIFECYCLE.steps["undo"].sources


def result(view: "ImportView", run: ImportRun) -> dict[str, Any]:
    """Return what became of a file."""
    counts, is_undone = run.counts, run.state == State.UNDONE
    head = about(view, run, now=5)
    returned = counts.get("reject", 0) + counts.get("skip", 0)
    return head | {
        "discard_url": None,
        "state": rules.STATE_NAMES[State(run.state)],
        "color": rules.STATE_COLORS[State(run.state)],
        "stats": [
            {"icon": "circle-plus", "k": _("Made"), "v": wording.number(counts.get("create", 0))},
            {"icon": "pencil", "k": _("Changed"), "v": wording.number(counts.get("update", 0))},
            {"icon": "copy", "k": _("Skipped"), "v": wording.number(counts.get("skip", 0))},
            {"icon": "alert-circle", "k": _("Returned"), "v": wording.number(counts.get("reject", 0))},
        ],
        "returned": returned,
        "result_url": view.url("result", pk=run.id) if returned else None,
        "list_url": url_for(view.back),
        "start_url": view.url("start"),
        "undo_url": view.url("undo", pk=run.id) if head["is_mine"] and run.state in TAKEN_BACK_FROM else None,
        "go_on_url": view.url("bring_in", pk=run.id) if head["is_mine"] and run.state == State.IMPORTING else None,
        "problem": _problem(run),
        "undone": _undone(counts) if is_undone else None,
        "names": counts.get("names", []),
        "when": moment(run.undone_at or run.imported_at),
    }


def working(view: "ImportView", run: ImportRun) -> dict[str, Any]:
    """Return what is shown while a job works on the file."""
    job = jobs.by_id(run.job_id)
    return about(view, run, now=3 if run.state == State.UPLOADED else 4) | {
        "discard_url": None,
        "job": told(job) if job is not None else None,
        "job_url": url_for("JobView.show", pk=job.id) if job is not None else None,
    }


def _undone(counts: Mapping[str, Any]) -> object:
    return _("Removed: %(removed)s. Former values given back: %(back)s. Kept, because edited since: %(kept)s.") % {
        "removed": wording.number(counts.get("removed", 0)),
        "back": wording.number(counts.get("put_back", 0)),
        "kept": wording.number(counts.get("kept", 0)),
    }


def _problem(run: ImportRun) -> str | None:
    """Return why the last job on this file was cut off."""
    job = jobs.by_id(run.job_id)
    return job.problem if job is not None else None


def undo(view: "ImportView", run: ImportRun) -> dict[str, Any]:
    """Return the question before an import is taken back, with what it would do."""
    found = services.preview(run)
    text = _("%(removed)s records that this import made are removed; %(back)s get their former values back.") % {
        "removed": wording.number(found.removed),
        "back": wording.number(found.put_back),
    }
    return {
        "title": _("Take the import back"),
        "crumbs": [*crumbs(view), {"label": run.file_name, "url": view.url("show", pk=run.id)}],
        "text": text,
        "tone": "warning",
        "body": _kept(found.kept, found.names),
        "action_url": view.url("undo", pk=run.id),
        "buttons": [{"label": _("Take the import back"), "danger": True, "icon": "arrow-back-up"}],
        "cancel_url": view.url("show", pk=run.id),
    }


def _kept(count: int, names: Sequence[str]) -> Markup:
    if not count:
        return Markup("<p>{}</p>").format(_("Nobody has edited any of them since."))
    items = Markup("").join(Markup("<li>{}</li>").format(name) for name in names)
    said = _("%(n)s were edited since and are kept:") % {"n": wording.number(count)}
    return Markup("<p>{}</p><ul>{}</ul>").format(said, items)
