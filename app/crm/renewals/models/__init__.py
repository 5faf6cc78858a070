"""Lines of service, and the reminders that were given of their ends."""

from app.crm.renewals.models.line import REACH
from app.crm.renewals.models.line import ServiceLine as Line  # one name among all mapped classes
from app.crm.renewals.models.reminder import Reminder

__all__ = ["REACH", "Line", "Reminder"]
