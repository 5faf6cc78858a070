"""The screens of customers and contacts."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox, logbook, recycle
from app.base.choices import Item, references
from app.base.fields import fields_of
from app.base.fields import groups as personal_groups
from app.base.fields.groups import Group
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.frame import quick_adds
from app.base.screens.home import first_page
from app.crm.customers.models import Customer
from app.crm.customers.queries import ContactNames, CustomerNames
from app.crm.customers.services import (
    CHANGED_FOR_MANY,
    CustomerTarget,
    contact_bin,
    contact_kind,
    customer_bin,
    customer_kind,
    forbidden_parents,
)
from app.crm.customers.views import home, keydata
from app.crm.customers.views.changes import ChangesView
from app.crm.customers.views.contacts import ContactView
from app.crm.customers.views.customers import CustomerView, files_page
from app.crm.customers.views.imports import CustomerImportView
from app.crm.customers.views.parts import Part, hang
from app.crm.customers.views.told import ASKED_FOR, SHARED
from app.system.files import services as files
from app.system.files.services import Holder
from app.system.imports.services import register as register_target
from app.system.search.services import register as register_kind

__all__ = ["ChangesView", "ContactView", "CustomerImportView", "CustomerView", "Part", "hang", "register"]


#: What is shown in full only with a permission, or to owner and supervisors. Source: docs/decisions/personal.md.
GROUPS = (
    Group("phones", _("Full phone numbers"), ("can_phones", "CustomerView")),
    Group("accounts", _("Full e-mail addresses and social accounts"), ("can_accounts", "CustomerView")),
    Group("identity", _("Full identity documents"), ("can_identity", "CustomerView")),
)


def register(appbuilder: AppBuilder) -> None:
    references["customer"], references["contact"] = CustomerNames(), ContactNames()
    register_target(CustomerTarget())
    register_kind(customer_kind())
    register_kind(contact_kind())
    recycle.register(customer_bin())
    recycle.register(contact_bin())
    recycle.forbid("customer", "parent", forbidden_parents)
    files.register(Holder("customer", _("Customer"), Customer, files_page))
    for group in GROUPS:
        personal_groups.register(group)
    keydata.declare()
    rights.words |= {"can_share": _("Share"), "can_edit_key": _("Change key data")}
    inbox.kinds |= {"customer_shared": SHARED, "customer_asked_for": ASKED_FOR}
    first_page.add(*home.PARTS)
    logbook.items["same"] = logbook.Item(_("What is the same"))
    choices.more |= {"customer_fields_for_many": _fields_for_many, "customer_key_fields": keydata.fields}
    appbuilder.add_view(CustomerView, "CustomerView", label=_("Customer records"), category="customers")
    appbuilder.add_view(ContactView, "ContactView", label=_("Contacts"), category="customers")
    appbuilder.add_view(ChangesView, "ChangesView", label=_("All changes"), category="customers")
    appbuilder.add_view_no_menu(CustomerImportView)
    quick_adds.append((_("New customer"), "building-plus", "CustomerView.add", "can_add", "CustomerView"))


def _fields_for_many() -> tuple[Item, ...]:
    specs = fields_of(Customer)
    return tuple(Item(name, str(specs[name].label)) for name in CHANGED_FOR_MANY if name != "department")
