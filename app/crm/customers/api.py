"""Customers and contacts over REST. Which fields may be read and written is listed here, never implied."""

from collections.abc import Mapping
from typing import Any

from flask_appbuilder import AppBuilder

from app.base.actor import Actor
from app.base.screens.api import DomainApi
from app.crm.customers import services
from app.crm.customers.models import Contact, Customer

OWN = (
    "kind name credit_code level status type followup_status operating_status industry region address registered_on "
    "phone legal_person legal_phone finance_name finance_phone cashier_name cashier_phone person_in_charge sex "
    "birthday document_kind document_number email wechat fax website source needs notes parent tags"
).split()

#: What the house writes itself: read, never written.
KEPT = "owner department converted_on assigned_at created_at created_by updated_at updated_by".split()


class CustomerApi(DomainApi):
    resource_name = "customers"
    class_permission_name = subject = "CustomerView"
    model = Customer
    read_fields = [
        *OWN,
        "owner",
        "department",
        "converted_on",
        "assigned_at",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
    ]
    write_fields = OWN
    create, change, remove = services.create, services.change, services.delete

    def looked_at(self, record: Any) -> None:
        services.look_at(record)


class ContactApi(DomainApi):
    resource_name = "contacts"
    class_permission_name = subject = "ContactView"
    model = Contact
    write_fields = "name phones sex email wechat preferred_channel birthday notes".split()
    read_fields = [*write_fields, "created_at", "updated_at"]
    change, remove = services.change_contact, services.delete_contact

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Contact:
        return services.create_contact(values, actor=actor)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(CustomerApi)
    appbuilder.add_api(ContactApi)
