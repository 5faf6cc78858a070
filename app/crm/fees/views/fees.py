"""The ledger 流水账, a fee's page and its correction."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.crm.fees import rules, services
from app.crm.fees.models import Fee
from app.crm.fees.views import bulk, ledger, page
from app.crm.fees.views.entering import FIELDS, SECTIONS, Entering, names_for
from app.crm.fees.views.papers import Papers
from app.crm.fees.views.verbs import Verbs
from app.system.audit.views import History
from app.system.runs.views import BulkActions
from app.system.sign_in.views import own_path

OF_IT = ("number", "customer", *FIELDS, "agent", "department", "state", "reason", "reason_text", "source", "entered_by")


class FeeView(Entering, Verbs, Papers, BulkActions, History, DomainView):
    route_base = "/fees"
    default_view = "ledger"
    model = Fee
    title, one, group, icon = _("Ledger"), _("Service fee"), _("Service fees"), "receipt"
    menu_place = 10
    when_empty = _("Nothing was received here. Open a customer and press “Enter fee”.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_export", "can_history"]
    base_permissions += ["can_approve", "can_void", "can_reverse", "can_choose_agent", "can_print"]
    base_permissions += ["can_import", "can_import_approved"]
    list_fields = ["customer", "received_on", "product", "amount", "bank_state", "entered_by", "state", "number"]
    row_needs = ("state", "entered_by_id", "agent_id", "reverses_id", "refunds_id", "part_of_id", "revision")
    export_fields: ClassVar[Sequence[str]] = list(dict.fromkeys([*OF_IT, "decided_by", "decided_at", "created_at"]))
    form_fields = FIELDS
    form_sections = [(key, title, [name for name in names if name != "files"]) for key, title, names in SECTIONS]
    default_sort = "-received_on"
    bulk_actions = (bulk.APPROVE, bulk.REJECT)
    change = services.change

    # ── the ledger ──

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str | Response:
        """Show one page of the ledger: the month, or whatever the filter asks for, with its sums."""
        listing, problem = self.understood()
        drawn = listpage.build(self, listing, problem=problem) | {
            "add_url": self._entry_url(),
            "add_label": _("Enter fee"),
        }
        drawn |= ledger.around(listing, drawn)
        return self.render_template("zhike/fees/ledger.html", page=drawn)

    @expose("/ledger")
    @has_access
    @permission_name("list")
    def ledger(self) -> Response:
        """Lead to the ledger of this month."""
        return redirect(ledger.url_of(ledger.this_month()))

    @expose("/waiting")
    @has_access
    @permission_name("list")
    def waiting(self) -> Response:
        """Lead to what waits for approval, the oldest first."""
        return redirect(ledger.url_of(ledger.WAITING, sort="received_on"))

    def import_url(self) -> str | None:
        return url_for("FeeImportView.start") if self.may("import") else None

    def _entry_url(self) -> str | None:
        return self.url("add") if self.may("add") else None

    def row_actions(self, record: Fee) -> Sequence[Mapping[str, Any]]:
        return page.row_actions(self, record)

    def row_key(self, record: Fee) -> tuple[object, ...]:
        return (record.entered_by_id == self.actor().id, record.agent_id == self.actor().id)

    # ── a fee ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a fee: what is to be approved, what belongs to it, its vouchers."""
        drawn: str = self.render_template("zhike/fees/fee.html", page=page.build(self, self.record(pk)))
        return drawn

    @expose("/<pk>/pane")
    @has_access
    @permission_name("show")
    def pane(self, pk: str) -> str:
        """Show a fee beside the ledger."""
        shown = page.pane(self, self.record(pk), back=own_path(request.args.get("next", "")))
        drawn: str = self.render_template("zhike/fees/pane.html", page=shown)
        return drawn

    def form_names(self, record: Fee | None) -> Sequence[str]:
        return names_for(record)

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> Any:
        """Correct a fee by form. Nobody but its author is given the form."""
        record = self.record(pk, write=True)
        rules.check_author(entered_by_id=record.entered_by_id, actor_id=self.actor().id)
        rules.after("edit", record.state)
        return super().edit(pk)
