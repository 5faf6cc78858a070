"""What customers do by themselves at night."""

from app.base.timetable import daily
from app.crm.customers import services


@daily(hour=2, minute=30)
def recount_phones() -> int:
    """Count again at how many customers each phone number serves."""
    return services.recount()
