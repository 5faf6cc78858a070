"""Files that wait for their importer: taken in and not imported, or cut off."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, url_for

from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Line, Wait
from app.system.imports import queries, rules, services
from app.system.imports.models import ImportRun
from app.system.imports.rules import State
from app.system.imports.views.screens import ImportView
from app.system.jobs import queries as jobs

NEXT: Mapping[State, object] = {
    State.UPLOADED: _("Look at the columns and let every row be checked"),
    State.CHECKED: _("Look at the check, then import"),
    State.IMPORTING: _("It was cut off: let it go on, or take it back"),
    State.UNDOING: _("Taking it back was cut off: do it again"),
}


def screen_of(kind: str) -> Any:
    """Return the screen of imports of a kind, if there is one that this person may open."""
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    mine = (one for one in views if isinstance(one, ImportView) and one.kind == kind)
    return next((one for one in mine if one.appbuilder.sm.has_access("can_import", one.class_permission_name)), None)


def lead(result: Mapping[str, Any]) -> str:
    """Return where the result of a job on a file is looked at."""
    view = screen_of(result.get("of", ""))
    return url_for(f"{view.endpoint}.show", pk=result["run"]) if view else ""


def _waiting(actor: Actor) -> list[Line]:
    if not any(screen_of(kind) for kind in services.targets):
        return []
    at_work = set(jobs.open_keys(actor.id or 0))
    found = [run for run in queries.unfinished_of(actor.id or 0) if run.job_id not in at_work]
    return [_line(run) for run in found if screen_of(run.kind)]


def _line(run: ImportRun) -> Line:
    state, url = State(run.state), url_for(f"{screen_of(run.kind).endpoint}.show", pk=run.id)
    chip = (rules.STATE_NAMES[state], rules.STATE_COLORS[state])
    return Line(run.file_name, url, text=NEXT[state], side=markup.moment(run.at), chip=chip, icon="upload")


PARTS = (Wait("imports", _waiting, place=10),)
