"""What inboxes do by themselves at night."""

from app.base.timetable import daily
from app.system.notifications import services


@daily(hour=3, minute=30)
def sweep() -> int:
    """Remove messages that were read half a year ago."""
    return services.sweep()
