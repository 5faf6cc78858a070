"""The first page after signing in."""

from flask_appbuilder import AppBuilder, IndexView, expose
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.base.screens.view import current_actor


class HomeView(IndexView):
    index_template = "zhike/home.html"

    @expose("/")
    def index(self) -> str | Response:
        """Greet the person and show their cards."""
        actor = current_actor()
        page = {"title": _("Home"), "crumbs": [], "greeting": actor.name}
        return self.render_template(self.index_template, page=page)


def register(_appbuilder: AppBuilder) -> None:
    """Do nothing: Flask-AppBuilder registers its index itself (setting FAB_INDEX_VIEW)."""
