"""The contact list, page and form."""

from app.base.i18n import _
from app.base.screens.view import DomainView
from app.crm.customers import services
from app.crm.customers.models import Contact
from app.system.audit.views import History
from app.system.recycle.views import Recycled


class ContactView(Recycled, History, DomainView):
    route_base = "/contacts"
    model = Contact
    title, one, group, icon = _("Contacts"), _("Contact"), _("Customers"), "address-book"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    base_permissions += ["can_export", "can_history", "can_revert"]
    list_fields = ["name", "phones", "email", "wechat", "preferred_channel", "updated_at"]
    form_fields = ["name", "phones", "sex", "email", "wechat", "preferred_channel", "birthday", "notes"]
    default_sort = "-updated_at"
    create, change, remove = services.create_contact, services.change_contact, services.delete_contact
    take_back, bring_back = services.take_contact_back, services.restore_contact
