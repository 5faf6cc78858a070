"""The screen of contact cycles."""

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.followups import services
from app.crm.followups.models import Cycle
from app.system.audit.views import History


class CycleView(History, DomainView):
    route_base = "/cycles"
    model = Cycle
    title, one, group, icon = _("Contact cycles"), _("Contact cycle"), _("Follow-ups"), "repeat"
    menu_place = 40
    has_segments = False
    when_empty = _("Without a row nobody is past a cycle.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history"]
    list_fields = ["level", "progress", "status", "days"]
    form_fields = ["level", "progress", "status", "days"]
    default_sort = "days"
    create, change, remove = services.add_cycle, services.change_cycle, services.remove_cycle
