"""Follow-ups over REST. Which fields may be read and written is listed here, never implied."""

from collections.abc import Mapping
from typing import Any

from flask_appbuilder import AppBuilder

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.screens.api import DomainApi
from app.base.screens.why import Reasoned
from app.crm.customers import queries as customers
from app.crm.followups import services
from app.crm.followups.models import Followup

OWN = "contact channel direction purpose result progress content call_seconds at next_contact_at".split()


class FollowupApi(Reasoned, DomainApi):
    resource_name = "followups"
    class_permission_name = subject = "FollowupView"
    model = Followup
    read_fields = ["customer", *OWN, "by", "department", "created_at", "updated_at"]
    write_fields = ["customer", *OWN]
    remove = services.delete

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Followup:
        customer = customers.by_id(values.get("customer") or 0)
        if customer is None:
            raise InvalidFields({"customer": _("Please fill this in.")})
        return services.record(customer, values, actor=actor)

    @staticmethod
    def change(record: Followup, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
        if values.get("customer", record.customer_id) != record.customer_id:
            raise InvalidFields({"customer": _("A follow-up stays with its customer. Delete it and record another.")})
        services.change(record, values, actor=actor, revision=revision)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(FollowupApi)
