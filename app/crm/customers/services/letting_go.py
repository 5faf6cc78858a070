"""Letting customers go: nobody holds them any more, and they stand in the pool of their department."""

from collections.abc import Sequence

from app.base.actor import Actor
from app.base.bulk import set_columns
from app.base.derived import set_derived
from app.crm.customers.models import Customer
from app.crm.customers.services.holding import because

#: What goes with the owner, and comes back with them when a run is taken back.
LET_GO_COLUMNS = ("owner_id", "assigned_at")


def let_go(ids: Sequence[int], *, how: str, reason: str | None, words: object, actor: Actor) -> list[int]:
    """Take customers from their owners; return those that had one. Part of the caller's transaction, which locks them.

    ``how``: a code of assignment_kind; ``reason``: of recall_reason or release_reason. What was planned with them is
    nobody's plan any more.
    """
    with because(how, reason=reason, words=words):
        changed = set_columns(Customer, ids, dict.fromkeys(LET_GO_COLUMNS), actor)
    set_derived(Customer, changed, {"next_contact_at": None})
    return changed
