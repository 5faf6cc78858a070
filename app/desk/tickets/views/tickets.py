"""The list of tickets and a ticket's page."""

from collections.abc import Sequence

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.desk.tickets import services
from app.desk.tickets.models import Ticket
from app.desk.tickets.views.intake import Intake
from app.desk.tickets.views.verbs import Verbs
from app.system.audit.views import History


class TicketView(Intake, Verbs, History, DomainView):
    route_base = "/tickets"
    model = Ticket
    title, one, group, icon = _("Tickets"), _("Ticket"), _("Tickets"), "ticket"
    menu_place = 20
    when_empty = _("What customers ask for stands here, from the first call until it is closed.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_history", "can_export"]
    base_permissions += [
        "can_dispatch",
        "can_take",
        "can_work",
        "can_transfer",
        "can_close",
        "can_reopen",
        "can_cancel",
    ]
    list_fields = ["number", "title", "customer", "type", "priority", "state", "assignee", "due_at", "created_at"]
    export_fields = [
        *list_fields,
        "category",
        "channel",
        "product",
        "progress",
        "last_remark",
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
    row_needs = ["phase"]
    default_sort = "-created_at"
    change = services.change
