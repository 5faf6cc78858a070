"""The screens of runs, and the actions over many rows that any list may have."""

from flask_appbuilder import AppBuilder

from app.base import background, choices, logbook
from app.base.background import Kind
from app.base.choices import Item
from app.base.i18n import _
from app.base.screens import rights
from app.system.runs import rules, services
from app.system.runs.views.bulk import BulkActions, add_actions
from app.system.runs.views.runs import RunView

#: What the lines of the log are called that tell of a bulk change.
ITEMS = {
    "changed": logbook.Item(_("Changed")),
    "refused": logbook.Item(_("Left alone")),
    "restored": logbook.Item(_("Former values given back")),
}

__all__ = ["BulkActions", "RunView", "add_actions", "register"]


def register(appbuilder: AppBuilder) -> None:
    background.register(Kind("bulk", _("%(title)s"), lambda progress: _done(progress, services.carry_out)))
    background.register(
        Kind("bulk_undo", _("Taking back: %(title)s"), lambda progress: _done(progress, services.take_back))
    )
    choices.more["run_state"] = _states
    logbook.items |= ITEMS
    logbook.subjects["runs_run"] = _("Bulk change")
    rights.words |= {"can_take_back": _("Undo"), "can_bulk_edit": _("Change many")}
    appbuilder.add_view(RunView, "RunView", label=_("Bulk changes"), category="system")


def _done(progress: background.Progress, verb: object) -> dict[str, object]:
    run_id = progress.given["run"]
    verb(run_id, progress)  # type: ignore[operator]
    return {"url": f"{RunView.route_base}/{run_id}"}


def _states() -> tuple[Item, ...]:
    return tuple(Item(state, str(rules.STATE_NAMES[state]), rules.STATE_COLORS[state]) for state in rules.State)
