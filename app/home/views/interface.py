"""The description of the REST interface, for programs and their authors."""

from flask import Response, current_app, jsonify
from flask_appbuilder import BaseView, expose

from app.base.screens.api import DomainApi, openapi


class OpenApiView(BaseView):
    """Open to everybody who is signed in: it tells names of fields, no records."""

    route_base = "/api/v1"
    base_permissions: list[str] = []

    @expose("/openapi.json")
    def describe(self) -> Response:
        """Answer the OpenAPI description of every interface."""
        apis = [view for view in self.appbuilder.baseviews if isinstance(view, DomainApi)]
        return jsonify(openapi(apis, title=current_app.config["APP_NAME"]))
