"""Who came in, who tried to. Read only."""

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.system.sign_in.models import Attempt


class AttemptView(DomainView):
    route_base = "/sign-ins"
    model = Attempt
    title, one, group, icon = _("Sign-ins"), _("Sign-in"), _("Administration"), "login-2"
    menu_place = 90
    base_permissions = ["can_list"]
    list_fields = ["at", "username", "user", "outcome", "address", "channel"]
    default_sort = "-at"
    quick_segments = [
        ("failed", _("Failed"), {"all": [{"field": "outcome", "op": "not_is", "value": "succeeded"}]}),
        ("today", _("Today"), {"all": [{"field": "at", "op": "last_days", "value": "1"}]}),
    ]
