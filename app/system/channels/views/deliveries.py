"""The list of deliveries: what did not arrive and why, and sending it again."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base.bulk import Action
from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.system.channels import services
from app.system.channels.models import Delivery
from app.system.channels.rules.lifecycle import RESENT, STATE_COLORS, STATE_NAMES, State
from app.system.runs.views import BulkActions

RESEND = Action(
    "resend",
    _("Send again"),
    services.resend_many,
    lambda _given: (),
    icon="refresh",
    is_final=True,
    asks=_("Messages to send again"),
    hint=_("They leave at once. What was sent, or still waits, is left alone."),
)
BUTTON_ICONS = {"refresh", "mail"}  # for the sprite


def _only(*states: State) -> Mapping[str, Any]:
    return {"all": [{"field": "state", "op": "in", "value": [str(one) for one in states]}]}


class DeliveryView(BulkActions, DomainView):
    route_base = "/deliveries"
    model = Delivery
    title, one, group, icon = _("Deliveries"), _("Delivery"), _("Administration"), "mail"
    menu_place = 55
    base_permissions = ["can_list", "can_show", "can_export", "can_resend"]
    list_fields = ["created_at", "kind", "person", "channel", "state", "problem", "tries", "next_try_at"]
    export_fields = [*list_fields, "ended_at", "is_urgent", "answer"]
    form_fields = (*export_fields,)
    row_needs = ("state",)
    default_sort = "-id"
    quick_segments = (
        ("undelivered", _("Not delivered"), _only(State.FAILED, State.GIVEN_UP)),
        ("waiting", _("Waiting"), _only(State.WAITING, State.SENDING)),
        ("sent", _("Sent"), _only(State.SENT)),
    )
    when_empty = _("What leaves by mail, robots and text messages stands here, with what became of it.")
    bulk_actions = (RESEND,)

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show one delivery, with its problem in words."""
        record = self.record(pk)
        state = State(record.state)
        page = listpage.record_page(self, record)
        page |= {
            "actions": list(self.row_actions(record)),
            "chips": [{"text": STATE_NAMES[state], "color": STATE_COLORS[state]}],
        }
        return self.render_template("zhike/record.html", page=page)

    @expose("/<pk>/resend", methods=["POST"])
    @has_access
    @permission_name("resend")
    def resend(self, pk: str) -> Response:
        """Send again what did not arrive."""
        record = self.record(pk, write=True)
        self.perform(lambda: services.resend(record, actor=self.actor()), done=_("It leaves now."))
        return redirect(url_for("DeliveryView.show", pk=pk))

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        if record.state not in RESENT or not self.may("resend"):
            return []
        return [{"label": _("Send again"), "icon": "refresh", "url": self.row_url("resend", record), "method": "POST"}]
