"""What reviews do by themselves every night."""

from app.base import settings
from app.base.actor import SYSTEM, Channel
from app.base.i18n import _
from app.base.timetable import daily
from app.desk.reviews import services


@daily(_("Close solved tickets"), hour=2, minute=30)
def night() -> object:
    """Close what has stood solved or revisited for as long as the house has set."""
    days = settings.value("ticket_autoclose_days")
    return _("Closed: %(count)s.", count=services.close_all(days=days, actor=SYSTEM.by(Channel.WORKER)))
