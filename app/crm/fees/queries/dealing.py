"""Fees and the deals they pay for; and what counts, as transactions of a customer."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import extract, func, or_, select
from sqlalchemy.orm import selectinload

from app.base.scope import unscoped
from app.crm.fees.models import Fee
from app.crm.fees.queries.sums import exact
from app.crm.fees.rules import COUNTED, LIVING
from app.extensions import db


def paying(deal_id: int) -> Sequence[str]:
    """Return the numbers of the living fees that pay for a deal, in whatever scope."""
    found = select(Fee.number).where(Fee.deal_id == deal_id, Fee.state.in_(LIVING)).order_by(Fee.id)
    with unscoped("whoever entered it"):
        return list(db.session.scalars(found))


def of_deal(deal_id: int, *, origin_id: int | None) -> Sequence[Fee]:
    """Return the fees in scope that pay for a deal. ``origin_id``: the fee that it follows from."""
    first = select(Fee.id).where(or_(Fee.deal_id == deal_id, Fee.id == (origin_id or 0)))
    found = select(Fee).where(or_(Fee.id.in_(first), Fee.part_of_id.in_(first)))
    return list(db.session.scalars(found.order_by(Fee.received_on, Fee.id)))


def paid_of_deal(deal_id: int, *, origin_id: int | None) -> Decimal:
    """Return what was received of a deal, or waits for approval, in whatever scope; refunds are not counted back."""
    with unscoped("what is open is open, whoever entered the payments"):
        first = select(Fee.id).where(or_(Fee.deal_id == deal_id, Fee.id == (origin_id or 0)))
        summed = select(func.sum(Fee.amount)).where(or_(Fee.id.in_(first), Fee.part_of_id.in_(first)))
        return exact(db.session.scalar(summed.where(Fee.state.in_(LIVING))))


def counting_of(customer_id: int, *, limit: int) -> Sequence[Fee]:
    """Return the entries of a customer in scope that count, the newest first, with what they name."""
    found = select(Fee).where(Fee.customer_id == customer_id, Fee.state.in_(COUNTED))
    found = found.options(selectinload(Fee.product), selectinload(Fee.agent))
    return list(db.session.scalars(found.order_by(Fee.received_on.desc(), Fee.id.desc()).limit(limit)))


def received_by_year(customer_id: int) -> Mapping[int, Decimal]:
    """Return what was received from a customer, in scope, by year."""
    year = extract("year", Fee.received_on)
    summed = select(year, func.sum(Fee.amount)).where(Fee.customer_id == customer_id, Fee.state.in_(COUNTED))
    return {int(key): exact(total) for key, total in db.session.execute(summed.group_by(year))}
