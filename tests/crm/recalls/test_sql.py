"""The condition in SQL and the function on a row are one predicate: asked of random rows on both databases."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import insert, select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.crm.recalls import queries, rules
from app.crm.recalls.rules import NO_DEAL, NO_FOLLOWUP, Rule
from app.extensions import db
from tests.cast import EVE, LIN

TABLE = Customer.__table__
DAYS = [date(2026, 11, 27), date(2028, 2, 29), date(2028, 3, 1), date(2027, 3, 1), date(2027, 1, 1)]
RULES = (
    Rule(1, "a", NO_FOLLOWUP, 30, {"key": 60, "d": 15, "c": 0}),
    Rule(2, "b", NO_FOLLOWUP, 0, {"d": 1}, spares_deals=False),
    Rule(3, "c", NO_DEAL, 28, {"d": 28, "key": 0}),
    Rule(4, "d", NO_FOLLOWUP, 5, spares_planned=True, departments=frozenset({3, 4})),
    Rule(5, "e", NO_DEAL, 2, spares_deals=False, spares_planned=True),
)


def near(chance, day, about):
    """Return a moment near the end of a day in the business's zone, some days before ``day``; sometimes none."""
    if chance.random() < 0.25:
        return None
    on = day - timedelta(days=chance.choice(about) + chance.choice((-1, 0, 1)))
    at = chance.choice((time(0), time(0, 0, 1), time(7, 59, 59), time(8), time(16), time(23, 59, 59)))
    return clock.stored(datetime.combine(on, at))


def a_row(chance, day, place):
    about = (0, 1, 2, 5, 7, 15, 28, 30, 60)
    return {
        "kind": "company",
        "name": f"客户{place}",
        "owner_id": chance.choice((LIN.id, EVE.id, None)) if place % 7 == 0 else LIN.id,
        "department_id": chance.choice((3, 4, 5, None)),
        "level": chance.choice(("key", "a", "c", "d", None)),
        "status": chance.choice(("deal", "potential", None)),
        "converted_on": chance.choice((None, None, None, date(2026, 1, 1))),
        "assigned_at": near(chance, day, about),
        "created_at": near(chance, day, about) or datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        "last_followup_at": near(chance, day, about),
        "next_contact_at": near(chance, day, (0, 1, -1, -3)),
        "updated_at": datetime(2026, 1, 1),
        "revision": 1,
    }


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_what_the_database_finds_is_what_the_function_says(in_app, day):
    chance = random.Random(str(day))
    with acting(SYSTEM):
        db.session.execute(insert(TABLE), [a_row(chance, day, place) for place in range(400)])
        records = db.session.scalars(select(Customer)).all()
        compared = 0
        for rule in RULES:
            for protection_days in (0, 7):
                for shift in (-3, -1, 0, 1, 3):
                    on = day + timedelta(days=shift)
                    found = set(
                        db.session.scalars(
                            select(Customer.id).where(queries.due_by(rule, TABLE, on, protection_days=protection_days))
                        )
                    )
                    said = {row.id for row in records if is_due(row, rule, on, protection_days)}
                    assert found == said
                    compared += len(said)
        assert compared > 1000
        db.session.rollback()


def is_due(row, rule, on, protection_days):
    due = rules.due_on(rule, queries.standing_of(row), protection_days=protection_days)
    return row.owner_id is not None and due is not None and due <= on


@pytest.mark.parametrize(
    ("assigned", "is_met"),
    [("2026-11-26T15:59:59", True), ("2026-11-26T16:00:00", False)],  # midnight in Shanghai
)
def test_a_day_ends_at_midnight_in_the_zone_of_the_business(in_app, assigned, is_met):
    row = a_row(random.Random(1), DAYS[0], 1) | {"owner_id": LIN.id, "last_followup_at": None, "level": None}
    row |= {"assigned_at": datetime.fromisoformat(assigned), "status": None, "converted_on": None}
    with acting(SYSTEM):
        db.session.execute(insert(TABLE), [row])
        rule = Rule(1, "x", NO_FOLLOWUP, 1)
        found = db.session.scalars(
            select(Customer.id).where(queries.due_by(rule, TABLE, DAYS[0], protection_days=0))
        ).all()
        assert bool(found) == is_met
        db.session.rollback()
