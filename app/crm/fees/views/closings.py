"""The screen of closed months 月结."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import flash, redirect
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import clock
from app.base.errors import DomainError, InvalidFields
from app.base.fields import Date
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.base.screens.view import DomainView
from app.crm.fees import services
from app.crm.fees.models import Closing
from app.crm.fees.views.verbs import WHY
from app.extensions import db
from app.system.audit.views import History

MONTH = Date(_("A day of the month"), name="month", column="month", required=True)


class ClosingView(History, DomainView):
    route_base = "/fees/closings"
    model = Closing
    title, one, group, icon = _("Closing of months"), _("Closed month"), _("Service fees"), "calendar-check"
    menu_place = 60
    has_segments = False
    when_empty = _("Close a month once all of it is decided on. Nothing received in it is changed after that.")
    base_permissions = ["can_list", "can_show", "can_add", "can_history", "can_export", "can_reopen"]
    list_fields = ["month", "counted", "total", "closed_at", "closed_by", "opened_at", "opened_by"]
    form_fields = ["month"]
    default_sort = "-month"
    create = services.close

    def form(self, record: Any = None) -> Any:
        form = forms.form_class([MONTH], choices_url="")()
        if not form.is_submitted() and record is None:
            form.month.data = (clock.today().replace(day=1) - timedelta(days=1)).isoformat()
        return form

    def row_actions(self, record: Closing) -> Sequence[Mapping[str, Any]]:
        return self._buttons(record)

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a closed month."""
        record = self.record(pk)
        page = listpage.record_page(self, record)
        fields = [{"label": self.specs[name].label, "value": self.drawn(record, name)} for name in self.list_fields]
        page |= {"sections": [{"title": self.one, "fields": fields}]}
        page["actions"] = [*self._buttons(record), *page["actions"]]
        drawn: str = self.render_template("zhike/record.html", page=page)
        return drawn

    def _buttons(self, record: Closing) -> list[dict[str, Any]]:
        if not self.may("reopen") or record.opened_at is not None:
            return []
        return [{"label": _("Open again"), "icon": "lock-open", "url": self.row_url("reopen", record)}]

    @expose("/<pk>/reopen", methods=["GET", "POST"])
    @has_access
    @permission_name("reopen")
    def reopen(self, pk: str) -> Any:
        """Open a closed month again, with a reason."""
        record = self.record(pk, write=True)
        form = forms.form_class([WHY], choices_url="")()
        if not form.is_submitted() or not form.validate():
            return self._reopen_page(record, form)
        try:
            services.reopen(record, forms.values(form)["reason"], actor=self.actor())
        except InvalidFields as refusal:
            return self._reopen_page(record, form, problem=refusal)
        except DomainError as refusal:
            return self._reopen_page(record, form, problem=refusal)
        flash(str(_("Open again: %(month)s") % {"month": record}), "success")
        return redirect(self.url("show", pk=pk))

    def _reopen_page(self, record: Closing, form: Any, *, problem: object = None) -> Any:
        db.session.rollback()
        page = listpage.form_page(self, form, record, name=str(record), problem=problem) | {
            "title": _("Open again"),
            "submit_label": _("Open again"),
            "sections": [{"id": "fields", "title": None, "fields": ["reason"]}],
            "said": _(
                "Whatever was received in it can be changed and decided on again. The reason stays in the history."
            ),
            "about": str(record),
        }
        drawn = self.render_template("zhike/fees/verb.html", page=page, form=form)
        return drawn, 422 if form.is_submitted() else 200
