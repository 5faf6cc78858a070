"""The first page after signing in, and quick search."""

from typing import Any

from flask import request, url_for
from flask_appbuilder import AppBuilder, BaseView, IndexView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import clock
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.view import current_actor
from app.crm.customers import queries as customers
from app.crm.customers.views import CustomerView
from app.home.views import cards
from app.home.views.interface import OpenApiView

MOST_FOUND = 50


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


class SearchView(BaseView):
    """Quick search: customers in scope by name, credit code, any phone, contact."""

    route_base = "/search"
    default_view = "search"
    base_permissions = ["can_list"]
    class_permission_name = "CustomerView"

    @expose("/")
    @has_access
    @permission_name("list")
    def search(self) -> str | Response:
        """Show what matches; go straight to a single match."""
        words = request.args.get("q", "").strip()[:100]
        found = customers.matching(words, limit=MOST_FOUND) if words else []
        if len(found) == 1 and self.appbuilder.sm.has_access("can_show", "CustomerView"):
            return redirect(url_for("CustomerView.show", pk=found[0].id))
        page = {"title": _("Search"), "crumbs": [], "words": words, "found": [_drawn(row, words) for row in found]}
        return self.render_template("zhike/search.html", page=page, most=MOST_FOUND)


def _drawn(customer: Any, words: str) -> dict[str, Any]:
    specs = CustomerView.specs_of()
    return {
        "name": _marked(customer.name, words),
        "url": url_for("CustomerView.show", pk=customer.id),
        "code": customer.credit_code or "",
        "region": specs["region"].text(customer.region),
        "owner": markup.draw(specs["owner"], customer, actor=current_actor()),
    }


def _marked(text: str, words: str) -> Markup:
    place = text.lower().find(words.lower())
    if place < 0:
        return Markup("{}").format(text)
    end = place + len(words)
    return Markup("{}<mark>{}</mark>{}").format(text[:place], text[place:end], text[end:])


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_view_no_menu(SearchView)
    appbuilder.add_view_no_menu(OpenApiView)
