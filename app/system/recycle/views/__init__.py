"""The recycle bin, and what asks why before a record goes into it."""

from flask import current_app, url_for
from flask_appbuilder import AppBuilder

from app.base import choices, logbook, recycle, ways
from app.base.actor import Actor
from app.base.choices import Item
from app.base.i18n import _
from app.base.screens import rights
from app.base.ways import Way
from app.system.recycle.views.deleting import Recycled
from app.system.recycle.views.screen import RecycleView

__all__ = ["RecycleView", "Recycled", "register"]


def _way(_actor: Actor) -> Way | None:
    """Offer the recycle bin to who may open it: what was deleted may lie there."""
    if not current_app.appbuilder.sm.has_access("can_list", "RecycleView"):  # type: ignore[attr-defined]
        return None
    return Way(_("Recycle bin"), url_for("RecycleView.list"), _("What was deleted can be restored there."), "trash")


def register(appbuilder: AppBuilder) -> None:
    choices.more["recycle_kind"] = lambda: tuple(
        Item(kind.code, str(kind.label), "gray") for kind in recycle.kinds.values()
    )
    ways.add("recycle", (404,), _way)
    logbook.items["purged"] = logbook.Item(_("Deleted for good"))
    logbook.subjects["recycle_entry"] = _("Record in the recycle bin")
    rights.words |= {"can_purge": _("Delete permanently")}
    appbuilder.add_view(RecycleView, "RecycleView", label=_("Recycle bin"), category="customers")
