"""Follow-ups, the cycles of contacts, and the feeds of calendars."""

from app.crm.followups.models.cycle import Cycle
from app.crm.followups.models.feed import Feed
from app.crm.followups.models.followup import Followup

__all__ = ["Cycle", "Feed", "Followup"]
