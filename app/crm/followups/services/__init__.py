"""What can be done with follow-ups, cycles and feeds. One verb, one transaction."""

from app.crm.followups.services.cycles import add_cycle, change_cycle, remove_cycle, seed
from app.crm.followups.services.feeds import make_feed, revoke_feed
from app.crm.followups.services.recording import KEPT, change, delete, record, restore
from app.crm.followups.services.recycling import followup_bin, go_with_contacts, go_with_customers
from app.crm.followups.services.searching import followup_kind
from app.crm.followups.services.taking_back import take_back

__all__ = [
    "KEPT",
    "add_cycle",
    "change",
    "change_cycle",
    "delete",
    "followup_bin",
    "followup_kind",
    "go_with_contacts",
    "go_with_customers",
    "make_feed",
    "record",
    "remove_cycle",
    "restore",
    "revoke_feed",
    "seed",
    "take_back",
]
