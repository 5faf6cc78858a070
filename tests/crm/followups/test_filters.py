"""How well customers are followed up: attempts since the assignment, and days since the status last changed."""

import json
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from app.base import clock, filters
from app.base.actor import SYSTEM, acting
from app.base.history import update_versioned
from app.base.screens.listing import filterable
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.extensions import db
from tests.factories import a_customer, a_followup

pytestmark = pytest.mark.usefixtures("in_app")


def days_ago(days, at=time(12)):
    return clock.stored(datetime.combine(clock.today() - timedelta(days=days), at))


def a_worked_one(name, *contacts, assigned):
    """Save a customer assigned so many days ago; ``contacts``: (days ago, progress)."""
    key = a_customer(name=name).id
    with acting(SYSTEM):
        transaction(update_versioned)(Customer, [key], {"assigned_at": days_ago(assigned)})
    for days, progress in contacts:
        a_followup(customer=key, at=days_ago(days, time(13)), progress=progress)


@pytest.fixture(autouse=True)
def world(in_app):
    a_worked_one("没跟过", assigned=20)
    a_worked_one("停在原地", (40, "no_need"), (30, "interested"), (10, "interested"), (2, "interested"), assigned=50)
    a_worked_one("有进展", (10, "interested"), (2, "long_term"), assigned=50)
    a_worked_one("换过人", (40, "interested"), (2, "interested"), assigned=5)


def found(field, op, value):
    text = json.dumps({"all": [{"field": field, "op": op, "value": value}]})
    with acting(SYSTEM) as actor:
        met = filters.parse(text, filterable(Customer)).sql(Customer, actor)
        return set(db.session.scalars(select(Customer.name).where(met)))


@pytest.mark.parametrize(
    ("op", "value", "names"),
    [
        ("is", 0, {"没跟过"}),
        ("is", 1, {"换过人"}),
        ("above", 1, {"停在原地", "有进展"}),
        ("above", 2, {"停在原地"}),
        ("below", 2, {"没跟过", "换过人"}),
        ("between", [1, 2], {"换过人", "有进展"}),
        ("not_is", 0, {"停在原地", "有进展", "换过人"}),
        ("in", [0, 4], {"没跟过", "停在原地"}),
    ],
)
def test_attempts_are_counted_from_the_assignment(op, value, names):
    assert found("attempts", op, value) == names


@pytest.mark.parametrize(
    ("op", "value", "names"),
    [
        ("above", 29, {"停在原地", "换过人"}),
        ("above", 30, {"换过人"}),
        ("is", 30, {"停在原地"}),
        ("is", 20, {"没跟过"}),
        ("below", 3, {"有进展"}),
        ("below", 2, set()),
        ("not_above", 29, {"没跟过", "有进展"}),
    ],
)
def test_progress_is_a_change_of_the_status(op, value, names):
    assert found("days_without_progress", op, value) == names
