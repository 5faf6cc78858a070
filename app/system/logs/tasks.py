"""What the log does by itself."""

from flask import current_app

from app.base.i18n import _
from app.base.timetable import daily, every
from app.system.logs import services


@every(_("Seal the log"), minutes=1)
def seal() -> int:
    """Seal what was written since the last minute."""
    return services.seal(key=current_app.config["ZHIKE"].log_key)


@daily(_("Remove months of the log that are no longer kept"), hour=3, minute=10)
def prune() -> int:
    """Remove the months that are no longer kept."""
    settings = current_app.config["ZHIKE"]
    return services.prune(keep_months=settings.log_keep_months, key=settings.log_key)
