"""Deals over REST. Which fields may be read and written is listed here, never implied."""

from collections.abc import Mapping
from typing import Any

from flask_appbuilder import AppBuilder

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.screens.api import DomainApi
from app.base.screens.why import Reasoned
from app.crm.customers import queries as customers
from app.crm.deals import services
from app.crm.deals.models import Deal

OWN = "product dealt_on amount agent notes".split()


class DealApi(Reasoned, DomainApi):
    resource_name = "deals"
    class_permission_name = subject = "DealView"
    model = Deal
    read_fields = ["customer", *OWN, "department", "origin", "created_at", "created_by", "updated_at"]
    write_fields = ["customer", *OWN]
    remove = services.delete

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Deal:
        customer = customers.by_id(values.get("customer") or 0)
        if customer is None:
            raise InvalidFields({"customer": _("Please fill this in.")})
        return services.record(customer, values, actor=actor)

    @staticmethod
    def change(record: Deal, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
        if values.get("customer", record.customer_id) != record.customer_id:
            raise InvalidFields({"customer": _("A deal stays with its customer. Delete it and record another.")})
        services.change(record, values, actor=actor, revision=revision)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(DealApi)
