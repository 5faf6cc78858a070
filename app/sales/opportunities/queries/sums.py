"""What stands in the stages: sums for the board, the funnel and the first page. All within the scope of who asks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import selectinload

from app.base import clock
from app.base.scope import unscoped
from app.crm.followups.queries import A_DAY, midnight
from app.extensions import db
from app.sales.opportunities.models import Move, Opportunity, Stage
from app.sales.opportunities.queries.finding import stale
from app.sales.opportunities.rules import LOST, OPEN

CENTS = Decimal("0.01")
SOON = timedelta(days=30)


class Narrow(NamedTuple):
    """What the board and the funnel are narrowed to. ``since``, ``until``: the day they were made."""

    owner_id: int | None = None
    type: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def where(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.owner_id is not None:
            found.append(Opportunity.owner_id == self.owner_id)
        if self.type:
            found.append(Opportunity.type == self.type)
        if self.since:
            found.append(Opportunity.created_at >= midnight(self.since))
        if self.until:
            found.append(Opportunity.created_at < midnight(self.until + A_DAY))
        return found


class Column(NamedTuple):
    """What stands in one stage."""

    opportunities: int
    amount: Decimal
    weighted: Decimal


NOTHING = Column(0, Decimal("0.00"), Decimal("0.00"))


def _weight() -> ColumnElement[Any]:
    return func.coalesce(Opportunity.amount, 0) * Opportunity.probability


def _money(value: Any, *, parts: int = 1) -> Decimal:
    return (Decimal(str(value or 0)) / parts).quantize(CENTS, ROUND_HALF_UP)


def columns(narrow: Narrow, *, state: str | None = None) -> Mapping[str, Column]:
    """Return what stands in each stage, by its code; stages with nothing are left out."""
    summed = select(Opportunity.stage, func.count(Opportunity.id), func.sum(Opportunity.amount), func.sum(_weight()))
    summed = summed.where(*narrow.where, *([Opportunity.state == state] if state else []))
    rows = db.session.execute(summed.group_by(Opportunity.stage))
    return {code: Column(n, _money(amount), _money(weight, parts=100)) for code, n, amount, weight in rows}


def totals(*where: ColumnElement[bool]) -> Column:
    """Return what some open opportunities come to."""
    summed = select(func.count(Opportunity.id), func.sum(Opportunity.amount), func.sum(_weight()))
    n, amount, weight = db.session.execute(summed.where(Opportunity.state == OPEN, *where)).one()
    return Column(n, _money(amount), _money(weight, parts=100))


class Tally(NamedTuple):
    """What the first page counts of open opportunities."""

    open: int
    weighted: Decimal
    soon: int
    stale: int


def tally(owner_id: int | None, *, stale_days: int) -> Tally:
    """Return what is open, expected within 30 days, and stale; ``owner_id``: only of one person. One statement."""
    today, table = clock.today(), Opportunity.__table__
    soon = Opportunity.expected_on.between(today, today + SOON)
    stands = stale(table, days=stale_days)
    ones = [func.sum(case((met, 1), else_=0)) for met in (soon, stands)]
    counted = select(func.count(Opportunity.id), func.sum(_weight()), *ones).where(Opportunity.state == OPEN)
    counted = counted.where(*([] if owner_id is None else [Opportunity.owner_id == owner_id]))
    n, weight, near, standing = db.session.execute(counted).one()
    return Tally(n, _money(weight, parts=100), int(near or 0), int(standing or 0))


def loss_reasons(narrow: Narrow) -> Sequence[tuple[str, int, Decimal]]:
    """Return why opportunities were lost: (reason, how many, what they would have come to), the most first."""
    counted = select(Opportunity.loss_reason, func.count(Opportunity.id), func.sum(Opportunity.amount))
    met = (Opportunity.state == LOST, Opportunity.loss_reason.is_not(None), *narrow.where)
    rows = db.session.execute(counted.where(*met).group_by(Opportunity.loss_reason))
    found = [(str(code), n, _money(amount)) for code, n, amount in rows]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def board_cards(narrow: Narrow, codes: Collection[str], *, limit: int) -> Mapping[str, Sequence[Opportunity]]:
    """Return the cards of each open stage, at most so many: those expected first at the head."""
    order = (Opportunity.expected_on.is_(None), Opportunity.expected_on, Opportunity.id)
    place = func.row_number().over(partition_by=Opportunity.stage, order_by=order).label("place")
    meant = select(Opportunity.id, place).where(Opportunity.stage.in_(sorted(codes)), *narrow.where).subquery()
    loads = (selectinload(Opportunity.customer), selectinload(Opportunity.owner), selectinload(Opportunity.product))
    rows = select(Opportunity).join(meant, meant.c.id == Opportunity.id).where(meant.c.place <= limit).options(*loads)
    found: dict[str, list[Opportunity]] = {}
    for row in db.session.scalars(rows.order_by(*order)):
        found.setdefault(row.stage, []).append(row)
    return found


def reached(narrow: Narrow) -> Mapping[int, int]:
    """Return how many opportunities came how far, by the position of the furthest stage each was ever in."""
    furthest = select(func.max(Stage.position).label("place")).select_from(Move)
    furthest = furthest.join(Stage, Stage.code == Move.to_stage).join(
        Opportunity, Opportunity.id == Move.opportunity_id
    )
    furthest = furthest.where(Stage.phase != LOST, *narrow.where).group_by(Move.opportunity_id)
    each = furthest.subquery()
    rows = db.session.execute(select(each.c.place, func.count()).group_by(each.c.place))
    return {place: n for place, n in rows}  # noqa: C416 - rows are no pairs to mypy


def loads(people: Collection[int]) -> Mapping[int, int]:
    """Return how many open opportunities each person has, in whatever scope."""
    counted = select(Opportunity.owner_id, func.count(Opportunity.id)).where(Opportunity.state == OPEN)
    with unscoped("whoever shares out counts all that people have"):
        rows = db.session.execute(
            counted.where(Opportunity.owner_id.in_(sorted(people))).group_by(Opportunity.owner_id)
        ).all()
    found = {key: n for key, n in rows if key is not None}
    return {key: found.get(key, 0) for key in people}
