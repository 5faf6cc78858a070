"""Revealing a masked value: shown once, noted in the log, and only so many a day. Source: OWN-12."""

from datetime import datetime, time
from typing import Any

from app.base import clock, logbook
from app.base.actor import Actor
from app.base.errors import NotAllowed
from app.base.fields import Field, Value, is_hidden, value_of
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.transaction import lock, transaction
from app.system.logs import queries
from app.system.security import queries as security


@transaction
def reveal(record: Any, spec: Field, *, actor: Actor, most_per_day: int) -> Value:
    """Return the value of a field that the actor sees only masked, and leave in the log that they have seen it.

    What is empty, or shown to them anyway, is returned and not counted. Raises NotAllowed for one more than
    ``most_per_day`` in a day of the business's zone: counted in the log itself, under a lock on the person.
    """
    value = value_of(record, spec)
    if value in (None, "", ()) or not is_hidden(spec, actor, record):
        return value
    if actor.id is not None and (person := security.employee(actor.id)):
        lock(person)  # two at once would both find room
    _check_room(actor, most_per_day)
    logbook.note(Kind.REVEALED, **logbook.about(record), detail={"field": code_of(record, spec)}, actor=actor)
    return value


def _check_room(actor: Actor, most_per_day: int) -> None:
    midnight = clock.stored(datetime.combine(clock.today(), time()))
    if queries.revealed_since(midnight, person_id=actor.id) >= most_per_day:
        raise NotAllowed(
            _("You have revealed %(count)s values today, which is the most. Ask the owner, or go on tomorrow."),
            count=most_per_day,
        )


def code_of(record: Any, spec: Field) -> str:
    """Return how the log names a field: with its table, so that it can be called by its label."""
    return f"{record.__tablename__}.{spec.name}"
