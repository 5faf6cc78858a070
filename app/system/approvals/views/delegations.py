"""Who decides in whose place, and until when: one's own, and for administrators everybody's."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.base import clock
from app.base.actor import Level
from app.base.i18n import _
from app.base.screens.view import DomainView
from app.system.approvals import services
from app.system.approvals.models import Delegation
from app.system.audit.views import History


class DelegationView(History, DomainView):
    route_base = "/delegations"
    model = Delegation
    title, one, group, icon = _("Delegations"), _("Delegation"), _("Approvals"), "user-share"
    menu_place = 40
    has_segments = False
    when_empty = _("Before you go on leave, name who decides meanwhile. The history of each approval says so.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history", "can_export"]
    list_fields = ["from", "to", "from_on", "to_on", "subjects", "reason"]
    form_fields: ClassVar[Sequence[str]] = ["from", "to", "from_on", "to_on", "subjects", "reason"]
    row_needs = ["from_id", "to_on", "from_on"]
    default_sort = "-from_on"
    create, change, remove = services.delegate, services.change_delegation, services.end_delegation

    def form_names(self, record: Any) -> Sequence[str]:
        """Return the fields of the form: whose place it is, only administrators say."""
        keeps_all = self.actor().reach("approvals").write == Level.ALL
        return [name for name in super().form_names(record) if keeps_all or name != "from"]

    def row_chips(self, record: Any) -> Sequence[tuple[str, str]]:
        today = clock.today()
        if record.from_on > today:
            return [(str(_("planned")), "blue")]
        return [(str(_("in force")), "green")] if record.to_on >= today else [(str(_("over")), "gray")]

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        keeps_all = self.actor().reach("approvals").write == Level.ALL
        return super().row_actions(record) if keeps_all or record.from_id == self.actor().id else []
