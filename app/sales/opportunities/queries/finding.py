"""Opportunities one by one, and the conditions by which customers and follow-ups are asked for them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, func, or_, select
from sqlalchemy.orm import selectinload

from app.base import clock
from app.base.actor import Actor, current_actor
from app.base.among import among
from app.base.choices import Found
from app.base.scope import condition, unscoped
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.followups.queries import midnight
from app.extensions import db
from app.sales.opportunities.models import Move, Opportunity
from app.sales.opportunities.queries.stages import stages
from app.sales.opportunities.rules import OPEN

ROWS = Opportunity.__table__


def _loads() -> tuple[Any, ...]:
    """Return what a line of a list names: asked for late, for it needs all models."""
    return tuple(selectinload(one) for one in (Opportunity.customer, Opportunity.owner, Opportunity.product))


def by_id(key: int) -> Opportunity | None:
    """Return an opportunity in scope."""
    return db.session.scalar(select(Opportunity).where(Opportunity.id == key))


def of(customer_id: int, *, limit: int) -> Sequence[Opportunity]:
    """Return the opportunities of a customer in scope: the open ones first, then the newest."""
    found = select(Opportunity).where(Opportunity.customer_id == customer_id).options(*_loads())
    ordered = found.order_by(Opportunity.state != OPEN, Opportunity.id.desc())
    return list(db.session.scalars(ordered.limit(limit)))


def count(customer_id: int) -> int:
    """Return how many opportunities of a customer are in scope."""
    return db.session.scalar(select(func.count(Opportunity.id)).where(Opportunity.customer_id == customer_id)) or 0


def moves_of(key: int) -> Sequence[Move]:
    """Return the moves of an opportunity, the newest first, with who made them."""
    found = select(Move).where(Move.opportunity_id == key).options(selectinload(Move.by))
    return list(db.session.scalars(found.order_by(Move.id.desc())))


def moves_at(customer_id: int, *, limit: int) -> Sequence[Move]:
    """Return the moves of a customer's opportunities, the newest first."""
    found = select(Move).join(Opportunity, Opportunity.id == Move.opportunity_id)
    loads = (selectinload(Move.by), selectinload(Move.opportunity))
    found = found.where(Opportunity.customer_id == customer_id).options(*loads)
    return list(db.session.scalars(found.order_by(Move.id.desc()).limit(limit)))


def at_followups(ids: Iterable[int]) -> Mapping[int, int]:
    """Return follow-up → the opportunity that was made of it, whoever may see that."""
    wanted = (among(ROWS.c.followup_id, sorted(set(ids))), ROWS.c.deleted_at.is_(None))
    with unscoped("a follow-up becomes one opportunity, whoever sees it"):
        return {key: one for key, one in db.session.execute(select(ROWS.c.followup_id, ROWS.c.id).where(*wanted))}  # noqa: C416


def owned(employee_id: int, actor: Actor) -> int:
    """Return how many open opportunities of a person the actor may hand over."""
    theirs = (Opportunity.owner_id == employee_id, Opportunity.state == OPEN)
    mine = condition(Opportunity, actor, write=True)
    return db.session.scalar(select(func.count(Opportunity.id)).where(*theirs, mine)) or 0


def mine(actor: Actor, *, limit: int) -> Sequence[Opportunity]:
    """Return the actor's open opportunities, those expected first at the head."""
    found = select(Opportunity).where(Opportunity.owner_id == actor.id, Opportunity.state == OPEN)
    ordered = found.order_by(Opportunity.expected_on.is_(None), Opportunity.expected_on, Opportunity.id)
    return list(db.session.scalars(ordered.options(selectinload(Opportunity.customer)).limit(limit)))


def stale(table: FromClause, *, days: int) -> ColumnElement[bool]:
    """Return the condition of standing in a stage for too long. ``days``: where the stage says nothing."""
    today = clock.today()
    own = {one.code: one.stale_days for one in stages() if one.stale_days}
    others = and_(table.c.stage.not_in(sorted(own)), table.c.moved_at < midnight(today - timedelta(days=days)))
    each = [
        and_(table.c.stage == code, table.c.moved_at < midnight(today - timedelta(days=limit)))
        for code, limit in own.items()
    ]
    return and_(table.c.state == OPEN, or_(others, *each))


class OpportunityNames:
    """How opportunities are named in the recycle bin, in files and messages: only those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        rows = db.session.execute(select(Opportunity.id, Opportunity.title).where(Opportunity.id.in_(list(ids))))
        return {key: title for key, title in rows}  # noqa: C416 - rows are no pairs to mypy

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - the scope hook knows
        found = select(Opportunity).options(selectinload(Opportunity.customer)).order_by(Opportunity.id.desc())
        if words.strip():
            found = found.where(Opportunity.title.icontains(words.strip(), autoescape=True))
        rows = db.session.scalars(found.limit(limit))
        return [Found(str(row.id), row.title, str(row.customer or "")) for row in rows]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return by_id(key) is not None


# ── what hangs on a customer, for its filters, and the other way round ──


def alive(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the opportunities of customers that whoever asks may see, and what joins them."""
    rows, actor = ROWS.alias(), current_actor()
    seen = Opportunity.__scope__.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.customer_id == table.c.id, rows.c.deleted_at.is_(None), seen)


def parents(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the customers of opportunities that whoever asks may see, and what joins them."""
    rows, actor = Customer.__table__.alias(), current_actor()
    seen = customers.SCOPE.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.id == table.c.customer_id, seen)
