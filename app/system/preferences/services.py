"""What people do with their own settings. Nobody does it for another."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.base import preferences
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.preferences import STAMP
from app.base.stamps import raise_stamp
from app.base.transaction import transaction
from app.extensions import db
from app.system.preferences.models import Choice


@transaction
def keep(values: Mapping[str, Any], *, actor: Actor) -> None:
    """Keep what a person has chosen, by name.

    Raises Invalid for what nobody can choose, NotAllowed for what is the same for everybody in this installation.
    """
    there = {row.name: row for row in db.session.scalars(_own(actor))}
    for name, raw in values.items():
        row = there.get(name) or Choice(person_id=actor.id, name=name)
        row.value = json.dumps(_checked(name, raw))
        db.session.add(row)
    raise_stamp(STAMP)


def _checked(name: str, raw: Any) -> Any:
    wanted = preferences.registered.get(name.partition(":")[0])
    if wanted is None:
        raise Invalid(_("There is no such setting."))
    wanted.check_free()
    value = wanted.kind.parse(raw)
    if value is None:
        raise Invalid(_("Please fill this in."))
    return value


@transaction
def forget(name: str, *, actor: Actor) -> None:
    """Go back to what is usual, in one thing."""
    for row in db.session.scalars(_own(actor).where(Choice.name == name)):
        db.session.delete(row)
    raise_stamp(STAMP)


@transaction
def forget_all(actor: Actor) -> None:
    """Go back to what is usual, in everything."""
    for row in db.session.scalars(_own(actor)):
        db.session.delete(row)
    raise_stamp(STAMP)


def _own(actor: Actor) -> Any:
    return select(Choice).where(Choice.person_id == actor.id)
