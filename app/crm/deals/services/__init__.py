"""What can be done with deals: by hand one at a time, from what they follow from in sets."""

from app.crm.deals.services.following import from_origin, from_origins, withdraw_origin
from app.crm.deals.services.holding import hangs_on
from app.crm.deals.services.recording import KEPT, change, delete, record, restore
from app.crm.deals.services.recycling import deal_bin, forbidden_products, go_with_customers
from app.crm.deals.services.taking_back import take_back

__all__ = [
    "KEPT",
    "change",
    "deal_bin",
    "delete",
    "forbidden_products",
    "from_origin",
    "from_origins",
    "go_with_customers",
    "hangs_on",
    "record",
    "restore",
    "take_back",
    "withdraw_origin",
]
