"""SQL and rules agree on every line and every day: the list, the filters of customers, the days left."""

import json
from itertools import product as every

import pytest
from sqlalchemy import select

from app.base import filters
from app.base.actor import SYSTEM, acting
from app.base.screens.listing import filterable
from app.crm.customers.models import Customer
from app.crm.renewals.models import Line
from app.crm.renewals.models.line import conditions
from app.extensions import db
from tests.cast import ANRAN, LIN
from tests.crm.renewals.steps import a_fee, at, customer, end, line, served

__all__ = ["at"]
DAYS = (-31, -1, 0, 1, 29, 30, 31, 90)
STATES = ("normal", "expiring", "overdue", "renewal_waiting", "not_renewed")


@pytest.fixture
def lines(in_app, at):
    """A line for each day, and each way it may stand; their ids."""
    at("2026-11-27T00:00")
    found = []
    for place, (days, way) in enumerate(every(DAYS, ("plain", "waits", "ended"))):
        key, one = served(days, name=f"客户{place}", phone=f"+8637165{place:06}")
        if way == "ended" and days <= 30:
            end(one)
        if way == "waits":
            a_fee(key, 400, state="unreviewed")
        found.append(one)
    return found


def asked(model, field, op, *values):
    wanted = {"field": field, "op": op}
    if values:
        wanted["value"] = list(values) if len(values) > 1 else values[0]
    with acting(ANRAN.actor) as anran:
        met = filters.parse(json.dumps({"all": [wanted]}), filterable(model)).sql(model, anran)
        return set(db.session.scalars(select(model.id).where(met)))


def test_the_states_agree_cell_by_cell(lines, at):
    for moment in ("2026-11-27T00:00", "2026-11-27T23:59", "2026-11-28T00:00", "2026-12-27T12:00"):
        at(moment)
        states_agree(lines)


def states_agree(lines):
    found = {key: line(key).state_now for key in lines}
    with acting(SYSTEM):
        for state, met in conditions(Line.__table__).items():
            assert set(db.session.scalars(select(Line.id).where(met))) == {k for k, v in found.items() if v == state}
        shown = dict(db.session.execute(select(Line.id, Line.standing)).all())
    assert shown == found
    for state in STATES:
        assert asked(Line, "state", "is", state) == {key for key, value in found.items() if value == state}
        assert asked(Line, "state", "not_is", state) == {key for key, value in found.items() if value != state}
    assert asked(Line, "state", "empty") == set()


def test_customers_are_found_as_their_lines_stand(lines, at):
    for moment in ("2026-11-27T23:59", "2026-11-28T00:00"):
        at(moment)
        customers_agree(lines, moment)


def customers_agree(lines, moment):
    found = {line(key).customer_id: line(key).state_now for key in lines}
    for state in STATES:
        assert asked(Customer, "fee_expiry", "is", state) == {key for key, value in found.items() if value == state}
    assert not asked(Customer, "fee_expiry", "empty") & set(found)
    over = {line(key).customer_id for key in lines if line(key).days_left is not None and line(key).days_left < 0}
    limited = asked(Customer, "service_limited", "true")
    assert over <= limited
    assert limited == {
        line(key).customer_id for key in lines if line(key).end_on < line(key).end_on.fromisoformat(moment[:10])
    }


ASKED_AS_NUMBERS = (
    ("is", ["0"], lambda left: left == 0),
    ("is", ["-1"], lambda left: left == -1),
    ("below", ["1"], lambda left: left < 1),
    ("above", ["30"], lambda left: left > 30),
    ("between", ["-1", "29"], lambda left: -1 <= left <= 29),
    ("in", ["1", "90"], lambda left: left in (1, 90)),
)


def test_days_left_are_asked_as_numbers(lines):
    left = {key: line(key).days_left for key in lines}
    for op, values, met in ASKED_AS_NUMBERS:
        expected = {key for key, days in left.items() if days is not None and met(days)}
        assert asked(Line, "days_left", op, *values) == expected, op
    assert asked(Line, "days_left", "empty") == {key for key, days in left.items() if days is None}


def test_lines_are_asked_by_their_customer(lines):
    assert asked(Line, "owner", "is", str(LIN.id)) == set(lines)
    with acting(LIN.actor) as lin:
        met = filters.parse('{"all":[{"field":"owner","op":"is","value":"me"}]}', filterable(Line)).sql(Line, lin)
        assert set(db.session.scalars(select(Line.id).where(met))) == set(lines)
    assert asked(Line, "customer_name", "contains", "客户1") == {
        key for key in lines if "客户1" in customer(line(key).customer_id).name
    }
    assert asked(Line, "department", "is", str(LIN.department_id)) == set(lines)
    assert asked(Line, "next_contact_at", "empty") == set(lines)
    assert asked(Line, "reminded_on", "not_empty") == set()


def test_customers_are_asked_by_the_product_they_are_served_with(lines):
    one = line(lines[0])
    assert asked(Customer, "served_with", "is", str(one.product_id)) == {line(key).customer_id for key in lines}
    ended = {line(key).customer_id for key in lines if line(key).reason}
    assert asked(Customer, "not_renewed_reason", "is", "price") == ended
