"""The screens of fees: the ledger, closed months, what hangs on customers and on the first page."""

from flask_appbuilder import AppBuilder

from app.base import choices, inbox, recycle
from app.base.i18n import _
from app.base.screens import rights
from app.base.screens.frame import quick_adds
from app.base.screens.home import first_page
from app.crm.customers.views import hang
from app.crm.deals import services as deals
from app.crm.deals.views import leads
from app.crm.fees import services
from app.crm.fees.models import Fee
from app.crm.fees.queries import FeeNames
from app.crm.fees.services import FeeTarget, keeps_customers
from app.crm.fees.views import dealing, filters, home, terms, told
from app.crm.fees.views.approving import SUBJECT
from app.crm.fees.views.closings import ClosingView
from app.crm.fees.views.customer import PART
from app.crm.fees.views.entering import address, page_of
from app.crm.fees.views.fees import FeeView
from app.crm.fees.views.hung import hang as hang_on_ledger
from app.crm.fees.views.imports import FeeImportView
from app.system.approvals import services as approvals
from app.system.files import services as files
from app.system.files.services import Holder
from app.system.imports.services import register as register_target

__all__ = ["ClosingView", "FeeImportView", "FeeView", "address", "hang_on_ledger", "register"]

ICONS = {"receipt", "cash", "receipt-refund", "ban", "external-link", "lock-open", "calendar-check"}  # for the sprite


def register(appbuilder: AppBuilder) -> None:
    terms.declare()
    filters.declare()
    inbox.kinds |= told.KINDS
    choices.references["fee"] = FeeNames()
    choices.more["fee_waits_for"] = filters.who_waits
    approvals.register(SUBJECT)
    files.register(Holder("fee", _("Service fee"), Fee, page_of))
    recycle.forbid("customer", "fees", keeps_customers)
    recycle.forbid("product", "fees", services.keeps_products)
    recycle.forbid("deal", "fees", services.keeps_deals)
    deals.hangs_on("fees", services.keeps_deal)
    right = ("can_show", "FeeView")
    leads(services.ORIGIN, _("Open the fee"), icon="receipt", endpoint="FeeView.show", right=right)
    dealing.declare()
    register_target(FeeTarget())
    hang(PART)
    first_page.add(*home.PARTS)
    rights.words |= {
        "can_approve": _("Approve and reject"),
        "can_void": _("Void"),
        "can_reverse": _("Reverse and refund"),
        "can_choose_agent": _("Say to whom it counts"),
        "can_print": _("Receipts and statements"),
        "can_import_approved": _("Import approved entries"),
        "can_reopen": _("Open again"),
    }
    appbuilder.add_view(FeeView, "FeeView", label=_("Ledger"), category="fees")
    appbuilder.add_view_no_menu(FeeImportView)
    appbuilder.add_view(ClosingView, "ClosingView", label=_("Closing of months"), category="fees")
    quick_adds.append((_("New service fee"), "receipt", "FeeView.add", "can_add", "FeeView"))
