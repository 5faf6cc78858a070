"""The frame round every page: menu by permission, quick search, languages, who is signed in."""

from collections.abc import Callable
from typing import Any

from flask import current_app, g, request, url_for
from flask_appbuilder.menu import MenuItem

from app.base import choices
from app.base.i18n import _
from app.base.screens.house import language
from app.base.screens.look import brand, look
from app.base.screens.markup import color_of

#: The groups of the menu in their order. Source: spec REQUIREMENTS, GEN-2.
GROUPS: dict[str, object] = {"home": _("Home"), "customers": _("Customers"), "system": _("Administration")}
GROUP_ICONS = {"home": "layout-dashboard", "customers": "building-community", "system": "settings"}
#: Where a screen without a ``menu_place`` of its own stands in its group: behind those with one.
LAST = 1000
#: The languages, each in its own words.
LANGUAGES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}
#: (label, icon, endpoint, permission, view): what the "New" button offers. Domains add theirs.
quick_adds: list[tuple[object, str, str, str, str]] = []
#: What domains add to the frame of whoever is signed in, by name: functions of the actor. The bell is one, search too.
parts: dict[str, Callable[[Any], dict[str, Any]]] = {}


def frame() -> dict[str, Any]:
    """Return what ``zhike/base.html`` draws round the page."""
    actor, here = g.get("actor"), language()
    found = {
        "brand": brand(),
        "look": look(actor),
        "locale": here,
        "home_url": "/",
        "language_url": url_for("SignInView.language"),
        "languages": [{"code": code, "label": name, "current": code == here} for code, name in LANGUAGES.items()],
        "user": None,
        "menu": [],
    }
    if is_part():
        return found | {"is_part": True}
    return found | _signed_in(actor) if actor else found


def is_part() -> bool:
    """Tell whether the browser asked for the sheet alone (swap.js), to put it into the page it has."""
    asked = request.headers
    return asked.get("HX-Target") == "main" and "HX-History-Restore-Request" not in asked


def _signed_in(actor: Any) -> dict[str, Any]:
    roles = [item.label for item in choices.values("role").items if item.code in actor.roles]
    added = {name: value for part in parts.values() for name, value in part(actor).items()}
    return added | {
        "menu": _menu(),
        "quick_add": [
            {"label": label, "icon": icon, "url": url_for(endpoint)}
            for label, icon, endpoint, permission, view in {entry[2]: entry for entry in quick_adds}.values()
            if _may(permission, view)
        ],
        "search_text": request.args.get("q", ""),
        "user": {
            "name": actor.name,
            "role": "、".join(roles),
            "color": color_of(actor.name),
            "avatar_text": actor.name[:1],
            "profile_url": url_for("SignInView.profile"),
            "password_url": url_for("SignInView.password"),
            "logout_url": url_for("AuthView.logout"),
        },
    }


def _may(permission: str, view: str) -> bool:
    return current_app.appbuilder.sm.has_access(permission, view)  # type: ignore[attr-defined]


def _menu() -> list[dict[str, Any]]:
    found = []
    by_name = {item.name: item for item in current_app.appbuilder.menu.get_list()}  # type: ignore[attr-defined]
    for name, label in GROUPS.items():
        icon = GROUP_ICONS[name]
        if name == "home":
            found.append({"label": label, "icon": icon, "url": "/", "current": request.path == "/", "items": []})
        elif name in by_name and (items := _items(by_name[name])):
            found.append(
                {"label": label, "icon": icon, "items": items, "current": any(one["current"] for one in items)}
            )
    return found


def _items(group: MenuItem) -> list[dict[str, Any]]:
    allowed = [item for item in group.childs if item.baseview is not None and _may_open(item.baseview)]
    return [_item(item) for item in sorted(allowed, key=lambda item: getattr(item.baseview, "menu_place", LAST))]


def _may_open(view: Any) -> bool:
    return _may(f"can_{view.get_method_permission(view.default_view)}", view.class_permission_name)


def _item(item: MenuItem) -> dict[str, Any]:
    here = request.endpoint or ""
    return {"label": item.label, "url": item.get_url(), "current": here.split(".")[0] == item.baseview.endpoint}
