"""The import of a price list: the screens are those of every import."""

from app.base.i18n import _
from app.system.imports.views import ImportView


class ProductImportView(ImportView):
    route_base = "/imports/products"
    class_permission_name = "ProductView"
    kind, title, back = "products", _("Import products"), "ProductView.list"
    back_label = _("Products")
    group = _("Sales")
