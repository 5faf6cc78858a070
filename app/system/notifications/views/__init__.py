"""The inbox: its page, the bell with its panel, and the count that pages ask for."""

from typing import Any

from flask import url_for
from flask_appbuilder import AppBuilder

from app.base import inbox
from app.base.screens.frame import parts
from app.base.screens.home import first_page
from app.system.notifications import rules, services
from app.system.notifications.views import home
from app.system.notifications.views.screen import InboxView
from app.system.sign_in.views import QUIET_ENDPOINTS

__all__ = ["InboxView", "register"]


def _bell(actor: Any) -> dict[str, Any]:
    count = home.unread(actor)
    return {
        "bell": {
            "count": count,
            "text": rules.count_text(count),
            "url": url_for("InboxView.list"),
            "panel_url": url_for("InboxView.panel"),
            "stamp_url": url_for("InboxView.stamp"),
        }
    }


def register(appbuilder: AppBuilder) -> None:
    inbox.keep_with(services.keep)
    parts["bell"] = _bell
    first_page.add(*home.PARTS)
    QUIET_ENDPOINTS.add("InboxView.stamp")
    appbuilder.add_view_no_menu(InboxView)
