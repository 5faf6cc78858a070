"""What inboxes do by themselves at night."""

from app.base.i18n import _
from app.base.timetable import daily
from app.system.notifications import services


@daily(_("Remove messages read half a year ago"), hour=3, minute=30)
def sweep() -> int:
    """Remove messages that were read half a year ago."""
    return services.sweep()
