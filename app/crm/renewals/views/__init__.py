"""The screen of lines, and what expiry hangs on customers: marks, tab, figures, filters, tabs of the list."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox
from app.base.fields import add_filters
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.home import first_page
from app.base.settings import STAMP as SETTINGS
from app.crm.customers.queries import mark_with
from app.crm.customers.services import goes_with
from app.crm.customers.views import CustomerView, Part, hang
from app.crm.renewals import queries, rules, services
from app.crm.renewals.models import Line
from app.crm.renewals.views import customer, filters, home, marks, settings, told
from app.crm.renewals.views.screen import RenewalView

__all__ = ["RenewalView", "register"]

#: Tabs above the list of customers.
TABS = (
    filters.tab("fee_expiring", _("Expiring soon"), field="fee_expiry", op="is", value=rules.EXPIRING),
    filters.tab("fee_overdue", _("Overdue"), field="fee_expiry", op="is", value=rules.OVERDUE),
)


def register(appbuilder: AppBuilder) -> None:
    settings.declare()
    choices.references["service_line"] = queries.LineNames()
    inbox.kinds |= told.KINDS
    mark_with("renewals", marks.pairs, needs=marks.NEEDED)
    goes_with("customer", "renewals", services.go_with_customers)
    add_filters(CustomerView.model, *filters.OF_CUSTOMERS)
    add_filters(Line, *filters.OF_LINES)
    names = {name for name, _label, _asked in TABS}
    CustomerView.quick_segments = [*(one for one in CustomerView.quick_segments if one[0] not in names), *TABS]
    hang(
        Part(
            "renewals",
            place=20,
            tab=customer.tab,
            chips=marks.chips,
            figures=marks.figures,
            row_chips=marks.row_chips,
            row_needs=marks.NEEDED,
            row_stamps=(SETTINGS,),
            hanging=customer.hanging,
        )
    )
    first_page.add(*home.PARTS)
    rights.words |= {"can_end": _("Say that a service is not renewed"), "can_renew": _("Renew")}
    appbuilder.add_view(RenewalView, "RenewalView", label=_("Expiry and renewals"), category="fees")
