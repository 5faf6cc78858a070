"""What customers do by themselves at night."""

from app.base.i18n import _
from app.base.timetable import daily
from app.crm.customers import services


@daily(_("Count the customers of each phone number"), hour=2, minute=30)
def recount_phones() -> int:
    """Count again at how many customers each phone number serves."""
    return services.recount()
