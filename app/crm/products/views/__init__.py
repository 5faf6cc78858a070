"""The screens of products: the list, and the import of a price list."""

from flask_appbuilder import AppBuilder

from app.base import choices, recycle
from app.base.i18n import _
from app.crm.products.queries import ProductNames
from app.crm.products.services import ProductTarget, product_bin, product_kind
from app.crm.products.views.imports import ProductImportView
from app.crm.products.views.products import ProductView
from app.system.imports.services import register as register_target
from app.system.search.services import register as register_kind

__all__ = ["ProductImportView", "ProductView", "register"]


def register(appbuilder: AppBuilder) -> None:
    choices.references["product"] = ProductNames()
    recycle.register(product_bin())
    register_kind(product_kind())
    register_target(ProductTarget())
    appbuilder.add_view(ProductView, "ProductView", label=_("Products"), category="sales")
    appbuilder.add_view_no_menu(ProductImportView)
