"""Fees in scope, what belongs to them, what looks like them, and those that are decided on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, select
from sqlalchemy.orm import selectinload

from app.base import numbering
from app.base.actor import Actor
from app.base.among import among
from app.base.choices import Found
from app.base.errors import InvalidFields
from app.base.fields import Choice
from app.base.i18n import _
from app.base.scope import unscoped
from app.crm.customers.queries import Customer
from app.crm.fees import rules
from app.crm.fees.models import Closing, Fee
from app.crm.fees.queries.sums import NOTHING, exact
from app.crm.fees.rules import COUNTED, LIVING, Standing
from app.extensions import db

ROWS = Fee.__table__
REASONS = Choice(dictionary="fee_reject_reason")


def by_id(key: int) -> Fee | None:
    """Return a fee in scope."""
    return db.session.scalar(select(Fee).where(Fee.id == key))


def by_token(token: str) -> Fee | None:
    """Return the fee that a form made, in whatever scope: a form makes one fee."""
    with unscoped("a form makes one fee"):
        return db.session.scalar(select(Fee).where(Fee.form_token == token))


def counted(table: FromClause = ROWS) -> ColumnElement[bool]:
    """Return the condition of the entries that count: approved ones; and reversed ones with what reverses them.

    Their sum is what was received; what was reversed comes to nothing in it.
    """
    return table.c.state.in_(sorted(COUNTED))


def alike(customer_id: int, amount: Decimal, received_on: date, *, within: timedelta) -> Sequence[Fee]:
    """Return fees of a customer of the same amount, received within some days of a day, that live; whoever's."""
    near = Fee.received_on.between(received_on - within, received_on + within)
    found = select(Fee).where(Fee.customer_id == customer_id, Fee.amount == amount, near, Fee.state.in_(LIVING))
    with unscoped("money is entered once, whoever enters it"):
        return list(db.session.scalars(found.order_by(Fee.id).limit(10)))


def last_period(customer_id: int, product_id: int) -> date | None:
    """Return until when a customer has, or will have once it is approved, paid for a product; whoever entered it."""
    mine = (Fee.customer_id == customer_id, Fee.product_id == product_id, Fee.state.in_(LIVING), Fee.amount > 0)
    with unscoped("a period follows the one before, whoever entered it"):
        return db.session.scalar(select(func.max(Fee.period_to)).where(*mine))


# ── what an import compares ──

Likeness = tuple[int, int, str, str]  # customer, product, amount, day


def likeness(values: Mapping[str, Any]) -> Likeness:
    """Return by what two rows of a ledger are the same payment. ``values``: as JSON holds them."""
    return values["customer"], values["product"], str(Decimal(values["amount"])), str(values["received_on"])


def entered(rows: Iterable[Mapping[str, Any]]) -> Mapping[Likeness, str]:
    """Return those of some payments that live in the ledger, each with its number; in whatever scope."""
    some = [row for row in rows if {"customer", "product", "amount", "received_on"} <= row.keys()]
    wanted = {likeness(row) for row in some}
    found = select(Fee.customer_id, Fee.product_id, Fee.amount, Fee.received_on, Fee.number)
    mine = (among(ROWS.c.customer_id, sorted({row["customer"] for row in some})), Fee.state.in_(LIVING))
    with unscoped("money is entered once, whoever enters it"):
        known = {
            (row.customer_id, row.product_id, str(exact(row.amount)), row.received_on.isoformat()): row.number
            for row in db.session.execute(found.where(*mine))
        }
    return {key: number for key, number in known.items() if key in wanted}


def numbers_taken(numbers: Iterable[str]) -> set[str]:
    """Return which of some numbers fees have, in whatever scope."""
    return numbering.taken(Fee.number, numbers)


# ── months ──


def closed_months(days: Iterable[date]) -> frozenset[date]:
    """Return which of the months of some days are closed, by their first days."""
    months = sorted({day.replace(day=1) for day in days})
    found = select(Closing.month).where(Closing.month.in_(months), Closing.opened_at.is_(None))
    with unscoped("a closed month is closed for everybody"):
        return frozenset(db.session.scalars(found)) if months else frozenset()


# ── what belongs to a fee ──


def living(link: Any, key: int) -> Sequence[int]:
    """Return the entries that name a fee in a column, as Fee.refunds_id, and are not rejected, void or reversed."""
    with unscoped("whoever entered it"):
        return list(db.session.scalars(select(Fee.id).where(link == key, Fee.state.in_(LIVING)).order_by(Fee.id)))


def refundable(fee: Fee, *, but: int = 0) -> Decimal:
    """Return how much of a fee can still be given back. ``but``: a refund that is left out of the sum."""
    given = select(func.sum(Fee.amount)).where(Fee.refunds_id == fee.id, Fee.state.in_(LIVING), Fee.id != but)
    with unscoped("whoever entered it"):
        return fee.amount + exact(db.session.scalar(given))


def open_amount(first: Fee, *, but: int = 0) -> Decimal:
    """Return what is open of what was agreed; negative: more was received. ``but``: a payment that is left out."""
    parts = select(func.sum(Fee.amount)).where((Fee.id == first.id) | (Fee.part_of_id == first.id))
    with unscoped("whoever entered it"):
        paid = exact(db.session.scalar(parts.where(Fee.state.in_(LIVING), Fee.id != but)))
    return (first.agreed_amount or NOTHING) - paid


def check_fits(fee: Fee, *, amount: Decimal, agreed: Decimal | None) -> None:
    """Raise InvalidFields if a fee of this amount does not fit to those it belongs to, or that belong to it."""
    if fee.refunds_id is not None:
        whole = db.session.get_one(Fee, fee.refunds_id)
        rules.check_refund(-amount, left=refundable(whole, but=fee.id))
    elif fee.part_of_id is not None:
        rules.check_further(amount, open_amount=open_amount(db.session.get_one(Fee, fee.part_of_id), but=fee.id))
    elif fee.reverses_id is not None:
        if [key for key in living(Fee.reverses_id, fee.reverses_id) if key != fee.id]:
            raise InvalidFields({"amount": _("It is being reversed already: that entry waits for approval.")})
    elif living(Fee.part_of_id, fee.id):
        paid = -open_amount(fee, but=fee.id) + (fee.agreed_amount or NOTHING) + amount
        if agreed is None or agreed < paid:
            sentence = _("With the further payments %(paid)s was received: not less can be agreed.")
            raise InvalidFields({"agreed_amount": sentence % {"paid": f"{paid:,.2f}"}})


# ── for deciding ──


def hold_customer(key: int) -> None:
    """Keep a customer's row until the end of the transaction: whoever enters takes it before a number, never behind."""
    with unscoped("the fee was found within a scope"):
        db.session.execute(select(Customer.id).where(Customer.id == key).with_for_update())


def locked(ids: Iterable[int]) -> Mapping[int, Standing]:
    """Return some fees and those they belong to, by id, as they are now; nobody else changes them until the end."""
    wanted = sorted(ids)
    belongs_to = func.coalesce(ROWS.c.reverses_id, ROWS.c.refunds_id, ROWS.c.part_of_id)
    links = select(belongs_to).where(among(ROWS.c.id, wanted), belongs_to.is_not(None))
    connection = db.session.connection()
    every = sorted({*wanted, *connection.scalars(links)})
    names = ("id", "state", "amount", "received_on", "entered_by_id", "agent_id")
    columns = [*[ROWS.c[name] for name in names], belongs_to, ROWS.c.reverses_id, ROWS.c.revision, ROWS.c.number]
    rows = select(*columns).where(among(ROWS.c.id, every)).order_by(ROWS.c.id).with_for_update()
    return {row[0]: Standing(*row) for row in connection.execute(rows)}


def naming(link: Any, key: int) -> Sequence[Fee]:
    """Return the entries in scope that name a fee in a column, as Fee.refunds_id."""
    return list(db.session.scalars(select(Fee).where(link == key).order_by(Fee.id)))


class FeeNames:
    """How fees are named in lists of files and in messages, and found in choices: by number, those in scope."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        wanted = select(Fee.id, Fee.number).where(Fee.id.in_(list(ids)))
        return {key: number for key, number in db.session.execute(wanted)}  # noqa: C416 - dict() is not typed here

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - the scope hook knows
        found = select(Fee).options(selectinload(Fee.customer)).order_by(Fee.id.desc()).limit(limit)
        if wanted := words.strip():
            found = found.where(Fee.number.icontains(wanted, autoescape=True))
        return [Found(str(row.id), row.number, str(row.customer or "")) for row in db.session.scalars(found)]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - the scope hook knows
        return by_id(key) is not None
