"""What follows when fees are entered, decided, corrected or voided, in the same transaction: deals, and what domains
above make of it.
"""

from collections.abc import Callable, Iterable

from app.base.actor import Actor
from app.crm.fees.services.selling import sell
from app.extensions import db

Hear = Callable[[list[int], Actor], None]
_listeners: list[Hear] = []


def on_change(hear: Hear) -> None:
    """Call ``hear`` with the ids of fees whose state, period, amount or customer changed. Safe to repeat."""
    if hear not in _listeners:
        _listeners.append(hear)


def changed(ids: Iterable[int], *, actor: Actor) -> None:
    """Tell that some fees are not what they were. Part of the transaction that changed them."""
    db.session.flush()
    some = sorted(set(ids))
    sell(some, actor=actor)
    for hear in _listeners:
        hear(some, actor)
