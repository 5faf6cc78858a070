"""The list of flow records 流转记录: every step of every ticket, and how long the step before it took."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.desk.tickets.models import TicketMove


class TicketMoveView(DomainView):
    route_base = "/ticket-moves"
    model = TicketMove
    title, one, group, icon = _("Flow records"), _("Flow record"), _("Tickets"), "history"
    menu_place = 60
    when_empty = _("Every step of a ticket is kept here by itself.")
    base_permissions = ["can_list", "can_export"]
    list_fields = ["ticket", "verb", "from_state", "to_state", "from", "to", "at", "by", "seconds", "words"]
    default_sort = "-at"

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        if not self.appbuilder.sm.has_access("can_show", "TicketView"):
            return []
        return [
            {"label": _("Open the ticket"), "icon": "ticket", "url": url_for("TicketView.show", pk=record.ticket_id)}
        ]
