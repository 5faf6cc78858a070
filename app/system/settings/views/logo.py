"""The logo of the installation, shown to everybody, at the sign-in too."""

from flask import Response, abort
from flask_appbuilder import BaseView, expose

from app.base import settings, storage

A_YEAR = 31_536_000  # the address names the content: another logo has another address


class LogoView(BaseView):
    """Answers for the one picture that is the logo now, and for nothing else in the store."""

    route_base = "/logo"
    default_view = "logo"
    base_permissions: list[str] = []  # open to everybody: it stands on the page of the sign-in

    @expose("/<sha256>.png")
    def logo(self, sha256: str) -> Response:
        """Send the logo."""
        if sha256 != settings.value("site_logo"):
            abort(404)
        with storage.opened(sha256) as stream:
            content = stream.read()
        answer = Response(content, mimetype="image/png")
        answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return answer
