"""Deals that follow from something else: a won opportunity, an approved fee, an order. In sets, each at most once.

The domain above calls these in its own transaction, having checked who may; nobody is asked here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.history import insert_versioned, update_versioned
from app.base.recycle import Why
from app.base.scope import unscoped, with_deleted
from app.base.transaction import transaction
from app.crm.deals.models import Deal
from app.crm.deals.services.converting import convert, locked, reconsider
from app.extensions import db
from app.system.recycle import services as recycle
from app.system.security import queries as security

ROWS = Deal.__table__
#: Why a deal went whose origin was taken back (dictionary delete_reason).
WITH_ITS_ORIGIN = Why("origin_gone")
#: What the origin says of a deal.
SAID = ("customer_id", "product_id", "amount", "dealt_on", "agent_id")


@transaction
def from_origin(
    origin: str,
    origin_id: int,
    *,
    customer_id: int,
    product_id: int | None,
    amount: Decimal,
    dealt_on: date,
    agent_id: int | None,
    actor: Actor,
) -> Deal:
    """Make the deal that follows from a record, or bring it back, as it is now; return it."""
    said = (customer_id, product_id, amount, dealt_on, agent_id)
    row = {"origin": origin, "origin_id": origin_id, **dict(zip(SAID, said, strict=True))}
    from_origins([row], actor=actor)
    with unscoped("whoever made it may not see it"):
        return db.session.scalars(select(Deal).where(Deal.origin == origin, Deal.origin_id == origin_id)).one()


@transaction
def from_origins(rows: Iterable[Mapping[str, Any]], *, actor: Actor) -> None:
    """Make the deals that follow from records; those that are there, deleted or not, become as they are said to be.

    ``rows``: dicts of origin, origin_id and SAID. Said twice, it is one deal; the customers are locked meanwhile.
    """
    wanted = {(row["origin"], row["origin_id"]): row for row in rows}
    if not wanted:
        return
    theirs = sorted({row["customer_id"] for row in wanted.values()})
    locked([*theirs, *[deal.customer_id for deal in _there(wanted)]])
    houses = security.departments_of({row["agent_id"] for row in wanted.values() if row["agent_id"]})
    said = {key: _said(row) | {"department_id": houses.get(row["agent_id"])} for key, row in wanted.items()}
    there = _there(wanted, is_locked=True)
    moved = [_renew(deal, said[deal.origin, deal.origin_id or 0]) for deal in there]
    known = {(deal.origin, deal.origin_id) for deal in there}
    db.session.flush()
    recycle.follow("deal", [deal.id for deal in there])
    _insert({key: values for key, values in said.items() if key not in known}, actor)
    was = {customer_id: on for found in moved for customer_id, on in found.items()}
    convert(theirs, actor=actor)
    if was:
        reconsider(was, was=was, actor=actor)


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in SAID}


def _there(wanted: Iterable[tuple[str, int]], *, is_locked: bool = False) -> Sequence[Deal]:
    """Return the deals that are there already, deleted or not; ``is_locked``: read anew, and held."""
    by_origin: dict[str, list[int]] = {}
    for origin, key in wanted:
        by_origin.setdefault(origin, []).append(key)
    found: list[Deal] = []
    with unscoped("a record has one deal, whoever sees it"), with_deleted():
        for origin, keys in sorted(by_origin.items()):
            mine = select(Deal).where(Deal.origin == origin, among(Deal.origin_id, sorted(keys))).order_by(Deal.id)
            mine = mine.with_for_update(of=Deal).execution_options(populate_existing=True) if is_locked else mine
            found += db.session.scalars(mine)
    return found


def _renew(deal: Deal, said: Mapping[str, Any]) -> dict[int, date]:
    """Make a deal what it is said to be now; return customer → the day it had, where that moved."""
    before = (deal.customer_id, deal.dealt_on)
    for name, value in said.items():
        if getattr(deal, name) != value:
            setattr(deal, name, value)
    was_deleted, deal.deleted_at = deal.deleted_at is not None, None
    if db.session.is_modified(deal):
        deal.updated_at = clock.now()
    return {} if was_deleted or before == (deal.customer_id, deal.dealt_on) else dict([before])


def _insert(said: Mapping[tuple[str, int], Mapping[str, Any]], actor: Actor) -> None:
    now = clock.now()
    common = {"notes": None, "created_at": now, "updated_at": now, "created_by_id": actor.id, "deleted_at": None}
    rows = [{**common, **values, "origin": origin, "origin_id": key} for (origin, key), values in said.items()]
    if rows:
        insert_versioned(Deal, rows)


@transaction
def withdraw_origin(origin: str, ids: Iterable[int], *, actor: Actor) -> None:
    """Let the deals go that follow from records which were taken back; ``from_origins`` brings them back."""
    rows = select(ROWS.c.id, ROWS.c.customer_id).where(ROWS.c.origin == origin, ROWS.c.deleted_at.is_(None))
    with unscoped("a deal goes with its origin, whoever sees it"):
        found = db.session.execute(rows.where(among(ROWS.c.origin_id, sorted(set(ids)))).order_by(ROWS.c.id)).all()
    if not found:
        return
    theirs, gone = locked(row.customer_id for row in found), [row.id for row in found]
    gone = update_versioned(Deal, gone, {"deleted_at": clock.now()}, also={"updated_at": clock.now()})
    recycle.put("deal", gone, why=WITH_ITS_ORIGIN, actor=actor)
    reconsider(theirs, gone=gone, actor=actor)
