"""The import of old tickets: the screens are those of every import."""

from app.base.i18n import _
from app.system.imports.views import ImportView


class TicketImportView(ImportView):
    route_base = "/imports/tickets"
    class_permission_name = "TicketView"
    kind, title, back = "tickets", _("Import tickets"), "TicketView.list"
    back_label = _("Tickets")
    group = _("Tickets")
