"""What can be done with lines, and what they do by themselves. One verb, one transaction."""

from app.crm.renewals.services.ending import check_end, end, end_many, resume
from app.crm.renewals.services.reckoning import ENDING, go_with_customers, hear, reckon, reckon_lines
from app.crm.renewals.services.reminding import remind
from app.crm.renewals.services.renewing import renew

__all__ = [
    "ENDING",
    "check_end",
    "end",
    "end_many",
    "go_with_customers",
    "hear",
    "reckon",
    "reckon_lines",
    "remind",
    "renew",
    "resume",
]
