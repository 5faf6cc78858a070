"""The list of all follow-ups, a follow-up's page and its correction."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup

from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.crm.customers import queries as customers
from app.crm.followups import services
from app.crm.followups.models import Followup
from app.crm.followups.views import more
from app.crm.followups.views.entering import FIELDS, Entering, address, with_contacts
from app.system.audit.queries import Line
from app.system.audit.views import History
from app.system.files.views import tab as attached_files
from app.system.recycle.views import Recycled
from app.system.runs.views import BulkActions
from app.system.sign_in.views import own_path


class FollowupView(BulkActions, Entering, Recycled, History, DomainView):
    route_base = "/followups"
    model = Followup
    title, one, group, icon = _("Follow-up records"), _("Follow-up"), _("Follow-ups"), "message-2"
    menu_place = 30
    when_empty = _("Open a customer and press “Record follow-up”.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    base_permissions += ["can_export", "can_history", "can_revert", "can_make_opportunities"]
    list_fields = ["customer", "at", "progress", "result", "content", "channel", "next_contact_at", "by"]
    export_fields: ClassVar[Sequence[str]] = ["customer", *FIELDS, "by", "department"]
    form_fields = FIELDS
    default_sort = "-at"
    quick_segments = [
        ("mine", _("Mine"), {"all": [{"field": "by", "op": "is", "value": "me"}]}),
        ("week", _("Last 7 days"), {"all": [{"field": "at", "op": "last_days", "value": "7"}]}),
        ("calls", _("Calls"), {"all": [{"field": "channel", "op": "is", "value": "phone"}]}),
    ]
    create, change, remove = services.record, services.change, services.delete
    take_back, bring_back = services.take_back, services.restore

    def can_take_back(self, line: Line) -> bool:
        return line.spec.name not in services.KEPT

    def row_actions(self, record: Followup) -> Sequence[Mapping[str, Any]]:
        found = list(super().row_actions(record))
        if self.may("add") and record.customer is not None:
            url = address(record.customer_id)
            found.insert(0, {"label": _("Record follow-up"), "icon": "message-plus", "url": url})
        return [*found, *more.buttons(record)]

    def form(self, record: Any = None) -> Any:
        form = super().form(record)
        return with_contacts(form, record.customer if record is not None else None)

    def after_save(self, saved: Followup) -> str:
        asked = request.args.get("next", "")
        return own_path(asked) if asked else super().after_save(saved)

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a follow-up with its files."""
        record = self.record(pk)
        is_mine = may_write(record, self.actor())
        page = listpage.record_page(self, record)
        about = [self._customer(record), *[self._field(record, name) for name in ("by", "department", "created_at")]]
        page["sections"] = [{"title": _("Whose"), "fields": about}, *page["sections"]]
        page["actions"] = self._buttons(record, page["actions"], is_mine=is_mine)
        page["files"] = attached_files("followup", record, is_mine=is_mine, is_open=True)
        drawn: str = self.render_template("zhike/followups/followup.html", page=page)
        return drawn

    def _buttons(self, record: Followup, usual: Sequence[Mapping[str, Any]], *, is_mine: bool) -> list[Any]:
        found = [one for one in usual if is_mine or one["icon"] == "history"]
        if self.may("add") and record.customer is not None and may_write(record.customer, self.actor()):
            url = address(record.customer_id)
            found.insert(0, {"label": _("Record follow-up"), "icon": "message-plus", "url": url})
        return [*more.buttons(record), *found] if is_mine or self.may("add") else found

    def _field(self, record: Followup, name: str) -> dict[str, Any]:
        return {"label": self.specs[name].label, "value": self.drawn(record, name)}

    def _customer(self, record: Followup) -> dict[str, Any]:
        drawn, spec = self.drawn(record, "customer"), self.specs["customer"]
        if customers.by_id(record.customer_id) is not None:
            url = url_for("CustomerView.show", pk=record.customer_id, tab="followups")
            drawn = Markup('<a href="{}">{}</a>').format(url, drawn)
        return {"label": spec.label, "value": drawn, "span": True}
