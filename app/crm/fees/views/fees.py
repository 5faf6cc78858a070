"""The list of fees, a fee's page and its correction."""

from collections.abc import Sequence
from typing import ClassVar

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.system.audit.views import History

FIELDS = (
    "product",
    "kind",
    "amount",
    "agreed_amount",
    "period_from",
    "period_to",
    "received_on",
    "method",
    "payer",
    "invoice_number",
    "notes",
    "agent",
)


class FeeView(History, DomainView):
    route_base = "/fees"
    model = Fee
    title, one, group, icon = _("Fee records"), _("Service fee"), _("Service fees"), "receipt"
    menu_place = 30
    when_empty = _("Open a customer and press “Enter fee”.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export", "can_history"]
    base_permissions += ["can_approve", "can_void", "can_reverse", "can_choose_agent", "can_print"]
    list_fields = ["number", "customer", "product", "amount", "received_on", "period_to", "state", "agent"]
    export_fields: ClassVar[Sequence[str]] = ["number", "customer", *FIELDS, "state", "entered_by", "decided_by"]
    form_fields = FIELDS
    default_sort = "-received_on"
    change = services.change
