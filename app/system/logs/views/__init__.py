"""The screen of the log."""

from flask_appbuilder import AppBuilder

from app.base import logbook, reveals
from app.base.choices import more
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.system.logs import services
from app.system.logs.views import home, words
from app.system.logs.views.screen import LogView

__all__ = ["LogView", "register"]


def register(appbuilder: AppBuilder) -> None:
    logbook.write_with(services.keep)
    reveals.reveal_with(services.reveal)
    logbook.items |= words.ITEMS
    more.update(words.DICTIONARIES)
    first_page.add(*home.PARTS)
    rights.words |= {"can_verify": _("Verify the chain"), "can_reveal": _("Show in full, one by one")}
    appbuilder.add_view(LogView, "LogView", label=_("Log"), category="system")
