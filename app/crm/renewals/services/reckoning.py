"""What lines and customers tell of the fees: reckoned in sets, in the transaction that changes the fees. Source: FEE-5.

The customers' rows are held meanwhile: of two who approve fees of one customer the second reckons with both.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, delete, exists, func, literal, or_, select, union

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.derived import set_derived
from app.base.history import DELETE, insert_versioned, on_bulk, purge_versioned, update_versioned
from app.base.scope import unscoped
from app.crm.customers.queries import Customer
from app.crm.fees import services as fees
from app.crm.fees.queries import APPROVED, UNREVIEWED, Fee
from app.crm.renewals.models import Line, Reminder
from app.extensions import db

LINES, FEES, PARENTS = Line.__table__, Fee.__table__, Customer.__table__
CHUNK = 2000  # customers
#: What says that a line is not renewed.
ENDING = ("ended_on", "ended_by_id", "reason", "reason_words", "ended_end_on")


def hear(ids: Sequence[int], actor: Actor) -> None:
    """Let lines and customers tell what their fees say now. Part of the transaction that changed these fees."""
    reckon(_customers_of(ids), actor=actor)


def reckon(customer_ids: Iterable[int], *, actor: Actor, without: Collection[int] = ()) -> None:
    """Reckon all lines of some customers anew. ``without``: fees that are about to be deleted."""
    db.session.flush()
    with unscoped("a customer is served by all its fees, whoever entered them"):
        for some in _parts(sorted(set(customer_ids))):
            held = locked(some)
            _make_missing(held, without)
            ids = _lines_of(held)
            set_derived(Line, ids, _reckoned(without))
            _revive(ids)
            _let_customers_tell(held)


def reckon_lines(line_ids: Sequence[int]) -> None:
    """Let the customers of some lines tell of them again: they were ended, or taken up again."""
    with unscoped("the lines were chosen within a scope"):
        for some in _parts(sorted(set(line_ids))):
            theirs = db.session.scalars(select(LINES.c.customer_id).where(among(LINES.c.id, some)).distinct())
            _let_customers_tell(locked(theirs.all()))


def locked(customer_ids: Iterable[int]) -> list[int]:
    """Keep others from reckoning these customers until the end of the transaction; return their ids, ascending.

    Not FOR UPDATE: whoever enters a fee holds a share of its customer's key, and two of them would wait in a circle.
    """
    rows = select(PARENTS.c.id).where(among(PARENTS.c.id, sorted(set(customer_ids)))).order_by(PARENTS.c.id)
    with unscoped("the customers were chosen within a scope"):
        return list(db.session.scalars(rows.with_for_update(key_share=True)))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _customers_of(fee_ids: Sequence[int]) -> set[int]:
    """Return whose fees these are, and at whose lines they stood before."""
    found: set[int] = set()
    with unscoped("the fees were chosen within a scope"):
        for some in _parts(fee_ids):
            now = select(FEES.c.customer_id).where(among(FEES.c.id, some))
            stood = [
                select(LINES.c.customer_id).where(among(column, some))
                for column in (LINES.c.last_fee_id, LINES.c.waiting_fee_id)
            ]
            found.update(db.session.scalars(union(now, *stood)))
    return found


# ── lines ──


def _counting(rows: FromClause, without: Collection[int]) -> list[ColumnElement[bool]]:
    """Return the conditions of a fee that stands for a period: no refund, and no reversing entry."""
    found: list[ColumnElement[bool]] = [
        rows.c.period_to.is_not(None),
        rows.c.reverses_id.is_(None),
        rows.c.refunds_id.is_(None),
    ]
    return [*found, ~among(rows.c.id, sorted(without))] if without else found


def _make_missing(customer_ids: Sequence[int], without: Collection[int]) -> None:
    same = (LINES.c.customer_id == FEES.c.customer_id, LINES.c.product_id == FEES.c.product_id)
    wanted = (
        select(FEES.c.customer_id, FEES.c.product_id)
        .where(among(FEES.c.customer_id, customer_ids), FEES.c.state == APPROVED, *_counting(FEES, without))
        .where(~exists().where(*same))
        .distinct()
        .order_by(FEES.c.customer_id, FEES.c.product_id)
    )
    now = clock.now()
    rows = [
        {"customer_id": customer, "product_id": product, "created_at": now, "updated_at": now}
        for customer, product in db.session.execute(wanted)
    ]
    if rows:
        insert_versioned(Line, rows)


def _lines_of(customer_ids: Sequence[int]) -> list[int]:
    rows = select(LINES.c.id).where(among(LINES.c.customer_id, customer_ids)).order_by(LINES.c.id)
    return list(db.session.scalars(rows))


def _reckoned(without: Collection[int]) -> dict[str, Any]:
    """Return what stands on a line: of its latest approved period, and of a renewal that waits for a later one."""

    def of_line(state: str, *met: Any) -> tuple[Any, Select[Any]]:
        rows = FEES.alias()
        same = (rows.c.customer_id == LINES.c.customer_id, rows.c.product_id == LINES.c.product_id)
        chosen = select(rows.c.id).where(*same, rows.c.state == state, *_counting(rows, without))
        return rows, chosen.order_by(rows.c.period_to.desc(), rows.c.id.desc()).limit(1)

    def latest(*wanted: str) -> Any:
        rows, chosen = of_line(APPROVED)
        column = func.coalesce(*[rows.c[name] for name in wanted]) if len(wanted) > 1 else rows.c[wanted[0]]
        return chosen.with_only_columns(column).correlate(LINES).scalar_subquery()

    rows, chosen = of_line(UNREVIEWED)
    end = latest("period_to")
    waiting = chosen.where(or_(end.is_(None), rows.c.period_to > end)).correlate(LINES).scalar_subquery()
    return {
        "end_on": end,
        "started_on": latest("period_from"),
        "last_fee_id": latest("id"),
        "amount": latest("agreed_amount", "amount"),
        "waiting_fee_id": waiting,
    }


def _revive(line_ids: Sequence[int]) -> None:
    """Take up again what was ended and is approved beyond its end by now. See ``rules.is_revived``."""
    later = select(LINES.c.id).where(among(LINES.c.id, line_ids), LINES.c.end_on > LINES.c.ended_end_on)
    revived = list(db.session.scalars(later.order_by(LINES.c.id)))
    if revived:
        update_versioned(Line, revived, dict.fromkeys(ENDING), also={"updated_at": clock.now()})


# ── customers ──


def _let_customers_tell(customer_ids: Sequence[int]) -> None:
    mine, runs = LINES.c.customer_id == PARENTS.c.id, LINES.c.ended_on.is_(None)
    waits = (mine, runs, LINES.c.waiting_fee_id.is_not(None), LINES.c.end_on.is_not(None))

    def told(reckon: Any, *met: ColumnElement[bool]) -> Any:
        return select(reckon).where(mine, *met).correlate(PARENTS).scalar_subquery()

    set_derived(
        Customer,
        customer_ids,
        {
            "fee_end_on": told(func.min(LINES.c.end_on), runs),
            "fee_due_on": told(func.min(LINES.c.end_on), runs, LINES.c.waiting_fee_id.is_(None)),
            "fee_waits": select(literal(1)).where(*waits).correlate(PARENTS).exists(),
            "covered_until": told(func.max(LINES.c.end_on)),
        },
    )


# ── what goes ──


def _forget(operation: int, ids: list[int], _columns: frozenset[str] | None) -> None:
    """Reckon without fees that are about to be deleted, so that no line names them."""
    if operation == DELETE:
        reckon(_customers_of(ids), actor=Actor(id=None), without=ids)


def go_with_customers(ids: Sequence[int], _actor: Actor) -> None:
    """Delete the lines, with their history, and the reminders of customers that go for good."""
    told = Reminder.__table__
    with unscoped("they go with their customers"):
        for some in _parts(ids):
            theirs = _lines_of(some)
            db.session.connection().execute(delete(told).where(among(told.c.line_id, theirs)))
    purge_versioned(Line, ids, column="customer_id")


on_bulk(Fee, _forget)
fees.on_change(hear)
