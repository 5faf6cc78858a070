"""Fees with periods, and the lines that follow from them, as tests of expiry need them. Inside an app context."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

import app.crm.deals.models  # noqa: F401 - fees name them
from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.history import delete_versioned, insert_versioned, update_versioned
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.crm.fees import services as fees
from app.crm.fees.models import Fee
from app.crm.products.models import Product
from app.crm.renewals import services
from app.crm.renewals.models import Line, Reminder
from app.extensions import db
from app.system.notifications.models import Message
from tests.cast import LIN
from tests.factories import a_customer, a_product

OFFSETS = (30, 15, 7, 1, 0, -1, -7, -30)


@pytest.fixture
def at(monkeypatch):
    """Hold the clock still at a moment of the business's zone: ``at("2026-12-01T02:00")``."""

    def hold(text):
        moment = clock.stored(datetime.fromisoformat(text))
        monkeypatch.setattr(clock, "now", lambda: moment)

    return hold


def in_days(days):
    return clock.today() + timedelta(days=days)


def a_service(**given):
    """Save a product with a term of a year, or return the one of that code."""
    values = {"code": "FW-01", "name": "软件服务费", "price": Decimal("1200.00"), "term_months": 12} | given
    with acting(SYSTEM):
        found = db.session.scalar(select(Product.id).where(Product.code == values["code"]))
    return found or a_product(**values).id


@transaction
def write_fees(*rows):
    """Write entries of the ledger as an import does, and tell of them."""
    now, first = clock.now(), db.session.scalar(select(Fee.id).order_by(Fee.id.desc()).limit(1)) or 0
    filled = [
        {
            "number": f"FW-{first + place:06}",
            "amount": Decimal("1000.00"),
            "state": "approved",
            "source": "entered",
            "received_on": clock.today(),
            "agent_id": LIN.id,
            "entered_by_id": LIN.id,
            "created_at": now,
            "updated_at": now,
            "agreed_amount": None,
            "reverses_id": None,
            "refunds_id": None,
            "period_from": None if row.get("period_to") is None else row["period_to"] - timedelta(days=364),
        }
        | row
        for place, row in enumerate(rows, start=1)
    ]
    ids = insert_versioned(Fee, filled)
    fees.changed(ids, actor=SYSTEM)
    return ids


def a_fee(customer, days, **given):
    """Enter a fee of a customer (an id) whose period ends in so many days; approved, unless said otherwise."""
    row = {"customer_id": customer, "product_id": given.pop("product", None) or a_service()}
    with acting(SYSTEM):
        return write_fees(row | {"period_to": None if days is None else in_days(days)} | given)[0]


@transaction
def change_fee(key, **values):
    """Change a fee as its services do: the row, then whoever hears of it."""
    update_versioned(Fee, [key], values)
    fees.changed([key], actor=SYSTEM)


@transaction
def delete_fees(*keys):
    delete_versioned(Fee, keys)


def set_fee(key, **values):
    with acting(SYSTEM):
        change_fee(key, **values)


def remove_fees(*keys):
    with acting(SYSTEM):
        delete_fees(*keys)


def served(days, **given):
    """Return the ids of a customer of Lin's, and of its line that ends in so many days."""
    key = a_customer(**given).id
    a_fee(key, days)
    return key, line_of(key).id


def line_of(customer, product=None):
    with acting(SYSTEM):
        db.session.expire_all()
        found = select(Line).where(Line.customer_id == customer)
        found = found if product is None else found.where(Line.product_id == product)
        return db.session.scalars(found).one_or_none()


def line(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get_one(Line, key)


def customer(key):
    with acting(SYSTEM):
        db.session.expire_all()
        return db.session.get_one(Customer, key)


def end(key, *, by=LIN, reason="price", words=""):
    with acting(by.actor) as actor:
        services.end(db.session.get_one(Line, key), reason=reason, words=words, actor=actor)


def resume(key, *, by=LIN):
    with acting(by.actor) as actor:
        services.resume(db.session.get_one(Line, key), actor=actor)


def remind(day=None, offsets=OFFSETS):
    with acting(SYSTEM):
        return services.remind(day=day or clock.today(), offsets=offsets, actor=SYSTEM)


def messages():
    """Return (recipient, values) of all messages about services that end."""
    with acting(SYSTEM):
        db.session.expire_all()
        found = db.session.scalars(select(Message).where(Message.kind == "fees_due").order_by(Message.id)).all()
        return [(one.recipient_id, dict(one.params)) for one in found]


def told(key):
    """Return (stage, what was skipped) of all reminders of a line, in the order in which they were noted."""
    with acting(SYSTEM):
        rows = select(Reminder.stage, Reminder.skipped).where(Reminder.line_id == key).order_by(Reminder.id)
        return [tuple(row) for row in db.session.execute(rows)]
