"""Saying that a service is not renewed 不再续费, and taking that back. Source: FEE-5."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.base import clock, settings
from app.base.actor import Actor
from app.base.among import among
from app.base.bulk import Applied, Given
from app.base.errors import DomainError
from app.base.fields import Choice
from app.base.history import change_set, explain, update_versioned
from app.base.i18n import Spoken
from app.base.scope import unscoped
from app.base.sentences import joined, lasting
from app.base.transaction import lock, transaction
from app.crm.renewals import rules
from app.crm.renewals.models import Line
from app.crm.renewals.models.line import WITHIN
from app.crm.renewals.services.reckoning import ENDING, locked, reckon_lines
from app.extensions import db

TABLE = Line.__table__
REASONS = Choice(dictionary="not_renewed_reason")


@transaction
def end(line: Line, *, reason: str, words: str = "", actor: Actor) -> None:
    """Say that a service is not renewed: it leaves what is overdue, and nobody is reminded of it any more.

    Raises InvalidFields without a reason; WrongState while it runs on, while a renewal waits, or if it was ended.
    """
    check_end({"reason": reason}, actor)
    _hold([line.id])
    lock(line)
    rules.check_may_end(line.state_now)
    _end([line.id], {"reason": reason, "words": words}, actor)


@transaction
def resume(line: Line, *, actor: Actor) -> None:
    """Take up again what was ended: it is expiring, or overdue, as before. Raises WrongState if it was not ended."""
    _hold([line.id])
    lock(line)
    rules.check_may_resume(is_ended=line.ended_on is not None)
    update_versioned(Line, [line.id], dict.fromkeys(ENDING), also={"updated_at": clock.now()})
    reckon_lines([line.id])


def check_end(given: Given, _actor: Actor) -> None:
    """Raise InvalidFields unless it is said why."""
    rules.check_reason(given.get("reason"))


def end_many(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Say of some lines that they are not renewed; leave alone, with the reason, those of which it cannot be said."""
    _hold(ids)
    refused: dict[int, object] = {}
    for row in _rows(ids):
        try:
            rules.check_may_end(_state(row))
        except DomainError as refusal:
            refused[row.id] = lasting(refusal.message)
    return Applied(_end([one for one in ids if one not in refused], given, actor), refused)


def _hold(line_ids: Sequence[int]) -> None:
    """Hold the customers first, as whoever reckons with their fees does, then the lines."""
    with unscoped("the lines were chosen within a scope"):
        theirs = db.session.scalars(select(TABLE.c.customer_id).where(among(TABLE.c.id, sorted(line_ids))))
        locked(theirs.all())


def _rows(ids: Sequence[int]) -> Sequence[Any]:
    columns = (TABLE.c.id, TABLE.c.end_on, TABLE.c.waiting_fee_id, TABLE.c.ended_on)
    rows = select(*columns).where(among(TABLE.c.id, sorted(ids))).order_by(TABLE.c.id)
    with unscoped("the lines were chosen within a scope"):
        return db.session.execute(rows.with_for_update()).all()


def _state(row: Any) -> rules.State | None:
    return rules.state(
        row.end_on,
        is_waiting=row.waiting_fee_id is not None,
        is_ended=row.ended_on is not None,
        today=clock.today(),
        within_days=settings.value(WITHIN),
    )


def _end(ids: Sequence[int], given: Given, actor: Actor) -> list[int]:
    if not ids:
        return []
    reason, words = given["reason"], given.get("words") or None
    explain(joined(change_set().note, Spoken(lambda: REASONS.text(reason)), words or ""))
    values = {"ended_on": clock.today(), "ended_by_id": actor.id, "reason": reason, "reason_words": words}
    changed = update_versioned(Line, ids, values | {"ended_end_on": TABLE.c.end_on}, also={"updated_at": clock.now()})
    reckon_lines(changed)
    return changed
