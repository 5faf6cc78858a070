"""The first page after signing in."""

from typing import Any

from babel.dates import format_skeleton
from flask import flash, redirect, request, url_for
from flask_appbuilder import AppBuilder, IndexView, expose
from werkzeug.wrappers import Response

from app.base import clock, preferences
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import first_page
from app.base.screens.house import language
from app.base.screens.view import current_actor
from app.home.views import cards
from app.home.views.cards import Choice
from app.home.views.interface import OpenApiView
from app.system.preferences import services
from app.system.security import queries as security

KEPT = "home_cards"
LONGEST_CHOICE = 60  # names


class HomeView(IndexView):
    index_template = "zhike/home.html"

    @expose("/")
    def index(self) -> str | Response:
        """Greet the person and show the cards of their work."""
        actor = current_actor()
        head = {"title": _("Home"), "crumbs": [], "greeting": _greeting(actor), "today": _today(actor)}
        page = head | cards.build(actor, choice_of(actor)) | {"arrange_url": url_for(".arrange")}
        return self.render_template(self.index_template, page=page)

    @expose("/cards", methods=["POST"])
    def arrange(self) -> Response:
        """Keep which cards a person wants, and in which order. One's own affair: open to everybody."""
        given = request.form
        known = [card.name for card in cards.arranged(current_actor(), Choice())]
        order = tuple(name for name in dict.fromkeys(given.getlist("card")[:LONGEST_CHOICE]) if name in known)
        hidden = frozenset(order) - set(given.getlist("shown"))
        keep_choice(current_actor(), Choice() if "default" in given else Choice(order, hidden))
        flash(str(_("Your first page is arranged.")), "success")
        return redirect(url_for(".index"))


def choice_of(actor: Actor) -> Choice:
    """Return how a person wants the cards."""
    return Choice.read(preferences.get(actor, KEPT))


def keep_choice(actor: Actor, choice: Choice) -> None:
    """Keep how a person wants the cards; what equals the usual is not kept."""
    if choice == Choice():
        services.forget(KEPT, actor=actor)
    else:
        services.keep({KEPT: choice.kept()}, actor=actor)


# ── the greeting ──

#: Hour of the day from which each greeting is right.
GREETINGS = ((0, _("Good evening, %(name)s")), (5, _("Good morning, %(name)s")), (12, _("Good afternoon, %(name)s")))
EVENING = 18


def _greeting(actor: Actor) -> object:
    hour = clock.local(clock.now()).hour
    hour = 0 if hour >= EVENING else hour
    words = next(words for start, words in reversed(GREETINGS) if hour >= start)
    return words % {"name": actor.name}


def _today(actor: Actor) -> str:
    """Return the day with its weekday, as the language writes it, and where the person works."""
    day = format_skeleton("MMMEd" if language() != "en" else "MMMMEEEEd", clock.today(), locale=language())
    return " · ".join(filter(None, [day, security.department_name(actor.department_id)]))


def register(appbuilder: AppBuilder) -> None:
    first_page.add(*cards.PARTS)
    appbuilder.add_view_no_menu(OpenApiView)


__all__: list[Any] = ["HomeView", "choice_of", "keep_choice", "register"]
