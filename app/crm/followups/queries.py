"""Named reads of follow-ups, and the conditions by which customers are asked for what they need next."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, DateTime, FromClause, and_, case, false, func, literal, null, or_, select, true
from sqlalchemy.orm import selectinload

from app.base import clock, settings
from app.base.actor import Actor, current_actor
from app.base.choices import Found
from app.base.scope import unscoped
from app.base.stamps import Cached
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.followups import rules
from app.crm.followups.models import Cycle, Feed, Followup
from app.crm.followups.rules import Span
from app.extensions import db
from app.system.security import queries as security

STAMP = "followups"  # raised with every change of the cycles
ROWS = Followup.__table__


def of(customer_id: int, *, limit: int) -> Sequence[Followup]:
    """Return the follow-ups of a customer in scope, the newest first, with whom they name."""
    found = select(Followup).where(Followup.customer_id == customer_id)
    loads = [selectinload(Followup.contact), selectinload(Followup.by)]
    return list(db.session.scalars(found.options(*loads).order_by(Followup.at.desc(), Followup.id.desc()).limit(limit)))


def by_id(key: int) -> Followup | None:
    """Return a follow-up in scope."""
    return db.session.scalar(select(Followup).where(Followup.id == key))


def count(customer_id: int) -> int:
    """Return how many follow-ups of a customer are in scope."""
    return db.session.scalar(select(func.count(Followup.id)).where(Followup.customer_id == customer_id)) or 0


def planned(
    actor: Actor, *, person: int | None, first: date, last: date, limit: int
) -> Sequence[tuple[int, str, datetime]]:
    """Return (id, name, next contact) of a person's customers in scope to be contacted from ``first`` to ``last``.

    ``actor``: who asks, for whom the session narrows.
    """
    mine = Customer.owner_id == (person or actor.id)
    within = (Customer.next_contact_at >= midnight(first), Customer.next_contact_at < midnight(last + A_DAY))
    found = select(Customer.id, Customer.name, Customer.next_contact_at).where(mine, *within)
    ordered = found.order_by(Customer.next_contact_at, Customer.id).limit(limit)
    return [(key, name, at) for key, name, at in db.session.execute(ordered) if at is not None]


def feed_of(secret: str) -> Actor | None:
    """Return whose feed a token opens, if it is one and they may still have one."""
    with unscoped("a token is found by its hash, whosever it is"):
        key = db.session.scalar(select(Feed.employee_id).where(Feed.secret_hash == digest(secret)))
    actor = security.actor(key) if key else None
    return actor if actor is not None and FEED_RIGHT in security.rights(actor.role_ids) else None


FEED_RIGHT = ("can_feed", "CalendarView")


def feed(actor: Actor) -> Feed | None:
    """Return the actor's own feed."""
    return db.session.scalar(select(Feed).where(Feed.employee_id == actor.id))


def digest(secret: str) -> str:
    """Return what the table knows of a token."""
    return sha256(secret.encode()).hexdigest()


class FollowupNames:
    """How follow-ups are named in lists of files and in the recycle bin: only those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        wanted = select(Followup).where(Followup.id.in_(list(ids))).options(selectinload(Followup.customer))
        return {row.id: str(row) for row in db.session.scalars(wanted)}

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        """Return those of the newest; what was said is searched in their list."""
        found = select(Followup).options(selectinload(Followup.customer))
        found = found.order_by(Followup.at.desc(), Followup.id.desc())
        if words.strip():
            ids = [row.id for row in customers.matching(words, actor=actor, limit=limit)]
            found = found.where(Followup.customer_id.in_(ids))
        return [Found(str(row.id), str(row)) for row in db.session.scalars(found.limit(limit))]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return db.session.scalar(select(Followup.id).where(Followup.id == key)) is not None


# ── what hangs on a customer, for its filters ──


def alive(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the follow-ups of customers that whoever asks may see, and what joins them."""
    rows, actor = ROWS.alias(), current_actor()
    seen = Followup.__scope__.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.customer_id == table.c.id, rows.c.deleted_at.is_(None), seen)


def parents(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    """Return the customers of follow-ups that whoever asks may see, and what joins them."""
    rows, actor = Customer.__table__.alias(), current_actor()
    seen = customers.SCOPE.rows(rows, actor, write=False) if actor else false()
    return rows, and_(rows.c.id == table.c.customer_id, seen)


# ── what is to be done ──

A_DAY = timedelta(days=1)


def midnight(day: date) -> datetime:
    """Return when a day of the business begins, as it is stored."""
    return clock.stored(datetime.combine(day, time()))


def cycles() -> Sequence[Cycle]:
    """Return every row of the cycles."""
    return list(db.session.scalars(select(Cycle).order_by(Cycle.id)))


def _spans() -> Sequence[Span]:
    return [Span(one.level, one.progress, one.status, one.days) for one in rules.ordered(cycles())]


spans = Cached(STAMP, _spans)


def work_state(
    table: FromClause, code: str, states: Sequence[str], *, beside: Sequence[int] | None = None
) -> ColumnElement[bool]:
    """Return the condition that a customer stands in one of these places of the work list (rules.WORK_STATES).

    ``beside``: people, if only customers of theirs are asked for: nobody else's share is reckoned then.
    """
    if code == "empty":
        return false()
    return or_(false(), *[_in_state(table, state, beside) for state in states if state in rules.WORK_STATES])


def _in_state(table: FromClause, state: str, people: Sequence[int] | None) -> ColumnElement[bool]:
    today, planned_at = clock.today(), table.c.next_contact_at
    tomorrow, soon = midnight(today + A_DAY), midnight(today + A_DAY + timedelta(days=rules.PLANNED_DAYS))
    if state == rules.PAST_CYCLE:
        return table.c.id.in_(_todays_share(people))
    if state == rules.CYCLE_OVER:
        return is_over(table)
    return {
        rules.OVERDUE: planned_at < midnight(today),
        rules.DUE: and_(planned_at >= midnight(today), planned_at < tomorrow),
        rules.PLANNED: and_(planned_at >= tomorrow, planned_at < soon),
        rules.LATER: planned_at >= soon,
    }[state]


def last_touched(table: FromClause) -> ColumnElement[datetime]:
    """Return since when nobody has spoken with a customer: never followed up counts from the assignment."""
    return func.coalesce(table.c.last_followup_at, table.c.assigned_at, table.c.created_at)


def is_over(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that somebody's customer without a planned contact is past its cycle."""
    known: Sequence[Span] = spans()
    if not known:
        return false()
    today = clock.today()
    edges = [(_meant(table, one), _edge(one, today)) for one in known]
    edge = case(*edges, else_=null())
    nothing_planned = (table.c.owner_id.is_not(None), table.c.next_contact_at.is_(None), table.c.deleted_at.is_(None))
    return and_(*nothing_planned, last_touched(table) < edge)


def _edge(span: Span, today: date) -> Any:
    """Return the moment before which a contact was too long ago: the end of the last day within."""
    if not span.days:
        return null()
    return literal(midnight(rules.last_day_within(today, span.days) + A_DAY), DateTime())


def _meant(table: FromClause, span: Span) -> ColumnElement[bool]:
    asked = ((table.c.level, span.level), (table.c.followup_status, span.progress), (table.c.status, span.status))
    named = [column == wanted for column, wanted in asked if wanted is not None]
    return and_(*named) if named else table.c.id.is_not(None)


def _todays_share(people: Sequence[int] | None) -> Any:
    """Select the customers past their cycle that are today's: each person's oldest, as many as are left of the day.

    ``people``: of whom; None: of everybody in reach.

    Source: docs/decisions/followups.md.
    """
    table, actor = Customer.__table__.alias(), current_actor()
    seen = customers.SCOPE.rows(table, actor, write=False) if actor else false()
    place = func.row_number().over(partition_by=table.c.owner_id, order_by=(last_touched(table), table.c.id))
    whose = true() if people is None else table.c.owner_id.in_(people)
    past = select(table.c.id, table.c.owner_id, place.label("place")).where(whose, is_over(table), seen).subquery()
    done = _contacted_today().subquery()
    most = settings.value("contacts_per_day")
    days = past.outerjoin(done, done.c.by_id == past.c.owner_id)
    within = (past.c.place <= most, past.c.place <= most - func.coalesce(done.c.count, 0))  # the first ends the ranking
    return select(past.c.id).select_from(days).where(*within)


def _contacted_today() -> Any:
    rows = ROWS.alias()
    since = (rows.c.at >= clock.midnight(), rows.c.deleted_at.is_(None))
    return (
        select(rows.c.by_id, func.count(rows.c.customer_id.distinct()).label("count"))
        .where(*since)
        .group_by(rows.c.by_id)
    )
