"""The first page after signing in."""

from flask_appbuilder import AppBuilder, IndexView, expose
from werkzeug.wrappers import Response

from app.base import clock
from app.base.i18n import _
from app.base.screens.view import current_actor
from app.home.views import cards
from app.home.views.interface import OpenApiView


class HomeView(IndexView):
    index_template = "zhike/home.html"

    @expose("/")
    def index(self) -> str | Response:
        """Greet the person and show the cards of their work."""
        page = {"title": _("Home"), "crumbs": [], "greeting": _greeting(), "cards": cards.build(self.appbuilder)}
        return self.render_template(self.index_template, page=page)


#: Hour of the day from which each greeting is right.
GREETINGS = ((0, _("Good evening, %(name)s")), (5, _("Good morning, %(name)s")), (12, _("Good afternoon, %(name)s")))
EVENING = 18


def _greeting() -> object:
    hour = clock.local(clock.now()).hour
    hour = 0 if hour >= EVENING else hour
    words = next(words for start, words in reversed(GREETINGS) if hour >= start)
    return words % {"name": current_actor().name}


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(OpenApiView)
