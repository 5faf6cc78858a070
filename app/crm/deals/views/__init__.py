"""The screens of deals: the list, and the transactions of a customer."""

from flask_appbuilder import AppBuilder

from app.base import choices, recycle
from app.base.fields import Boolean, Choice, Date, Field, Link, Money, Reckoned, Related, add_filters
from app.base.i18n import _
from app.base.screens.frame import quick_adds
from app.base.screens.home import first_page
from app.crm.customers.queries import Customer
from app.crm.customers.services import goes_with
from app.crm.customers.views import hang
from app.crm.deals import queries
from app.crm.deals.models import Deal
from app.crm.deals.queries import DealNames
from app.crm.deals.services import deal_bin, forbidden_products, go_with_customers
from app.crm.deals.views import customer, home, transactions
from app.crm.deals.views.deals import DealView
from app.crm.deals.views.hung import hang as hang_on_deal
from app.crm.deals.views.origins import leads
from app.crm.deals.views.transactions import TransactionView

__all__ = ["DealView", "TransactionView", "hang_on_deal", "leads", "register"]


def _hanging(name: str, column: str, inner: Field) -> Related:
    return Related(inner.label, name=name, column=column, inner=inner, path=queries.alive)


#: What customers can be asked for.
OF_CUSTOMERS = (
    Reckoned(
        _("Deal customer"),
        name="deal_customer",
        inner=Boolean(_("Deal customer"), name="deal_customer"),
        how=queries.is_deal_customer,
    ),
    _hanging("deal_product", "product_id", Link(_("Bought product"), to="product")),
    _hanging("deal_on", "dealt_on", Date(_("Bought on"))),
    _hanging("deal_amount", "amount", Money(_("Amount of a deal"))),
    _hanging("deal_origin", "origin", Choice(_("Origin of a deal"), dictionary="deal_origin")),
)
#: What deals can be asked for of their customers.
OF_DEALS = tuple(
    Related(inner.label, name=name, column=column, inner=inner, path=queries.parents)
    for name, column, inner in (
        ("customer_level", "level", Choice(_("Level of the customer"), dictionary="customer_level")),
        ("customer_owner", "owner_id", Link(_("Owner of the customer"), to="employee")),
    )
)


def register(appbuilder: AppBuilder) -> None:
    choices.references["deal"] = DealNames()
    recycle.register(deal_bin())
    recycle.forbid("product", "deals", forbidden_products)
    goes_with("customer", "deals", go_with_customers)
    add_filters(Customer, *OF_CUSTOMERS)
    add_filters(Deal, *OF_DEALS)
    hang(customer.PART)
    transactions.add(customer.SOURCE)
    first_page.add(*home.PARTS)
    appbuilder.add_view(DealView, "DealView", label=_("Deals"), category="sales")
    appbuilder.add_view_no_menu(TransactionView)
    quick_adds.append((_("New deal"), "heart-plus", "DealView.add", "can_add", "DealView"))
