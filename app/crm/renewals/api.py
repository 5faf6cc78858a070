"""Lines over REST: read, ended and taken up again. Ends and amounts follow from fees, and are never written here."""

from collections.abc import Mapping
from typing import ClassVar

from flask import Response, jsonify
from flask_appbuilder import AppBuilder
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name

from app.base.errors import InvalidFields
from app.base.fields import parsed
from app.base.screens.api import DomainApi, signed
from app.crm.renewals import services
from app.crm.renewals.models import Line

READ = "customer product state end_on started_on amount last_fee waiting_fee owner department next_contact_at".split()
READ += "ended_on ended_by reason reason_words".split()


class RenewalApi(DomainApi):
    resource_name = "renewals"
    class_permission_name = subject = "RenewalView"
    model = Line
    base_permissions = ["can_list", "can_show", "can_end"]
    read_fields = READ
    more_paths = ("end", "resume")
    bodies: ClassVar[Mapping[str, Mapping[str, str]]] = {"end": {"reason": "string!", "words": "string"}, "resume": {}}
    exclude_route_methods = {"post", "put", "delete"}

    @expose("/<pk>/end", methods=["POST"])
    @permission_name("end")
    @signed
    def end(self, pk: str) -> Response:
        """Say that a service is not renewed. ``reason``: of not_renewed_reason; ``words``: a note."""
        line = self.record(pk, write=True)
        known = {"reason": self.specs["reason"], "words": self.specs["reason_words"]}
        problems: dict[str, object] = {}
        given = parsed(known, self._body(), complain=problems.__setitem__)
        if problems:
            raise InvalidFields(problems)
        services.end(line, reason=given.get("reason") or "", words=given.get("words") or "", actor=self.actor)
        return jsonify({"result": self.drawn(line)})

    @expose("/<pk>/resume", methods=["POST"])
    @permission_name("end")
    @signed
    def resume(self, pk: str) -> Response:
        """Take up again what was ended."""
        line = self.record(pk, write=True)
        services.resume(line, actor=self.actor)
        return jsonify({"result": self.drawn(line)})


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(RenewalApi)
