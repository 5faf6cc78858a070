"""The screens of an import. The domain whose records are imported subclasses ImportView and registers it."""

from flask_appbuilder import AppBuilder

from app.base import background, inbox, logbook
from app.base.i18n import _
from app.base.screens.home import first_page
from app.system.imports import services
from app.system.imports.views import home
from app.system.imports.views.screens import ImportView

__all__ = ["ImportView", "register"]


#: What the lines of the log are called that tell of an import.
ITEMS = {
    "create": logbook.Item(_("Made")),
    "update": logbook.Item(_("Changed")),
    "skip": logbook.Item(_("Skipped")),
    "reject": logbook.Item(_("Returned")),
    "removed": logbook.Item(_("Removed")),
    "put_back": logbook.Item(_("Former values given back")),
    "kept": logbook.Item(_("Kept, because edited since")),
}
UNDONE = inbox.Kind(
    _("Import taken back"),
    "arrow-back-up",
    _("%(who)s took your import of “%(file)s” back"),
    _("What the file brought in is removed again, except records edited since."),
)


def register(_appbuilder: AppBuilder) -> None:
    """Nothing of its own: see the domains that subclass ImportView."""
    logbook.items |= ITEMS
    logbook.subjects["imports_run"] = _("Import")
    inbox.kinds["import_undone"] = UNDONE
    background.leads |= dict.fromkeys((services.CHECK, services.IMPORT, services.UNDO), home.lead)
    first_page.add(*home.PARTS)
