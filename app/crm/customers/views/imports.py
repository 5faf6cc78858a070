"""The import of customers: the screens are those of every import."""

from app.base.i18n import _
from app.system.imports.views import ImportView


class CustomerImportView(ImportView):
    route_base = "/imports/customers"
    class_permission_name = "CustomerView"
    kind, title, back = "customers", _("Import customers"), "CustomerView.list"
    back_label = _("Customer records")
