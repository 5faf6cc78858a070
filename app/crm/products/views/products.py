"""The list of products and a product's page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.crm.products import services
from app.crm.products.models import Product
from app.crm.products.services.taking_back import KEPT
from app.system.audit.queries import Line
from app.system.audit.views import History
from app.system.recycle.views import Recycled

OFFERED = {"all": [{"field": "is_active", "op": "is", "value": "1"}]}
RETIRED = {"all": [{"field": "is_active", "op": "is", "value": "0"}]}


class ProductView(Recycled, History, DomainView):
    route_base = "/products"
    model = Product
    title, one, group, icon = _("Products"), _("Product"), _("Sales"), "package"
    menu_place = 90
    when_empty = _("Enter what you sell: fees, deals and opportunities name it.")
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_retire"]
    base_permissions += ["can_export", "can_history", "can_revert", "can_import"]
    list_fields = ["name", "code", "category", "price", "unit", "term_months", "is_active"]
    export_fields = [*list_fields, "description", "created_at", "updated_at"]
    form_fields = ["code", "name", "category", "unit", "price", "term_months", "description"]
    default_sort = "code"
    keeps_rows = True
    quick_segments = [("offered", _("Offered"), OFFERED), ("retired", _("Retired"), RETIRED)]
    create, change, remove = services.create, services.change, services.delete
    take_back, bring_back = services.take_back, services.restore

    def can_take_back(self, line: Line) -> bool:
        return line.spec.name not in KEPT

    def import_url(self) -> str | None:
        return url_for("ProductImportView.start") if self.may("import") else None

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str:
        """Show a product."""
        record = self.record(pk)
        page = listpage.record_page(self, record)
        page["chips"] = [] if record.is_active else [{"text": _("Retired"), "color": "gray"}]
        page["actions"] = [*page["actions"], *self._offering(record)]
        drawn: str = self.render_template("zhike/record.html", page=page)
        return drawn

    def row_actions(self, record: Product) -> Sequence[Mapping[str, Any]]:
        return [*super().row_actions(record), *self._offering(record)]

    def _offering(self, record: Product) -> list[dict[str, Any]]:
        if not self.may("retire"):
            return []
        verb, label, icon = (
            ("retire", _("Take out of use"), "archive") if record.is_active else ("revive", _("Use again"), "restore")
        )
        return [{"label": label, "icon": icon, "url": self.row_url(verb, record), "method": "POST"}]

    @expose("/<pk>/retire", methods=["POST"])
    @has_access
    @permission_name("retire")
    def retire(self, pk: str) -> Response:
        """Offer a product no more."""
        return self._press(pk, services.retire, _("Retired: it is offered no more, and what names it stays."))

    @expose("/<pk>/revive", methods=["POST"])
    @has_access
    @permission_name("retire")
    def revive(self, pk: str) -> Response:
        """Offer a product again."""
        return self._press(pk, services.revive, _("Offered again."))

    def _press(self, pk: str, service: Callable[..., Any], done: object) -> Response:
        product = self.record(pk, write=True)
        self.perform(lambda: service(product, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))
