"""What announcements do by themselves."""

from app.base.actor import SYSTEM, Channel
from app.base.i18n import _
from app.base.timetable import every
from app.system.announcements import services


@every(_("Tell newcomers of announcements"), minutes=30)
def tell_newcomers() -> int:
    """Tell whoever has come to the house, or to an audience, since an announcement was published."""
    return services.tell_newcomers(actor=SYSTEM.by(Channel.WORKER))
