"""What can be done with fees. One verb, one transaction."""

from app.crm.fees.services.changes import changed, on_change
from app.crm.fees.services.closing import close, reopen
from app.crm.fees.services.deciding import CODE, approve, check_reason, decides, give_back, reject, void, withdraw
from app.crm.fees.services.entering import KEPT, change, check_may_enter, may_choose_agent, may_enter, record
from app.crm.fees.services.importing import FeeTarget
from app.crm.fees.services.keeping import keeps_customers
from app.crm.fees.services.linked import further_payment, refund, reverse
from app.crm.fees.services.paying import check_deal, keeps_deal, keeps_deals, keeps_origin, keeps_products
from app.crm.fees.services.selling import ORIGIN, sell

__all__ = [
    "CODE",
    "KEPT",
    "ORIGIN",
    "FeeTarget",
    "approve",
    "change",
    "changed",
    "check_deal",
    "check_may_enter",
    "check_reason",
    "close",
    "decides",
    "further_payment",
    "give_back",
    "keeps_customers",
    "keeps_deal",
    "keeps_deals",
    "keeps_origin",
    "keeps_products",
    "may_choose_agent",
    "may_enter",
    "on_change",
    "record",
    "refund",
    "reject",
    "reopen",
    "reverse",
    "sell",
    "void",
    "withdraw",
]
