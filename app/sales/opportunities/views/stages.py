"""The screen of stages, and the list of every move."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.sales.opportunities import services
from app.sales.opportunities.models import Move, Stage
from app.system.audit.views import History


class StageView(History, DomainView):
    route_base = "/stages"
    model = Stage
    title, one, group, icon = _("Sales stages"), _("Sales stage"), _("Sales"), "stairs"
    menu_place = 95
    has_segments = False
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_retire", "can_history"]
    list_fields = ["name_zh_hans", "phase", "probability", "position", "stale_days", "color", "is_active"]
    form_fields = [
        "name_zh_hans",
        "name_zh_hant",
        "name_en",
        "phase",
        "probability",
        "position",
        "stale_days",
        "color",
    ]
    default_sort = "position"
    create, change = services.add_stage, services.change_stage

    @expose("/<pk>/retire", methods=["POST"])
    @has_access
    @permission_name("retire")
    def retire(self, pk: str) -> Response:
        """Take a stage out of use."""
        return self._press(pk, services.retire_stage, _("Out of use. What stands there stays."))

    @expose("/<pk>/revive", methods=["POST"])
    @has_access
    @permission_name("retire")
    def revive(self, pk: str) -> Response:
        """Use a stage again."""
        return self._press(pk, services.revive_stage, _("In use again."))

    def _press(self, pk: str, service: Callable[..., Any], done: object) -> Response:
        stage = self.record(pk, write=True)
        self.perform(lambda: service(stage, actor=self.actor()), done=done)
        return redirect(self.url("list"))

    def row_actions(self, record: Stage) -> Sequence[Mapping[str, Any]]:
        found = list(super().row_actions(record))
        if not self.may("retire"):
            return found
        verb, label = ("retire", _("Take out of use")) if record.is_active else ("revive", _("Use again"))
        shape = {"icon": "archive" if record.is_active else "restore", "method": "POST"}
        return [*found, {"label": label, "url": self.row_url(verb, record), **shape}]


class MoveView(DomainView):
    route_base = "/opportunity-moves"
    model = Move
    title, one, group, icon = _("Stage changes"), _("Stage change"), _("Sales"), "history"
    menu_place = 40
    when_empty = _("Every move of an opportunity from stage to stage is kept here by itself.")
    base_permissions = ["can_list", "can_export"]
    list_fields = ["opportunity", "from_stage", "to_stage", "at", "by", "days", "words"]
    default_sort = "-at"

    def row_actions(self, record: Any) -> list[dict[str, Any]]:
        if not self.appbuilder.sm.has_access("can_show", "OpportunityView"):
            return []
        url = url_for("OpportunityView.show", pk=record.opportunity_id)
        return [{"label": _("Open the opportunity"), "icon": "target-arrow", "url": url}]
