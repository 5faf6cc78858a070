"""The frame round every page: menu by permission, quick search, languages, who is signed in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask import current_app, g, request, url_for
from flask_appbuilder.menu import MenuItem

from app.base import choices
from app.base.i18n import _
from app.base.screens.house import language
from app.base.screens.look import brand, look
from app.base.screens.markup import color_of
from app.base.stamps import Cached

#: The groups of the menu in their order. Source: spec REQUIREMENTS, GEN-2.
GROUPS: dict[str, object] = {
    "home": _("Home"),
    "customers": _("Customers"),
    "followups": _("Follow-ups"),
    "fees": _("Service fees"),
    "sales": _("Sales"),
    "desk": _("Tickets"),
    "messages": _("Messages"),
    "approvals": _("Approvals"),
    "system": _("Administration"),
}
GROUP_ICONS = {
    "home": "layout-dashboard",
    "customers": "building-community",
    "followups": "message-2",
    "fees": "receipt",
    "sales": "target-arrow",
    "desk": "ticket",
    "messages": "mail",
    "approvals": "gavel",
    "system": "settings",
}
#: Where a screen without a ``menu_place`` of its own stands in its group: behind those with one.
LAST = 1000
#: The languages, each in its own words.
LANGUAGES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}
#: (label, icon, endpoint, permission, view): what the "New" button offers. Domains add theirs.
quick_adds: list[tuple[object, str, str, str, str]] = []
#: What domains add to the frame of whoever is signed in, by name: functions of the actor. The bell is one, search too.
parts: dict[str, Callable[[Any], dict[str, Any]]] = {}


def frame() -> dict[str, Any]:
    """Return what ``zhike/base.html`` draws round the page; asked once, however many parts the page is drawn of."""
    if "frame" not in g:
        g.frame = _frame()
    found: dict[str, Any] = g.frame
    return found


def _frame() -> dict[str, Any]:
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


class Way(NamedTuple):
    """A screen that somebody's roles open."""

    label: object
    url: str
    endpoint: str
    icon: str = ""


def _signed_in(actor: Any) -> dict[str, Any]:
    roles = [item.label for item in choices.values("role").items if item.code in actor.roles]
    added = {name: value for part in parts.values() for name, value in part(actor).items()}
    ways = _ways(actor.role_ids, request.script_root)
    return added | {
        "menu": _menu(ways),
        "quick_add": [{"label": one.label, "icon": one.icon, "url": one.url} for one in ways["add"]],
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


def _opened(_role_ids: frozenset[int], _root: str) -> Mapping[str, Sequence[Way]]:
    """Return the screens that the roles of whoever asks open: each group's in order, and under "add" what "New" offers.

    Kept while nobody's rights change: to ask for each of twenty screens costs every page 0.6 ms.
    """
    by_name = {item.name: item for item in current_app.appbuilder.menu.get_list()}  # type: ignore[attr-defined]
    found = {name: list(_items(by_name[name])) for name in GROUPS if name in by_name}
    adds = {entry[2]: entry for entry in quick_adds}.values()
    may_add = [Way(label, url_for(to), to, icon) for label, icon, to, right, view in adds if _may(right, view)]
    return found | {"add": may_add}


_ways = Cached("security", _opened)


def _may(permission: str, view: str) -> bool:
    return current_app.appbuilder.sm.has_access(permission, view)  # type: ignore[attr-defined]


def _menu(ways: Mapping[str, Sequence[Way]]) -> list[dict[str, Any]]:
    found, here = [], (request.endpoint or "").split(".")[0]
    for name, label in GROUPS.items():
        shown: dict[str, Any] = {"label": label, "icon": GROUP_ICONS[name]}
        items = [{"label": one.label, "url": one.url, "current": one.endpoint == here} for one in ways.get(name, ())]
        if name == "home":
            found.append(shown | {"url": "/", "current": request.path == "/", "items": []})
        elif items:
            found.append(shown | {"items": items, "current": any(one["current"] for one in items)})
    return found


def _items(group: MenuItem) -> Iterator[Way]:
    allowed = [item for item in group.childs if item.baseview is not None and _may_open(item.baseview)]
    for item in sorted(allowed, key=lambda item: getattr(item.baseview, "menu_place", LAST)):
        yield Way(item.label, item.get_url(), item.baseview.endpoint)


def _may_open(view: Any) -> bool:
    return _may(f"can_{view.get_method_permission(view.default_view)}", view.class_permission_name)
