"""The screen of settings, and the address of the logo."""

from flask_appbuilder import AppBuilder

from app.base import logbook, settings, storage
from app.base.i18n import _
from app.base.screens import rights
from app.system.settings import queries
from app.system.settings.views.logo import LogoView
from app.system.settings.views.screen import SettingView
from app.system.sign_in.views import OPEN_TO_ALL

__all__ = ["LogoView", "SettingView", "register"]


def register(appbuilder: AppBuilder) -> None:
    settings.kept_by(queries.kept)
    storage.kept_by(queries.contents)
    rights.words |= {"can_default": _("Back to the default")}
    logbook.items |= {"setting_value": logbook.Item(_("Value"))}
    OPEN_TO_ALL.add("LogoView.logo")
    appbuilder.add_view(SettingView, "SettingView", label=_("Settings"), category="system")
    appbuilder.add_view_no_menu(LogoView)
