"""The list of deals, a deal's page, and its recording by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.base import clock
from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import forms, listpage
from app.base.screens.view import DomainView
from app.crm.customers import queries as customers
from app.crm.deals import rules, services
from app.crm.deals.models import Deal
from app.crm.deals.views import hung, origins
from app.system.audit.queries import Line
from app.system.audit.views import History
from app.system.recycle.views import Recycled
from app.system.sign_in.views import own_path

FIELDS = ("product", "dealt_on", "amount", "agent", "notes")


def record(values: Mapping[str, Any], *, actor: Actor) -> Deal:
    """Record a deal of the customer that the form names."""
    customer = customers.by_id(values.get("customer") or 0)
    if customer is None:
        raise InvalidFields({"customer": _("Please fill this in.")})
    return services.record(customer, values, actor=actor)


class DealView(Recycled, History, DomainView):
    route_base = "/deals"
    model = Deal
    title, one, group, icon = _("Deals"), _("Deal"), _("Sales"), "heart-handshake"
    menu_place = 50
    when_empty = _("Won opportunities and approved fees stand here by themselves; others are recorded by hand.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    base_permissions += ["can_export", "can_history", "can_revert"]
    list_fields = ["customer", "dealt_on", "product", "amount", "agent", "origin"]
    export_fields = [*list_fields, "department", "notes", "created_by", "created_at"]
    form_fields = ["customer", *FIELDS]
    row_needs = ["origin", "origin_id"]
    default_sort = "-dealt_on"
    quick_segments = [
        ("mine", _("Mine"), {"all": [{"field": "agent", "op": "is", "value": "me"}]}),
        ("month", _("Last 30 days"), {"all": [{"field": "dealt_on", "op": "last_days", "value": "30"}]}),
        ("by_hand", _("By hand"), {"all": [{"field": "origin", "op": "is", "value": "manual"}]}),
    ]
    create, change, remove = record, services.change, services.delete
    take_back, bring_back = services.take_back, services.restore

    def can_take_back(self, line: Line) -> bool:
        return line.spec.name not in services.KEPT

    def form_names(self, record: Any) -> Sequence[str]:
        return self.form_fields if record is None else FIELDS

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> str | Response:
        """Record a deal. ``customer``: whose; ``next``: where it leads afterwards."""
        form = self.form()
        if not form.is_submitted():
            form.customer.data = request.args.get("customer", "")
            form.dealt_on.data = self.specs["dealt_on"].typed(clock.today())
            form.agent.data = str(self.actor().id or "")
        forms.fill(form, None)
        return self._answer(form, None, lambda: record(forms.values(form), actor=self.actor()))

    def after_save(self, saved: Any) -> str:
        asked = request.args.get("next", "")
        return own_path(asked) if asked else super().after_save(saved)

    def is_by_hand(self, record: Deal) -> bool:
        """Tell whether a deal is corrected here; others are, where they come from."""
        return record.origin == rules.MANUAL

    def row_actions(self, record: Deal) -> Sequence[Mapping[str, Any]]:
        if self.is_by_hand(record):
            return super().row_actions(record)
        button = origins.button(record.origin, record.origin_id)
        return [button] if button else []

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a deal, whose it is, and where it comes from."""
        record = self.record(pk)
        is_mine = self.is_by_hand(record) and may_write(record, self.actor())
        page = listpage.record_page(self, record)
        about = [
            self._customer(record),
            *[self._field(record, name) for name in ("origin", "department", "created_by")],
        ]
        fields = [self._field(record, name) for name in FIELDS]
        page["sections"] = [{"title": _("Deal"), "fields": fields}, {"title": _("Whose"), "fields": about}]
        page["actions"] = [one for one in page["actions"] if is_mine or one["icon"] == "history"]
        button = origins.button(record.origin, record.origin_id)
        page["actions"] = [button, *page["actions"]] if button else page["actions"]
        sections, buttons = hung.parts(record)
        page["sections"] += sections
        page["actions"] = [*buttons, *page["actions"]]
        drawn: str = self.render_template("zhike/record.html", page=page)
        return drawn

    def _field(self, record: Deal, name: str) -> dict[str, Any]:
        return {"label": self.specs[name].label, "value": self.drawn(record, name), "span": name == "notes"}

    def _customer(self, record: Deal) -> dict[str, Any]:
        drawn, spec = self.drawn(record, "customer"), self.specs["customer"]
        if customers.by_id(record.customer_id) is not None:
            url = url_for("CustomerView.show", pk=record.customer_id, tab="deals")
            drawn = Markup('<a href="{}">{}</a>').format(url, drawn)
        return {"label": spec.label, "value": drawn, "span": True}
