"""What happens to contents at night."""

from app.base import clock, storage
from app.base.i18n import _
from app.base.timetable import daily


@daily(_("Remove file contents nobody needs"), hour=3, minute=30)
def sweep_contents() -> int:
    """Remove contents that no row of any domain has named for a day."""
    return storage.sweep(clock.now())
