"""The cards of the home page: each is drawn only for people who may open what it leads to."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_appbuilder import AppBuilder
from markupsafe import Markup

from app.base import clock
from app.base.i18n import _
from app.base.screens.view import current_actor
from app.crm.customers import queries as customers
from app.crm.customers.views import changes

MOST_LINES = 8


def build(appbuilder: AppBuilder) -> list[Mapping[str, Any]]:
    """Return the cards of whoever is signed in, in order."""
    may = appbuilder.sm.has_access
    found = []
    if may("can_show", "CustomerView"):
        found.append(_mine())
    if may("can_list", "ChangesView"):
        found.append(_changes())
    return found


def _mine() -> dict[str, Any]:
    rows = customers.owned_by(current_actor().id, limit=MOST_LINES)
    lines = [
        _line(row.name, url_for("CustomerView.show", pk=row.id), f"{clock.local(row.updated_at):%m-%d %H:%M}")
        for row in rows
    ]
    return {
        "title": _("My customers"),
        "count": None,
        "action": {"label": _("All"), "url": url_for("CustomerView.list")},
        "html": _list(lines, nothing=_("No customer belongs to you yet.")),
    }


def _changes() -> dict[str, Any]:
    lines = []
    for drawn in changes.recent(limit=MOST_LINES):
        words = Markup("{} · {}").format(drawn["who"], Markup("; ").join(drawn["what"][:2]))
        lines.append(_line(drawn["name"], drawn["url"], words))
    return {
        "title": _("Recent changes"),
        "count": None,
        "action": {"label": _("All"), "url": url_for("ChangesView.list")},
        "html": _list(lines, nothing=_("Nothing has changed yet.")),
    }


LINE = Markup(
    '<li class="zk-row p-3"><a class="zk-name" href="{}">{}</a><span class="zk-push zk-cap zk-clip">{}</span></li>'
)


def _line(name: str, url: str, words: Any) -> Markup:
    return LINE.format(url, name, words)


def _list(lines: list[Markup], *, nothing: object) -> Markup:
    if not lines:
        return Markup('<p class="zk-muted p-3">{}</p>').format(nothing)
    return Markup('<ul class="zk-items">{}</ul>').format(Markup("").join(lines))
