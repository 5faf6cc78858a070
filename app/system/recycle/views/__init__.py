"""The recycle bin, and what asks why before a record goes into it."""

from flask_appbuilder import AppBuilder

from app.base import choices, logbook, recycle
from app.base.choices import Item
from app.base.i18n import _
from app.base.screens import rights
from app.system.recycle.views.deleting import Recycled
from app.system.recycle.views.screen import RecycleView

__all__ = ["RecycleView", "Recycled", "register"]


def register(appbuilder: AppBuilder) -> None:
    choices.more["recycle_kind"] = lambda: tuple(
        Item(kind.code, str(kind.label), "gray") for kind in recycle.kinds.values()
    )
    logbook.items["purged"] = logbook.Item(_("Deleted for good"))
    logbook.subjects["recycle_entry"] = _("Record in the recycle bin")
    rights.words |= {"can_purge": _("Delete permanently")}
    appbuilder.add_view(RecycleView, "RecycleView", label=_("Recycle bin"), category="customers")
