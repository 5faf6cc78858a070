"""The description of the REST interface, for programs and their authors."""

from flask import Response, current_app, g, jsonify
from flask_appbuilder import BaseView, expose
from flask_jwt_extended import verify_jwt_in_request

from app.base.screens.api import DomainApi
from app.base.screens.openapi import openapi


class OpenApiView(BaseView):
    """Open to everybody who is signed in: it tells names of fields, no records."""

    route_base = "/api/v1"
    base_permissions: list[str] = []

    @expose("/openapi.json")
    def describe(self) -> Response:
        """Answer the OpenAPI description of every interface."""
        if g.get("actor") is None:
            verify_jwt_in_request()  # answers 401 itself
        apis = [view for view in self.appbuilder.baseviews if isinstance(view, DomainApi)]
        return jsonify(openapi(apis, title=current_app.config["APP_NAME"]))
