"""What search does by itself at night."""

from app.base.i18n import _
from app.base.timetable import daily
from app.system.search import services


@daily(_("Count how often words occur, for search"), hour=3, minute=20)
def count_tokens() -> int:
    """Count anew how often each token occurs."""
    return services.count_tokens()


@daily(_("Compare the search index with the records"), hour=3, minute=30)
def check_index() -> object:
    """Count entries that are missing, stale or left over; they are written anew."""
    return _("Missing: %(missing)s, out of date: %(stale)s, left over: %(orphaned)s", **services.check())
