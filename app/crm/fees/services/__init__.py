"""What can be done with fees. One verb, one transaction."""

from app.crm.fees.services.changes import changed, on_change
from app.crm.fees.services.deciding import approve, check_reason, reject, void
from app.crm.fees.services.entering import KEPT, change, may_choose_agent, record
from app.crm.fees.services.linked import further_payment, refund, reverse

__all__ = [
    "KEPT",
    "approve",
    "change",
    "changed",
    "check_reason",
    "further_payment",
    "may_choose_agent",
    "on_change",
    "record",
    "refund",
    "reject",
    "reverse",
    "void",
]
