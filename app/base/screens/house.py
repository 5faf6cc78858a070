"""Flask-AppBuilder, with only those of its own screens that belong to this house."""

from typing import Any

from flask import Flask, current_app, g, has_request_context, request, session
from flask_appbuilder import AppBuilder

from app.base import settings
from app.base.assets import script_text, static
from app.base.i18n import LANGUAGES, speak_templates
from app.base.screens import buttons, days, kept, rows
from app.base.screens.markup import icon, level
from config import ROOT

#: What templates let Python draw.
DRAWN: dict[str, Any] = {
    "script_text": script_text,
    "static": static,
    "zk_action": buttons.action,
    "zk_confirmed": buttons.confirmed,
    "zk_icon": icon,
    "zk_kept": kept.part,
    "zk_level": level,
    "zk_menu": buttons.menu,
    "zk_menu_item": buttons.menu_item,
    "zk_table": rows.table,
    "zk_told": kept.Told,
    "zk_without": kept.without,
}


class House(AppBuilder):
    """Registers the index and the security screens; not the "back", language and menu addresses of upstream.

    Those are GET requests that change something, or tell the menu to anybody.
    """

    def init_app(self, app: Flask, session: Any) -> None:
        self.by_endpoint: dict[str, Any] = {}
        super().init_app(app, session)
        app.extensions["babel"].locale_selector = language
        # flask-babel 4 would read "zh" of upstream for both of ours: simplified characters on traditional pages.
        app.extensions["babel"].translation_directories = [str(ROOT / "translations")]
        speak_templates(app)
        app.jinja_env.globals |= DRAWN
        days.prepare(app)

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()

    def screens(self) -> dict[str, list[str]]:
        """Return every screen of the code with its buttons, as permissions: view → permission names."""
        found: dict[str, set[str]] = {}
        for view in self.baseviews:  # several may share one name: quick search is a way into the customer screen
            found.setdefault(view.class_permission_name, set()).update(view.base_permissions or ())
        return {name: sorted(buttons) for name, buttons in found.items() if buttons}

    def seal(self) -> None:
        """Finish: from here on, a screen that nobody declared open asks for a signed-in person."""
        current_app.extensions["house"] = self
        for view in self.baseviews:
            if hasattr(view, "complete"):  # what a screen must say once, also in processes that show no page
                view.complete()


def screen(endpoint: str) -> Any:
    """Return a screen by the name of its class. Raises StopIteration for one that nobody registered: a mistake."""
    house = current_app.extensions["house"]
    found: dict[str, Any] = house.by_endpoint
    if endpoint not in found:
        found[endpoint] = next(one for one in house.baseviews if one.endpoint == endpoint)
    return found[endpoint]


#: Keeps the language for somebody who has not signed in.
LANGUAGE_COOKIE = "zk_language"
#: Where Chinese is written in traditional characters. Source: CLDR's likely subtags.
TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


def language() -> str:
    """Return the language of this answer: the person's own, the browser's last, the one it asks for, the house's."""
    chosen = g.get("language") or (session.get("language") if has_request_context() else None)
    if chosen not in LANGUAGES and has_request_context():
        kept = request.cookies.get(LANGUAGE_COOKIE)
        chosen = kept if kept in LANGUAGES else asked_for()
    return chosen if chosen in LANGUAGES else settings.value("default_language")


def asked_for() -> str:
    """Return the first language of ours that the browser asks for; empty if it asks for none."""
    spoken = (tag.lower().replace("_", "-").split("-") for tag in request.accept_languages.values())
    return next((_ours(parts) for parts in spoken if parts[0] in ("zh", "en")), "")


def _ours(parts: list[str]) -> str:
    if parts[0] == "en":
        return "en"
    return "zh_Hant" if TRADITIONAL & {*parts} and "hans" not in parts else "zh_Hans"
