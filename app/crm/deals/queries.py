"""Named reads of deals, and the conditions by which customers are asked for what they bought."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, extract, false, func, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor, current_actor
from app.base.choices import Found
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.deals.models import Deal
from app.extensions import db

ROWS = Deal.__table__
NOTHING = Decimal("0.00")


def _loads() -> tuple[Any, ...]:
    """Return what a line of a list names: asked for late, for it needs all models."""
    return tuple(selectinload(one) for one in (Deal.product, Deal.agent, Deal.customer))


class Sum(NamedTuple):
    """How many deals, how much they come to, and the day of the last."""

    deals: int
    amount: Decimal
    last_on: date | None


def of(customer_id: int, *, limit: int) -> Sequence[Deal]:
    """Return the deals of a customer in scope, the newest first, with what they name."""
    found = select(Deal).where(Deal.customer_id == customer_id).options(*_loads())
    return list(db.session.scalars(found.order_by(Deal.dealt_on.desc(), Deal.id.desc()).limit(limit)))


def total(customer_id: int) -> Sum:
    """Return the sum of the deals of a customer in scope."""
    return _sum(Deal.customer_id == customer_id)


def total_since(day: date, *, agent_id: int | None) -> Sum:
    """Return the sum of the deals in scope since a day; ``agent_id``: only of one person."""
    mine = [] if agent_id is None else [Deal.agent_id == agent_id]
    return _sum(Deal.dealt_on >= day, *mine)


def _sum(*where: ColumnElement[bool]) -> Sum:
    counted = select(func.count(Deal.id), func.sum(Deal.amount), func.max(Deal.dealt_on)).where(*where)
    count, amount, last_on = db.session.execute(counted).one()
    return Sum(count, Decimal(str(amount or 0)).quantize(NOTHING), last_on)


def by_year(customer_id: int) -> Mapping[int, Decimal]:
    """Return what the deals of a customer in scope come to, by year."""
    year = extract("year", Deal.dealt_on)
    summed = select(year, func.sum(Deal.amount)).where(Deal.customer_id == customer_id).group_by(year)
    return {int(key): Decimal(str(amount)).quantize(NOTHING) for key, amount in db.session.execute(summed)}


def newest(actor: Actor, *, limit: int) -> Sequence[Deal]:
    """Return the newest deals in scope. ``actor``: who asks, for whom the session narrows."""
    assert actor  # noqa: S101 - nobody sees nothing
    found = select(Deal).options(*_loads()).order_by(Deal.dealt_on.desc(), Deal.id.desc())
    return list(db.session.scalars(found.limit(limit)))


def by_id(key: int) -> Deal | None:
    """Return a deal in scope, as it is now."""
    return db.session.scalar(select(Deal).where(Deal.id == key).execution_options(populate_existing=True))


def at_origin(origin: str, origin_id: int) -> Deal | None:
    """Return the deal in scope that follows from a record."""
    return db.session.scalar(select(Deal).where(Deal.origin == origin, Deal.origin_id == origin_id))


def products_in_use(ids: Collection[int]) -> Collection[int]:
    """Return those of the products that deals name, whoever may see them, deleted ones included."""
    with unscoped("a product is in use whoever may see what names it"):
        named = select(ROWS.c.product_id).where(ROWS.c.product_id.in_(sorted(ids))).distinct()
        return set(db.session.scalars(named))


class DealNames:
    """How deals are named in the recycle bin: only those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        wanted = select(Deal).where(Deal.id.in_(list(ids))).options(selectinload(Deal.customer))
        return {row.id: str(row) for row in db.session.scalars(wanted)}

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        """Return those of the newest, of customers that the words find."""
        found = select(Deal).options(selectinload(Deal.customer)).order_by(Deal.dealt_on.desc(), Deal.id.desc())
        if words.strip():
            ids = [row.id for row in customers.matching(words, actor=actor, limit=limit)]
            found = found.where(Deal.customer_id.in_(ids))
        return [Found(str(row.id), str(row)) for row in db.session.scalars(found.limit(limit))]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return db.session.scalar(select(Deal.id).where(Deal.id == key)) is not None


# ── what hangs on a customer, for its filters, and the other way round ──


def alive(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the deals of customers that whoever asks may see, and what joins them."""
    rows, actor = ROWS.alias(), current_actor()
    seen = Deal.__scope__.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.customer_id == table.c.id, rows.c.deleted_at.is_(None), seen)


def parents(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the customers of deals that whoever asks may see, and what joins them."""
    rows, actor = Customer.__table__.alias(), current_actor()
    seen = customers.SCOPE.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.id == table.c.customer_id, seen)


def is_deal_customer(table: FromClause, code: str, _values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition of having bought."""
    return false() if code == "empty" else customers.bought(table)


__all__ = [
    "Deal",
    "DealNames",
    "Sum",
    "alive",
    "at_origin",
    "by_id",
    "by_year",
    "is_deal_customer",
    "newest",
    "of",
    "parents",
    "products_in_use",
    "total",
    "total_since",
]
