"""Opportunities over REST. Which fields may be read and written is listed here, never implied."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response, jsonify
from flask_appbuilder import AppBuilder
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.screens.api import DomainApi, signed
from app.base.screens.why import Reasoned
from app.crm.customers import queries as customers
from app.sales.opportunities import services
from app.sales.opportunities.models import Opportunity

OWN = "title type product amount probability expected_on contact owner notes".split()
KEPT = "stage state department moved_at closed_on loss_reason loss_words competitor followup".split()


class OpportunityApi(Reasoned, DomainApi):
    resource_name = "opportunities"
    class_permission_name = subject = "OpportunityView"
    model = Opportunity
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_move"]
    read_fields = ["customer", *OWN, *KEPT, "created_at", "created_by", "updated_at"]
    write_fields = ["customer", *OWN]
    remove = services.delete
    more_paths = ("move",)
    bodies: ClassVar[Mapping[str, Mapping[str, str]]] = {"move": {"stage": "string!", "revision": "integer!"}}

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Opportunity:
        customer = customers.by_id(values.get("customer") or 0)
        if customer is None:
            raise InvalidFields({"customer": _("Please fill this in.")})
        return services.create(customer, values, actor=actor)

    @staticmethod
    def change(record: Opportunity, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
        if values.get("customer", record.customer_id) != record.customer_id:
            raise InvalidFields({"customer": _("An opportunity stays with its customer.")})
        services.change(record, values, actor=actor, revision=revision)

    @expose("/<pk>/move", methods=["POST"])
    @permission_name("move")
    @signed
    def move(self, pk: str) -> Response:
        """Put an open opportunity into another open stage: ``stage`` and the ``revision`` that was read."""
        record, body = self.record(pk, write=True), self._body()
        stage, revision = body.get("stage"), body.get("revision")
        if not isinstance(stage, str):
            raise InvalidFields({"stage": _("Please fill this in.")})
        if not isinstance(revision, int) or isinstance(revision, bool):
            raise InvalidFields({"revision": _("Send the revision that you have read.")})
        services.move(record, stage, actor=self.actor, revision=revision)
        return jsonify({"result": self.drawn(record)})


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(OpportunityApi)
