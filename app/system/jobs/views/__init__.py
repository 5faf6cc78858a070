"""The screens of jobs."""

from typing import Any

from flask_appbuilder import AppBuilder

from app.base import background, choices, inbox
from app.base.choices import Item
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.frame import parts
from app.base.screens.home import first_page
from app.base.screens.house import language
from app.system.jobs import rules, services
from app.system.jobs.views import home, tray
from app.system.jobs.views.jobs import JobView, TurnView
from app.system.sign_in.views import QUIET_ENDPOINTS

DONE = inbox.Kind(_("Background job done"), "circle-check", _("Done: %(title)s"))
FAILED = inbox.Kind(
    _("Background job failed"), "alert-circle", _("Failed: %(title)s"), _("Its page says why, and lets you try again.")
)

__all__ = ["JobView", "TurnView", "register"]


def register(appbuilder: AppBuilder) -> None:
    background.begin_with(_start)
    choices.more["job_state"] = _states
    inbox.kinds |= {"job_done": DONE, "job_failed": FAILED}
    parts["tray"] = tray.part
    QUIET_ENDPOINTS.add("JobView.mine")
    first_page.add(*home.PARTS)
    rights.words |= {"can_cancel": _("Cancel"), "can_retry": _("Try again")}
    appbuilder.add_view(JobView, "JobView", label=_("Background jobs"), category="system")
    appbuilder.add_view(TurnView, "TurnView", label=_("Timetable"), category="system")


def _start(kind: str, given: Any, **more: Any) -> int:
    return services.start(kind, given, language=language(), **more)


def _states() -> tuple[Item, ...]:
    return tuple(Item(state, str(rules.STATE_NAMES[state]), rules.STATE_COLORS[state]) for state in rules.State)
