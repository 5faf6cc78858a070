"""What jobs do by themselves."""

from app.base.i18n import _
from app.base.timetable import daily, every
from app.system.jobs import services


@every(_("Continue jobs that were cut off"), minutes=1)
def sweep() -> int:
    """Let jobs whose worker died go on, and call those that nobody heard of."""
    return services.sweep()


@daily(_("Remove old jobs and their files"), hour=3, minute=40)
def tidy() -> int:
    """Let go of old jobs and their files."""
    return services.tidy()
