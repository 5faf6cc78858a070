"""Keeping the logs."""

from app.base import clock
from app.base.actor import current_actor
from app.base.exported import Exported
from app.base.transaction import transaction
from app.extensions import db
from app.system.audit.models import ExportEntry


@transaction
def keep_export(fact: Exported) -> None:
    """Write down an export before the file is handed out."""
    actor = current_actor()
    row = ExportEntry(at=clock.now(), what=fact.what, format=fact.format, asked=fact.asked, row_count=fact.row_count)
    row.employee_id, row.address = (actor.id, actor.address) if actor else (None, None)
    db.session.add(row)
