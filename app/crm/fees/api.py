"""Fees over REST. Which fields may be read and written is listed here, never implied."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import Response, jsonify, request
from flask_appbuilder import AppBuilder, expose
from flask_appbuilder.security.decorators import permission_name

from app.base.actor import Actor
from app.base.bulk import Applied
from app.base.errors import InvalidFields, WrongState
from app.base.i18n import _
from app.base.screens.api import DomainApi, signed
from app.crm.customers import queries as customers
from app.crm.fees import services
from app.crm.fees.models import Fee

OWN = (
    "product kind amount agreed_amount period_from period_to received_on method payer invoice_number notes agent deal"
).split()
KEPT = (
    "number state reason reason_text source department entered_by decided_by decided_at reverses refunds part_of "
    "renews created_at updated_at"
).split()


class FeeApi(DomainApi):
    resource_name = "fees"
    class_permission_name = subject = "FeeView"
    model = Fee
    read_fields = ["customer", *OWN, *KEPT]
    write_fields = ["customer", *OWN]
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_approve"]
    exclude_route_methods: ClassVar[set[str]] = {"delete"}
    more_paths = ("approve", "reject")
    bodies: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "approve": {"note": "string", "revision": "integer!"},
        "reject": {"reason": "string!", "text": "string", "revision": "integer!"},
    }

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Fee:
        """Enter a fee; one that looks the same is answered with 409, unless ``?duplicates=accept``."""
        customer = customers.by_id(values.get("customer") or 0)
        if customer is None:
            raise InvalidFields({"customer": _("Please fill this in.")})
        despite = None if request.args.get("duplicates") == "accept" else ()
        return services.record(customer, values, actor=actor, despite=despite)

    @staticmethod
    def change(record: Fee, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
        if values.get("customer", record.customer_id) != record.customer_id:
            raise InvalidFields({"customer": _("A fee stays with its customer. Void it and enter another.")})
        services.change(record, values, actor=actor, revision=revision)

    # ── deciding ──

    @expose("/<pk>/approve", methods=["POST"])
    @permission_name("approve")
    @signed
    def approve(self, pk: str) -> Response:
        """Approve a fee that waits for the caller: ``note``; ``revision``: the one that was read."""
        body, fee = self._body(), self.record(pk)
        note = str(body.get("note") or "")[:500]
        return self._decided(services.approve([fee.id], note, self.actor, seen=_seen(fee, body)), fee)

    @expose("/<pk>/reject", methods=["POST"])
    @permission_name("approve")
    @signed
    def reject(self, pk: str) -> Response:
        """Reject a fee that waits for the caller: ``reason`` of fee_reject_reason, ``text``, ``revision``."""
        body, fee = self._body(), self.record(pk)
        reason, text = str(body.get("reason") or ""), str(body.get("text") or "")
        return self._decided(services.reject([fee.id], reason, text, self.actor, seen=_seen(fee, body)), fee)

    def _decided(self, done: Applied, fee: Fee) -> Response:
        for sentence in done.refused.values():
            raise WrongState(sentence)
        return jsonify({"result": self.drawn(fee)})


def _seen(fee: Fee, body: Mapping[str, Any]) -> dict[int, int]:
    revision = body.get("revision")
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise InvalidFields({"revision": _("Send the revision that you have read.")})
    return {fee.id: revision}


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(FeeApi)
