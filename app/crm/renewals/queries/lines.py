"""Named reads of lines: those of a customer, how many stand how, and whether service is limited."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, false, func, or_, select
from sqlalchemy.orm import selectinload

from app.base import clock, settings
from app.base.actor import Actor
from app.base.choices import Found
from app.base.scope import unscoped
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.products.queries import Product
from app.crm.renewals import rules
from app.crm.renewals.models import Line
from app.crm.renewals.models.line import WITHIN, conditions
from app.crm.renewals.rules import State
from app.extensions import db

TABLE = Line.__table__
LIMITS = "fee_limits_service"  # the setting
MOST_COUNTED = 1000


def within_days() -> int:
    """Return how many days before its end a service is expiring."""
    days: int = settings.value(WITHIN)
    return days


def by_id(key: int) -> Line | None:
    """Return a line in scope."""
    return db.session.scalar(select(Line).where(Line.id == key))


def of(customer_id: int) -> Sequence[Line]:
    """Return the lines of a customer in scope, those that end first standing first."""
    found = select(Line).where(Line.customer_id == customer_id, Line.end_on.is_not(None))
    loads = [selectinload(Line.product), selectinload(Line.ended_by)]
    return list(db.session.scalars(found.options(*loads).order_by(Line.ended_on.is_not(None), Line.end_on, Line.id)))


def standing_in(table: FromClause, states: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a line stands in one of the states today."""
    known = conditions(table)
    return or_(false(), *[known[State(one)] for one in sorted(states) if one in set(State)])


def counts(wanted: Mapping[str, ColumnElement[bool]]) -> Mapping[str, int]:
    """Return how many lines in scope meet each condition, no further than one above MOST_COUNTED: in one statement."""
    row = db.session.execute(select(*[_counted(one).label(name) for name, one in wanted.items()])).one()
    return dict(zip(wanted, row, strict=True))


def _counted(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(Line.id).where(condition).limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def soonest(owner_id: int | None, *, limit: int) -> Sequence[Any]:
    """Return what of a person's customers is overdue or expiring, the most overdue first: in one statement.

    Rows of (id, end_on, name of the customer, name of the product).
    """
    found = select(Line.id, Line.end_on, Customer.name.label("customer"), Product.name.label("product"))
    found = found.join(Line.customer).join(Product, Product.id == Line.product_id, isouter=True)
    due = standing_in(TABLE, {rules.EXPIRING, rules.OVERDUE})
    ordered = found.where(Customer.owner_id == owner_id, due).order_by(Line.end_on, Line.id)
    return db.session.execute(ordered.limit(limit)).all()


# ── the limit ──


def service_limited(customer_id: int, *, product_id: int | None = None) -> bool:
    """Tell whether a customer may not be served today, with a product or at all: no approved fee covers the day.

    Whoever never had a period is not limited. Nobody is where the house has switched the rule off. Source: OWN-13.
    """
    return customer_id in limited_among([customer_id], product_id=product_id)


def limited_among(customer_ids: Collection[int], *, product_id: int | None = None) -> set[int]:
    """Return those of some customers whose service is limited today, whoever asks: in one statement."""
    if not settings.value(LIMITS) or not customer_ids:
        return set()
    last = func.max(TABLE.c.end_on)
    lines = select(TABLE.c.customer_id).where(TABLE.c.customer_id.in_(sorted(customer_ids)))
    if product_id is not None:
        lines = lines.where(TABLE.c.product_id == product_id)
    with unscoped("whether a customer may be served is told to whoever serves it"):
        return set(db.session.scalars(lines.group_by(TABLE.c.customer_id).having(last < clock.today())))


def limited(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a customer's service is limited today."""
    return table.c.covered_until < clock.today() if settings.value(LIMITS) else false()


# ── the next period ──


class Renewal(NamedTuple):
    """What a form begins with that renews a line."""

    customer_id: int
    product_id: int
    renews_id: int | None
    amount: Decimal | None
    period_from: date
    period_to: date


def renewal_of(line: Line) -> Renewal | None:
    """Return what the renewal of a line begins with: the product's price, else the last amount."""
    if line.end_on is None:
        return None
    product = line.product
    term, price = (product.term_months, product.price) if product is not None else (None, None)
    first, last = rules.next_period(line.started_on, line.end_on, term_months=term, today=clock.today())
    amount = price if price is not None else line.amount
    return Renewal(line.customer_id, line.product_id, line.last_fee_id, amount, first, last)


class LineNames:
    """How lines are named in messages and in lists of bulk changes: customer and product, those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return {row.id: str(row) for row in db.session.scalars(_named().where(Line.id.in_(list(ids))))}

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        found = _named().order_by(Line.end_on, Line.id)
        if words.strip():
            ids = [row.id for row in customers.matching(words, actor=actor, limit=limit)]
            found = found.where(Line.customer_id.in_(ids))
        return [Found(str(row.id), str(row)) for row in db.session.scalars(found.limit(limit))]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return by_id(key) is not None


def _named() -> Select[Any]:
    return select(Line).options(selectinload(Line.customer), selectinload(Line.product))
