"""What expiry does by itself every day."""

from app.base import clock, settings
from app.base.actor import SYSTEM, Channel
from app.base.i18n import _
from app.base.timetable import daily
from app.crm.renewals import rules, services


@daily(_("Remind of services that end"), hour=8, minute=0, at="fee_reminder_at")
def day() -> object:
    """Tell owners, supervisors and service persons what ends soon, or has ended."""
    offsets = rules.offsets_of(settings.value("fee_reminder_offsets"))
    told = services.remind(day=clock.today(), offsets=offsets, actor=SYSTEM.by(Channel.WORKER))
    return _("Reminded of: %(count)s.", count=told)
