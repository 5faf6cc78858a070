"""Named reads of what people have chosen."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.base.scope import unscoped
from app.extensions import db
from app.system.preferences.models import Choice


def kept(person_id: int) -> Mapping[str, Any]:
    """Return all that a person has chosen, by name. For the person alone: see ``base.preferences``."""
    table = Choice.__table__
    wanted = select(table.c.name, table.c.value).where(table.c.person_id == person_id)
    with unscoped("asked for whoever acts, and cached under their id"):
        rows = db.session.execute(wanted).all()
    return {name: json.loads(value) for name, value in rows}
