"""What approvals do by themselves."""

from app.base import clock
from app.base.actor import SYSTEM, Channel
from app.base.i18n import _
from app.base.timetable import every
from app.system.approvals import services


@every(_("Remind of approvals past their time limit, and ask others in place of who has left"), minutes=15)
def care() -> object:
    """Ask others where nobody is left to decide, then remind of what waits for too long."""
    actor = SYSTEM.by(Channel.WORKER)
    moved = services.reseat(actor=actor)
    reminded = services.remind(now=clock.now(), actor=actor)
    return _("Reminded of: %(reminded)s. Asked others: %(moved)s.", reminded=reminded, moved=moved)
