"""What a customer tells of its follow-ups, which a domain above keeps. Source: DECISIONS, 跟进状态."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, null

from app.base import clock
from app.base.actor import Actor
from app.base.derived import set_derived
from app.base.history import update_versioned
from app.base.transaction import announce
from app.crm.customers.facts import CustomersImported
from app.crm.customers.models import Customer


def followed_up(
    ids: Sequence[int],
    *,
    progress: ColumnElement[Any],
    last_at: ColumnElement[Any],
    next_at: ColumnElement[Any],
    actor: Actor,
) -> None:
    """Let customers tell what their newest follow-ups say: 跟进状态 (with a line of history), last and next contact.

    Expressions on the customers' table. Part of the caller's transaction, which holds the customers' rows.
    """
    signed = {"updated_at": clock.now(), "updated_by_id": actor.id}
    changed = update_versioned(Customer, ids, {"followup_status": progress}, also=signed)
    set_derived(Customer, ids, {"last_followup_at": last_at})
    plan(ids, next_at=next_at)
    if changed:
        announce(CustomersImported(customer_ids=tuple(changed)))


def plan(ids: Sequence[int], *, next_at: ColumnElement[Any]) -> None:
    """Say when customers that somebody holds are to be contacted next; with others nothing is planned."""
    table = Customer.__table__
    set_derived(Customer, ids, {"next_contact_at": case((table.c.owner_id.is_not(None), next_at), else_=null())})
