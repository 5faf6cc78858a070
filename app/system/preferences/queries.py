"""Named reads of what people have chosen."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from app.base.among import among
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


def kept_of(people: Collection[int], names: Collection[str]) -> Mapping[int, Mapping[str, Any]]:
    """Return what some people have chosen under some names, in one statement: for whatever writes to them."""
    table = Choice.__table__
    wanted = select(table.c.person_id, table.c.name, table.c.value).where(
        table.c.name.in_(names), among(table.c.person_id, sorted(set(people)))
    )
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    with unscoped("what goes to them is as each of them has chosen"):
        for person, name, value in db.session.execute(wanted):
            found[person][name] = json.loads(value)
    return found
