"""Customers and contacts over REST. Which fields may be read and written is listed here, never implied."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import current_app, request
from flask_appbuilder import AppBuilder

from app.base.actor import Actor
from app.base.errors import Doubtful
from app.base.i18n import _
from app.base.screens.api import DomainApi
from app.base.screens.reveals import RevealsByProgram
from app.base.screens.why import Reasoned
from app.crm.customers import services
from app.crm.customers.models import Contact, Customer
from app.crm.customers.services import Alike, Reason

OWN = (
    "kind name credit_code level status type operating_status industry region address registered_on "
    "phone legal_person legal_phone finance_name finance_phone cashier_name cashier_phone person_in_charge sex "
    "birthday document_kind document_number email wechat fax website source needs notes parent service_person deputy "
    "tags"
).split()

#: What the house writes itself: read, never written.
KEPT = (
    "followup_status owner department converted_on assigned_at last_followup_at next_contact_at "
    "fee_end_on covered_until created_at created_by updated_at updated_by"
).split()


class CustomerApi(Reasoned, RevealsByProgram, DomainApi):
    resource_name = "customers"
    class_permission_name = subject = "CustomerView"
    model = Customer
    base_permissions = [*DomainApi.base_permissions, "can_reveal"]
    read_fields = [*OWN, *KEPT]
    write_fields = OWN
    queries: ClassVar = {**Reasoned.queries, "post": ["duplicates"], "put": ["duplicates"]}
    remove = services.delete

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Customer:
        found = services.alike(values, but=None, actor=actor, per_day=_per_day())
        return services.create(values, actor=actor, despite=_agreed(found))

    @staticmethod
    def change(record: Customer, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
        asked = services.changed(values, record)
        found = services.alike(asked, but=record.id, actor=actor, per_day=_per_day()) if asked else []
        services.change(record, values, actor=actor, revision=revision, despite=_agreed(found))

    def looked_at(self, record: Any) -> None:
        services.look_at(record)


def _per_day() -> int:
    limit: int = current_app.config["ZHIKE"].lookup_per_day
    return limit


def _agreed(found: Sequence[Alike]) -> Sequence[Alike]:
    """Return what it looks like, if the program takes that: ``?duplicates=accept``. Raises Doubtful: 409."""
    if any(Reason.CODE in one.reasons for one in found):
        return ()  # not doubtful: refused
    if found and request.args.get("duplicates") != "accept":
        sentence = _("This looks like customers that are there already. To save all the same, add ?duplicates=accept.")
        raise Doubtful(sentence, told=[_told(one) for one in found])
    return found


def _told(one: Alike) -> dict[str, Any]:
    """Return a customer as a program is told of it: outside the scope only that there is one, and whose."""
    if not one.is_seen:
        return {"owner": one.owner_text}
    return {
        "id": one.id,
        "name": one.name,
        "owner": one.owner_text,
        "same": [reason.name.lower() for reason in one.reasons],
    }


class ContactApi(Reasoned, RevealsByProgram, DomainApi):
    resource_name = "contacts"
    class_permission_name = subject = "ContactView"
    model = Contact
    base_permissions = [*DomainApi.base_permissions, "can_reveal"]
    write_fields = "name phones sex email wechat preferred_channel birthday notes".split()
    read_fields = [*write_fields, "created_at", "updated_at"]
    change, remove = services.change_contact, services.delete_contact

    @staticmethod
    def create(values: Mapping[str, Any], *, actor: Actor) -> Contact:
        return services.create_contact(values, actor=actor)


def register(appbuilder: AppBuilder) -> None:
    appbuilder.add_api(CustomerApi)
    appbuilder.add_api(ContactApi)
