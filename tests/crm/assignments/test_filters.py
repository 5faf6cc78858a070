"""Days without follow-up: counted from the later of follow-up and assignment, both edges."""

import json
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from app.base import clock, filters
from app.base.actor import SYSTEM, acting
from app.base.derived import set_derived
from app.base.history import update_versioned
from app.base.screens.listing import filterable
from app.base.transaction import transaction
from app.crm.customers.models import Customer
from app.extensions import db
from tests.factories import a_customer


def days_ago(days, at=time(12)):
    return clock.stored(datetime.combine(clock.today() - timedelta(days=days), at))


def a_neglected(name, *, assigned, followed=None, at=time(12)):
    key = a_customer(name=name, phone=f"+86371{60000000 + assigned * 100 + (followed or 0):08}").id

    @transaction
    def age():
        update_versioned(Customer, [key], {"assigned_at": days_ago(assigned, at)})
        if followed is not None:
            set_derived(Customer, [key], {"last_followup_at": days_ago(followed, at)})

    with acting(SYSTEM):
        age()
    return key


def found(op, value=None):
    wanted = {"all": [{"field": "days_without_contact", "op": op} | ({"value": value} if value is not None else {})]}
    with acting(SYSTEM) as actor:
        met = filters.parse(json.dumps(wanted), filterable(Customer)).sql(Customer, actor)
        return set(db.session.scalars(select(Customer.name).where(met)))


@pytest.fixture(autouse=True)
def world(in_app):
    a_neglected("从未跟进", assigned=31)
    a_neglected("刚到期", assigned=30)
    a_neglected("跟进过", assigned=90, followed=3)
    a_neglected("换人了", assigned=2, followed=200)
    a_customer(name="公海", phone="+8637165009999", owner=None)


def test_more_than_so_many_days_never_followed_counts_from_the_assignment():
    assert found("above", 30) == {"从未跟进"}
    assert found("above", 29) == {"从未跟进", "刚到期"}


def test_the_later_of_follow_up_and_assignment_counts():
    assert found("below", 3) == {"换人了"}
    assert found("below", 4) == {"换人了", "跟进过"}
    assert found("is", 3) == {"跟进过"}
    assert found("between", [2, 30]) == {"换人了", "跟进过", "刚到期"}


def test_a_negation_finds_all_others_also_those_of_the_pool():
    assert found("not_above", 29) == {"跟进过", "换人了", "公海"}
    assert found("empty") == {"公海"}


@pytest.mark.parametrize("at", [time(0), time(23, 59, 59)])
def test_days_are_days_of_the_calendar_whatever_the_hour(at):
    a_neglected("整天", assigned=30, at=at)
    assert "整天" in found("is", 30)
