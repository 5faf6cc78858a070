"""Bank lines that are no service fee, and taking them up again."""

from collections.abc import Mapping
from typing import Any

from app.base import clock
from app.base.actor import Actor
from app.base.transaction import lock, transaction
from app.crm.reconciliation import rules
from app.crm.reconciliation.models import Line
from app.crm.reconciliation.services.proposing import drop, propose
from app.extensions import db


@transaction
def ignore(line: Line, values: Mapping[str, Any], *, actor: Actor) -> None:
    """Set a line aside. ``values``: ``reason``, ``reason_text``. Raises InvalidFields without a reason, WrongState."""
    rules.check_ignore(values.get("reason"), values.get("reason_text"))
    lock(line)
    line.state = rules.state_after(line.state, "ignore")
    line.reason, line.reason_text = values["reason"], values.get("reason_text") or None
    line.decided_at, line.decided_by_id = clock.now(), actor.id
    db.session.flush()
    drop([line.id])


@transaction
def take_up(line: Line, *, actor: Actor) -> None:
    """Take a line up that was set aside: it waits again. Raises WrongState if it was not."""
    lock(line)
    line.state = rules.state_after(line.state, "take_up")
    line.reason = line.reason_text = None
    line.decided_at, line.decided_by_id = clock.now(), actor.id
    db.session.flush()
    propose([line.id], actor=actor)
