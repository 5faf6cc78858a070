"""One's own settings: their form on the page of one's account, and what the buttons of the frame keep."""

from collections.abc import Iterator
from typing import Any

from flask import abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_appbuilder import AppBuilder, BaseView, expose
from werkzeug.wrappers import Response

from app.base import preferences
from app.base.actor import Actor
from app.base.errors import DomainError
from app.base.fields import Choice
from app.base.i18n import _
from app.base.preferences import Preference
from app.base.screens import columns
from app.base.screens.frame import LANGUAGES
from app.base.screens.house import language
from app.system.preferences import queries, services
from app.system.sign_in import services as access
from app.system.sign_in.views import account_parts, own_path

#: What the form offers, in its order; the language stands before them.
OFFERED = ("theme", "density", "side", "page_size")
BUTTON_ICONS = {"restore", "sun", "moon", "device-desktop"}  # for the sprite


class PreferencesView(BaseView):
    """What people choose for themselves. Everybody who is signed in may, the auditor too."""

    route_base = "/me/settings"
    default_view = "save"
    base_permissions: list[str] = []  # one's own affairs

    @expose("/", methods=["POST"])
    def save(self) -> Response:
        """Keep the whole form."""
        given = {name: request.form[name] for name in OFFERED if name in request.form}
        if self._done(lambda: services.keep(given, actor=g.actor)) and request.form.get("language") in LANGUAGES:
            session["language"] = request.form["language"]
            access.choose_language(g.actor, request.form["language"])
        return redirect(url_for("SignInView.profile"))

    @expose("/keep", methods=["POST"])
    def keep(self) -> Response:
        """Keep one thing that was switched in the frame: the page shows it already."""
        given = {name: request.form[name] for name in OFFERED if name in request.form}
        services.keep(given, actor=g.actor)
        return Response(status=204)

    @expose("/forget", methods=["POST"])
    def forget(self) -> Response:
        """Go back to what is usual here, in everything."""
        self._done(lambda: services.forget_all(g.actor))
        return redirect(url_for("SignInView.profile"))

    @expose("/columns/<screen>")
    def offer_columns(self, screen: str) -> str:
        """Show what may be a column of a list, for the panel that was opened there."""
        page = columns.panel(_list_of(screen)) | {"next": own_path(request.args.get("next", ""))}
        return render_template("zhike/columns.html", page=page)

    @expose("/columns/<screen>", methods=["POST"])
    def columns(self, screen: str) -> Response:
        """Keep the columns of a list, in their order; none of them: those that are usual there."""
        view = _list_of(screen)
        name, chosen = columns.kept_as(view), request.form.getlist("columns")
        if "usual" in request.form:
            services.forget(name, actor=g.actor)
        else:
            services.keep({name: columns.known(view, chosen)}, actor=g.actor)
        return redirect(own_path(request.form.get("next", "")))

    @staticmethod
    def _done(service: Any) -> bool:
        try:
            service()
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return False
        flash(str(_("Your settings are saved.")), "success")
        return True


def _list_of(screen: str) -> Any:
    """Return the screen of that name, if the person may open its list: 404 for none, 403 for a closed one."""
    view = next((one for one in _lists() if type(one).__name__ == screen), None) or abort(404)
    return view if view.may("list") else abort(403)


def _lists() -> Iterator[Any]:
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    return (view for view in views if columns.has_choice(view))


def form(actor: Actor) -> dict[str, Any]:
    """Return what ``zhike/preferences.html`` draws on the page of one's account."""
    here, chosen = language(), preferences.chosen(actor)
    languages = [{"code": code, "label": label, "current": code == here} for code, label in LANGUAGES.items()]
    fields = [_field(preferences.registered[name], actor) for name in OFFERED]
    own = [view for view in _lists() if columns.kept_as(view) in chosen]
    return {
        "save_url": url_for("PreferencesView.save"),
        "forget_url": url_for("PreferencesView.forget") if chosen else None,
        "fields": [{"name": "language", "label": _("Language"), "options": languages, "is_free": True}, *fields],
        "lists": [{"title": view.title, "url": _columns_url(view), "list_url": view.url("list")} for view in own],
    }


def _columns_url(view: Any) -> str:
    return url_for("PreferencesView.columns", screen=type(view).__name__)


def _field(one: Preference, actor: Actor) -> dict[str, Any]:
    assert isinstance(one.kind, Choice)  # noqa: S101 - what is offered in the form
    now = one.kind.typed(preferences.get(actor, one.name))
    options = [{"code": item.code, "label": item.label, "current": item.code == now} for item in one.kind.values.active]
    return {"name": one.name, "label": one.kind.label, "options": options, "is_free": one.is_free}


def register(appbuilder: AppBuilder) -> None:
    preferences.kept_by(queries.kept)
    columns.save_at(_columns_url)
    account_parts["preferences"] = form
    appbuilder.add_view_no_menu(PreferencesView)
