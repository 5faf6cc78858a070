"""The list of tickets and a ticket's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.customers import queries as customers
from app.desk.tickets import services
from app.desk.tickets.models import Ticket
from app.desk.tickets.views.rowing import Rows
from app.desk.tickets.views.verbs import Verbs
from app.system.audit.views import History
from app.system.recycle.views import Recycled
from app.system.runs.views import BulkActions


def create(values: Mapping[str, Any], *, actor: Actor) -> Ticket:
    """Open a ticket of the customer that the form names."""
    customer = customers.by_id(values.get("customer") or 0)
    if customer is None:
        raise InvalidFields({"customer": _("Please fill this in.")})
    return services.open_ticket(customer, values, actor=actor)


class TicketView(Rows, Verbs, BulkActions, Recycled, History, DomainView):
    route_base = "/tickets"
    model = Ticket
    title, one, group, icon = _("Tickets"), _("Ticket"), _("Tickets"), "ticket"
    menu_place = 20
    when_empty = _("What customers ask for stands here, from the first call until it is closed.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history", "can_export"]
    base_permissions += [
        "can_dispatch",
        "can_take",
        "can_work",
        "can_transfer",
        "can_close",
        "can_reopen",
        "can_cancel",
    ]
    list_fields = ["number", "title", "customer", "type", "priority", "state", "assignee", "due_at", "progress"]
    list_fields += ["last_remark", "created_at"]
    export_fields = [
        *list_fields,
        "category",
        "channel",
        "product",
        "queue",
        "created_by",
        "solution",
        "solved_at",
        "closed_at",
    ]
    form_fields: Sequence[str] = [
        "customer",
        "type",
        "category",
        "priority",
        "channel",
        "product",
        "title",
        "description",
    ]
    row_needs = ["phase", "priority", "due_at", "edition_id", "state", "assignee_id", "created_by_id", "closed_at"]
    default_sort = "-created_at"
    create, change, remove = create, services.change, services.delete
