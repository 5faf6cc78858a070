"""Who stands where in the work list: day borders in the business's zone, cycles, and each person's share of the day."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base import clock, filters, settings
from app.base.actor import SYSTEM, acting
from app.base.scope import unscoped
from app.base.screens.listing import filterable
from app.crm.customers.models import Customer
from app.crm.followups import queries, rules, services
from app.crm.followups.models import Cycle
from app.extensions import db
from tests.cast import EVE, LIN, MEI, SAM
from tests.factories import a_customer, a_followup

pytestmark = pytest.mark.usefixtures("in_app")
A_SECOND, A_DAY = timedelta(seconds=1), timedelta(days=1)


def tomorrow():
    return queries.midnight(clock.today() + A_DAY)


def a_customer_with(name="河南晨光商贸有限公司", owner=LIN, **columns):
    """Save a customer of Lin's and set columns that no form sets."""
    key = a_customer(name=name, owner=owner and owner.id, level=columns.pop("level", None)).id
    with unscoped("a test sets dates of the past"):
        table = Customer.__table__
        db.session.execute(update(table).where(table.c.id == key).values(**columns or {"website": None}))
        db.session.commit()
    db.session.expire_all()
    return key


def states_of(key, person=LIN):
    with acting(person.actor):
        wanted = select(Customer.id)
        table = Customer.__table__
        return {
            state
            for state in rules.WORK_STATES
            if key in set(db.session.scalars(wanted.where(queries.work_state(table, "is", [state]))))
        }


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (lambda: clock.midnight() - A_SECOND, rules.OVERDUE),
        (lambda: clock.midnight() - 400 * A_DAY, rules.OVERDUE),
        (clock.midnight, rules.DUE),
        (lambda: tomorrow() - A_SECOND, rules.DUE),
        (tomorrow, rules.PLANNED),
        (lambda: tomorrow() + 7 * A_DAY - A_SECOND, rules.PLANNED),
        (lambda: tomorrow() + 7 * A_DAY, rules.LATER),
    ],
)
def test_days_begin_at_midnight_of_the_business(moment, state):
    assert states_of(a_customer_with(next_contact_at=moment())) == {state}


def long_ago(days):
    """Return a moment of the day so many days ago."""
    return queries.midnight(clock.today() - days * A_DAY)


@pytest.mark.parametrize(("days", "past"), [(13, False), (14, True)])
@pytest.mark.parametrize("late", [timedelta(0), A_DAY - A_SECOND])
def test_fourteen_days_after_the_last_contact_a_key_customer_is_past_its_cycle(days, past, late):
    key = a_customer_with(level="key", last_followup_at=long_ago(days) + late)
    assert states_of(key) == ({rules.PAST_CYCLE, rules.CYCLE_OVER} if past else set())


def test_never_followed_up_counts_from_the_assignment():
    key = a_customer_with(level="key", assigned_at=long_ago(14), created_at=long_ago(500))
    other = a_customer_with("别家", level="key", assigned_at=long_ago(13), created_at=long_ago(500))
    assert rules.CYCLE_OVER in states_of(key)
    assert states_of(other) == set()


def test_who_has_a_planned_contact_is_not_past_the_cycle():
    key = a_customer_with(level="key", last_followup_at=long_ago(99), next_contact_at=tomorrow())
    assert states_of(key) == {rules.PLANNED}


def test_the_pool_and_customers_without_a_cycle_are_not_past_it():
    nobodys = a_customer_with(level="key", owner=None, last_followup_at=long_ago(99))
    plain = a_customer_with("无级别", last_followup_at=long_ago(999))
    assert states_of(nobodys, SAM) == states_of(plain) == set()


@pytest.mark.parametrize("row", [("a", "no_need", None, 5), ("a", None, "lost", 0), (None, "no_need", "lost", 3)])
def test_the_sql_and_the_rules_mean_the_same(row):
    level, progress, status, days = row
    with acting(SYSTEM):
        named = {"level": level, "progress": progress, "status": status, "days": days}
        services.add_cycle(named, actor=SYSTEM)
        spans = queries.spans()
    for place, (name, code, state) in enumerate(
        [("a", None, None), ("a", "no_need", "lost"), ("b", "no_need", "lost")]
    ):
        wanted = rules.days_for(spans, level=name, progress=code, status=state)
        columns = {"followup_status": code, "status": state}
        for more, past in ((wanted, True), (wanted - 1, False)):
            key = a_customer_with(f"某{place}{more}", level=name, last_followup_at=long_ago(max(more, 0)), **columns)
            assert (rules.CYCLE_OVER in states_of(key)) == (past and wanted > 0), (name, code, state, wanted, more)


def test_a_day_without_rows_asks_for_nobody():
    with acting(SYSTEM):
        for row in list(db.session.scalars(select(Cycle))):
            services.remove_cycle(row, actor=SYSTEM)
    assert states_of(a_customer_with(level="key", last_followup_at=long_ago(999))) == set()


# ── each person's share ──


@pytest.fixture
def two_a_day(in_app):
    from app.system.settings import services as setting  # noqa: PLC0415 - within the app

    with acting(SYSTEM):
        setting.change(settings.registered["contacts_per_day"], "2", actor=SYSTEM, revision=0)
    assert settings.value("contacts_per_day") == 2


def share(person=LIN):
    with acting(person.actor):
        table = Customer.__table__
        found = select(Customer.name).where(queries.work_state(table, "is", [rules.PAST_CYCLE]))
        return set(db.session.scalars(found))


@pytest.mark.usefixtures("two_a_day")
def test_each_person_gets_their_oldest_and_no_more_than_a_days_work():
    for place, days in enumerate((30, 90, 60, 45)):
        a_customer_with(f"林{place}", level="key", last_followup_at=long_ago(days))
        a_customer_with(f"叶{place}", level="key", owner=EVE, last_followup_at=long_ago(days))

    assert share() == {"林1", "林2"}
    assert share(EVE) == {"叶1", "叶2"}


@pytest.mark.usefixtures("two_a_day")
def test_who_was_contacted_today_counts_and_tomorrow_brings_the_next():
    keys = [a_customer_with(f"林{days}", level="key", last_followup_at=long_ago(days)) for days in (90, 60, 45, 30)]
    a_followup(customer=keys[0])
    assert share() == {"林60"}
    a_followup(customer=keys[1])
    assert share() == set()


@pytest.mark.usefixtures("two_a_day")
def test_what_somebody_else_did_takes_nothing_from_ones_own_day():
    key = a_customer_with("林", level="key", last_followup_at=long_ago(90))
    a_followup(customer=a_customer(name="梅", owner=MEI.id).id, by=MEI)
    assert share() == {"林"}
    assert rules.PAST_CYCLE in states_of(key, SAM)


def asked_of(who, *conditions):
    past = {"field": "work_state", "op": "is", "value": rules.PAST_CYCLE}
    with acting(who.actor) as actor:
        met = filters.parse(json.dumps({"all": [past, *conditions]}), filterable(Customer)).sql(Customer, actor)
        return set(db.session.scalars(select(Customer.name).where(met)))


@pytest.mark.usefixtures("two_a_day")
def test_whoever_asks_for_the_work_of_some_people_finds_the_same_as_among_that_of_all():
    keys = {}
    for person, name in ((LIN, "林"), (MEI, "梅"), (SAM, "沈")):
        for days in (30, 90, 60, 45):
            about = {"level": "key", "owner": person, "department_id": person.department_id}
            keys[name, days] = a_customer_with(f"{name}{days}", last_followup_at=long_ago(days), **about)
    a_followup(customer=keys["梅", 60], by=MEI)
    owner = {"field": "owner", "op": "in", "value": [LIN.id, MEI.id]}

    assert asked_of(SAM) == {"林90", "林60", "梅90", "沈90", "沈60"}
    assert asked_of(SAM, owner) == {"林90", "林60", "梅90"}
    assert asked_of(SAM, {"field": "owner", "op": "is", "value": "me"}) == {"沈90", "沈60"}
    assert asked_of(SAM, owner | {"op": "not_in"}) == {"沈90", "沈60"}


@pytest.mark.usefixtures("two_a_day")
def test_ones_own_work_list_reckons_nobody_elses_share():
    with acting(SAM.actor) as actor:
        mine = {"all": [{"field": "owner", "op": "is", "value": "me"}]}
        mine["all"].append({"field": "work_state", "op": "in", "value": [rules.OVERDUE, rules.PAST_CYCLE]})
        met = filters.parse(json.dumps(mine), filterable(Customer)).sql(Customer, actor)
    said = str(met.compile(compile_kwargs={"literal_binds": True}))
    assert f"owner_id IN ({SAM.id}) AND" in said
