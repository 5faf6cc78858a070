"""What recall does by itself at night."""

from app.base import clock, settings
from app.base.actor import SYSTEM, Channel
from app.base.i18n import _
from app.base.timetable import daily
from app.crm.recalls import services
from app.crm.recalls.models import stages_of


@daily(_("Warn of recalls, and recall what is due by the rules"), hour=2, minute=0, at="recall_run_at")
def night() -> object:
    """Warn owners of what will be recalled soon, then recall what is due."""
    actor = SYSTEM.by(Channel.WORKER)
    about = {"day": clock.today(), "protection_days": settings.value("protection_days"), "actor": actor}
    warned = services.warn(stages=stages_of(settings.value("recall_warning_days")), **about)
    recalled = services.recall(**about)
    return _("Recalled: %(recalled)s. Warned of: %(warned)s.", recalled=recalled, warned=warned)
