"""Payers that were learned: who paid for whom before. What was learned wrongly is forgotten here."""

from typing import Any

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.reconciliation import services
from app.crm.reconciliation.models import Payer


class LearnedPayerView(DomainView):
    route_base = "/learned-payers"
    model = Payer
    title, one, group, icon = _("Learned payers"), _("Learned payer"), _("Service fees"), "user-dollar"
    menu_place = 1060
    when_empty = _("Whoever pays for a customer under another name is remembered once a match is confirmed.")
    base_permissions = ["can_list", "can_delete"]
    list_fields = ["name", "customer", "times", "last_at"]
    default_sort = "-last_at"
    has_segments = False
    remove = services.forget

    def row_actions(self, record: Payer) -> Any:
        if not self.may("delete"):
            return []
        asked = _("Forget that “%(name)s” pays for this customer?") % {"name": record.name}
        return [
            {
                "label": _("Forget"),
                "icon": "trash",
                "url": self.row_url("delete", record),
                "method": "POST",
                "danger": True,
                "confirm": str(asked),
            }
        ]
