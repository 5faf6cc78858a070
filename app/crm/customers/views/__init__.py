"""The screens of customers and contacts."""

from flask_appbuilder import AppBuilder

from app.base.choices import references
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.frame import quick_adds
from app.crm.customers.queries import ContactNames, CustomerNames
from app.crm.customers.services import CustomerTarget, contact_kind, customer_kind
from app.crm.customers.views.changes import ChangesView
from app.crm.customers.views.contacts import ContactView
from app.crm.customers.views.customers import CustomerView
from app.crm.customers.views.imports import CustomerImportView
from app.system.imports.services import register as register_target
from app.system.search.services import register as register_kind
from app.system.security.queries import FIELD_GROUPS

__all__ = ["ChangesView", "ContactView", "CustomerImportView", "CustomerView", "register"]


def register(appbuilder: AppBuilder) -> None:
    references["customer"], references["contact"] = CustomerNames(), ContactNames()
    register_target(CustomerTarget())
    register_kind(customer_kind())
    register_kind(contact_kind())
    FIELD_GROUPS["phones"] = ("can_phones", "CustomerView")
    rights.words |= {"can_share": _("Share")}
    appbuilder.add_view(CustomerView, "CustomerView", label=_("Customer records"), category="customers")
    appbuilder.add_view(ContactView, "ContactView", label=_("Contacts"), category="customers")
    appbuilder.add_view(ChangesView, "ChangesView", label=_("All changes"), category="customers")
    appbuilder.add_view_no_menu(CustomerImportView)
    quick_adds.append((_("New customer"), "building-plus", "CustomerView.add", "can_add", "CustomerView"))
