"""What customers tell of their deals: since when they are deal customers 成交客户. Source: CUS-15.

The first deal makes a customer a deal customer; ``converted_on`` is its day. When the last one goes, so does what it
made: docs/decisions/deals.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.history import update_versioned, versions_of
from app.base.scope import unscoped
from app.crm.customers import services as customers
from app.crm.customers.queries import DEAL, Customer
from app.crm.deals import rules
from app.crm.deals.models import Deal
from app.extensions import db

ROWS, PARENTS = Deal.__table__, Customer.__table__
BEFORE = "potential"  # the status of whom nobody knows another


def locked(ids: Iterable[int]) -> list[int]:
    """Keep others from changing these customers until the end of the transaction; return their ids, ascending."""
    rows = select(PARENTS.c.id).where(among(PARENTS.c.id, sorted(set(ids)))).order_by(PARENTS.c.id)
    with unscoped("their deals were chosen within a scope"):
        return list(db.session.scalars(rows.with_for_update()))


def convert(ids: Iterable[int], *, actor: Actor) -> None:
    """Make customers deal customers that have just bought, since their first deal."""
    db.session.flush()
    first = _first()
    values = {"converted_on": _earlier(first), "status": _bought(first)}
    _tell(ids, values, actor)


def _bought(first: ColumnElement[Any]) -> ColumnElement[Any]:
    kept = or_(first.is_(None), PARENTS.c.status.in_(sorted(rules.KEPT_STATUSES)))
    return case((and_(PARENTS.c.status.is_not(None), kept), PARENTS.c.status), else_=DEAL)


def _earlier(first: ColumnElement[Any]) -> ColumnElement[Any]:
    since = PARENTS.c.converted_on
    return case((or_(since.is_(None), first < since), func.coalesce(first, since)), else_=since)


def reconsider(
    ids: Iterable[int], *, gone: Sequence[int] = (), was: Mapping[int, date] | None = None, actor: Actor
) -> None:
    """Let customers tell of the deals that are left: some went (``gone``), others moved.

    ``was``: the day from which the deal of a customer moved.

    Only where the day of conversion was that of such a deal: what was known before any deal stays.
    """
    db.session.flush()
    first, since = _first(), PARENTS.c.converted_on
    derived = or_(_by_gone(gone), *[and_(PARENTS.c.id == key, since == on) for key, on in (was or {}).items()])
    moved = case((derived, first), else_=_earlier(first))
    lost = and_(derived, first.is_(None), PARENTS.c.status == DEAL)
    values = {"converted_on": moved, "status": case((lost, _status_before()), else_=PARENTS.c.status)}
    _tell(ids, values, actor)


def _by_gone(gone: Sequence[int]) -> ColumnElement[bool]:
    if not gone:
        return false()
    rows = ROWS.alias()
    same = (rows.c.customer_id == PARENTS.c.id, rows.c.dealt_on == PARENTS.c.converted_on)
    return select(rows.c.id).where(among(rows.c.id, gone), *same).correlate(PARENTS).exists()


def _first() -> ColumnElement[Any]:
    """Return the day of the first deal that is left of a customer."""
    rows = ROWS.alias()
    days = select(func.min(rows.c.dealt_on)).where(rows.c.customer_id == PARENTS.c.id, rows.c.deleted_at.is_(None))
    return days.correlate(PARENTS).scalar_subquery()


def _status_before() -> ColumnElement[Any]:
    """Return what the history says the status was before the customer bought."""
    versions = versions_of(Customer).__table__.alias()
    last = select(versions.c.status).where(versions.c.id == PARENTS.c.id, versions.c.status != DEAL)
    found = last.order_by(versions.c.transaction_id.desc()).limit(1).correlate(PARENTS).scalar_subquery()
    return func.coalesce(found, BEFORE)


def _tell(ids: Iterable[int], values: Mapping[str, Any], actor: Actor) -> None:
    signed = {"updated_at": clock.now(), "updated_by_id": actor.id}
    with unscoped("a customer tells of all its deals, whoever made them"):
        changed = update_versioned(Customer, ids, values, also=signed)
    if changed:
        customers.told(changed)
