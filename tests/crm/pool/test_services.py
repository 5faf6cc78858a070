"""Claiming and releasing: every rule from both sides, who holds what afterwards, and what is kept of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import Invalid, InvalidFields
from app.base.scope import unscoped
from app.crm.customers.models import Customer, Holding
from app.crm.customers.services import share
from app.crm.pool import queries, services
from app.crm.pool.models import Hand, Pool
from app.crm.pool.rules import Terms
from app.extensions import db
from tests.cast import DAI, EVE, LIN, MEI, SAM, XIAO
from tests.crm.pool.conftest import LUOYANG, TERMS, ZHENGZHOU
from tests.factories import a_customer, a_limit, a_pool, a_pool_customer

pytestmark = pytest.mark.usefixtures("in_app")


def claim(who, ids, **allowed):
    with acting(who.actor):
        terms = Terms(**({"hold_limit": 0, "claim_per_day": 0, "cooling_days": 0} | allowed))
        found = services.claim(list(ids), actor=who.actor, terms=terms)
    return found.changed, {key: str(why) for key, why in found.refused.items()}


def release(who, ids, reason="no_need", words=""):
    with acting(who.actor):
        found = services.release(list(ids), reason=reason, words=words, actor=who.actor)
    return found.changed, {key: str(why) for key, why in found.refused.items()}


def some(count, **given):
    return [a_pool_customer(name=f"无主{n}", phone=f"+8637165001{n:03}", **given).id for n in range(count)]


def row(key):
    with acting(SYSTEM), unscoped("a test looks"):
        db.session.expire_all()
        return db.session.get(Customer, key)


def spells(key):
    with acting(SYSTEM):
        found = db.session.scalars(select(Holding).where(Holding.customer_id == key).order_by(Holding.id))
        return [(one.employee_id, one.begun_how, one.ended_how, one.reason, one.words) for one in found]


# ── claiming ──


def test_whoever_claims_holds_the_customer_in_their_department_from_now_on():
    (key,) = some(1)

    assert claim(EVE, [key]) == ([key], {})

    found = row(key)
    assert (found.owner_id, found.department_id) == (EVE.id, EVE.department_id)
    assert clock.now() - found.assigned_at < timedelta(minutes=1)
    assert spells(key) == [(EVE.id, "claim", None, None, None)]


def test_a_customer_that_somebody_holds_is_not_claimed():
    key = a_customer(owner=MEI.id).id

    changed, refused = claim(LIN, [key])

    assert changed == []
    assert "not in a pool from which you may claim" in refused[key]
    assert row(key).owner_id == MEI.id


def test_nobody_claims_from_a_pool_that_is_not_theirs():
    a_pool(regions=(LUOYANG,), people=(str(LIN.id),))
    key = a_pool_customer(region=LUOYANG).id

    assert claim(MEI, [key])[0] == []
    assert claim(LIN, [key])[0] == [key]


def test_nobody_claims_from_a_pool_whose_customers_are_assigned():
    a_pool(regions=(LUOYANG,), people=(str(LIN.id),), may_claim=False)
    key = a_pool_customer(region=LUOYANG).id

    changed, refused = claim(LIN, [key])

    assert (changed, len(refused)) == ([], 1)


def test_a_dispatcher_who_is_no_member_claims_nothing():
    (key,) = some(1)

    assert claim(DAI, [key])[0] == []


def test_the_limit_of_what_one_holds_is_met_exactly():
    a_limit(employee=LIN.id, most=2)
    ids = some(3)

    changed, refused = claim(LIN, ids)

    assert changed == ids[:2]
    assert refused == {ids[2]: "Your limit is reached (2). Release some customers first."}


def test_the_limit_of_a_level_leaves_other_levels_alone():
    a_limit(employee=LIN.id, level="key", most=1)
    keys, others = some(2, level="key"), [a_pool_customer(name="乙", phone="+8637165009999", level="b").id]

    changed, refused = claim(LIN, [*keys, *others])

    assert changed == [keys[0], *others]
    assert "for level Key" in refused[keys[1]]


def test_the_house_limit_holds_for_whoever_has_none_of_their_own():
    ids = some(2)

    assert claim(LIN, ids, hold_limit=1)[0] == ids[:1]


def test_no_more_are_claimed_a_day_than_the_house_allows():
    ids = some(3)

    changed, refused = claim(LIN, ids, claim_per_day=2)

    assert changed == ids[:2]
    assert refused[ids[2]] == "You have claimed as many today as you may (2)."


def test_releasing_and_claiming_again_gives_no_claim_back():
    ids = some(2)
    claim(LIN, ids[:1], claim_per_day=1)
    release(LIN, ids[:1])

    assert claim(LIN, ids, claim_per_day=1)[0] == []


def test_what_is_refused_counts_as_no_claim():
    a_limit(employee=LIN.id, most=1)
    ids = some(2)
    claim(LIN, ids, claim_per_day=2)

    with acting(LIN.actor):
        assert queries.day(LIN.id, most=2).count == 1


def test_midnight_in_the_business_zone_begins_another_day(monkeypatch):
    ids = some(2)
    claim(LIN, ids[:1], claim_per_day=1)
    late, today = clock.midnight() + timedelta(days=1), clock.today()
    monkeypatch.setattr(clock, "now", lambda: late - timedelta(seconds=1))
    assert clock.today() == today
    assert claim(LIN, ids[1:], claim_per_day=1)[0] == []

    monkeypatch.setattr(clock, "now", lambda: late)

    assert claim(LIN, ids[1:], claim_per_day=1)[0] == ids[1:]


@pytest.mark.parametrize(("days", "is_claimed"), [(29, False), (30, True)])
def test_what_one_let_go_of_is_ones_own_again_only_after_the_cooling(days, is_claimed, monkeypatch):
    (key,) = some(1)
    claim(LIN, [key])
    release(LIN, [key])
    later = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: later)

    changed, refused = claim(LIN, [key], cooling_days=30)

    assert changed == ([key] if is_claimed else [])
    assert is_claimed or "you may claim it again from" in refused[key]


def test_cooling_is_nobody_elses():
    (key,) = some(1)
    claim(LIN, [key])
    release(LIN, [key])

    assert claim(MEI, [key], cooling_days=30)[0] == [key]


@pytest.mark.parametrize(("hours", "is_claimed"), [(23, False), (24, True)])
def test_what_has_just_come_into_the_pool_waits_for_the_embargo(hours, is_claimed, monkeypatch):
    (key,) = some(1)
    later = clock.now() + timedelta(hours=hours, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    changed, refused = claim(LIN, [key], embargo_hours=24)

    assert changed == ([key] if is_claimed else [])
    assert is_claimed or "it can be claimed 24 hours after that" in refused[key]


# ── releasing ──


def test_a_released_customer_is_nobodys_and_stays_in_the_department():
    key = a_customer(owner=LIN.id).id
    with acting(SYSTEM):
        planned = update(Customer.__table__).where(Customer.__table__.c.id == key)
        db.session.execute(planned.values(next_contact_at=clock.now()))
        db.session.commit()

    assert release(LIN, [key], "unreachable", "停机") == ([key], {})

    found = row(key)
    assert (found.owner_id, found.department_id, found.assigned_at) == (None, LIN.department_id, None)
    assert found.next_contact_at is None
    assert spells(key) == [(LIN.id, "entered", "release", "unreachable", "停机")]


def test_a_release_without_a_reason_is_refused():
    key = a_customer(owner=LIN.id).id
    with acting(LIN.actor), pytest.raises(InvalidFields, match="Say why"):
        services.release([key], reason=None, actor=LIN.actor)


def test_a_neighbour_with_whom_it_is_shared_does_not_release_it():
    customer = a_customer(owner=LIN.id)
    with acting(SYSTEM):
        share(customer, employee_id=MEI.id, can_write=True, until_on=None, actor=LIN.actor)

    changed, refused = release(MEI, [customer.id])

    assert changed == []
    assert "its owner gives it back" in refused[customer.id]


def test_a_supervisor_releases_what_her_people_hold():
    key = a_customer(owner=LIN.id).id

    assert release(SAM, [key])[0] == [key]


# ── which pool ──


def test_a_customer_stands_in_the_first_pool_whose_conditions_it_meets():
    luoyang = a_pool(name="洛阳", position=2, regions=(LUOYANG,), people=(str(LIN.id),))
    henan = a_pool(name="河南", position=3, regions=("410000",), people=(str(MEI.id),))
    places = [queries.place_of(region=code, department_id=None) for code in (LUOYANG, ZHENGZHOU, "110000", None)]

    assert [place.name for place in places] == [luoyang.name, henan.name, "公海", "公海"]


@pytest.mark.parametrize("region", [LUOYANG, ZHENGZHOU, "110000", None])
def test_the_database_finds_a_customer_in_the_pool_the_rules_name(region):
    a_pool(name="洛阳", position=2, regions=(LUOYANG,), houses=("3",))
    a_pool(name="河南", position=3, regions=("410000",))
    a_pool(name="一部", position=4, houses=("2",))
    customer = a_pool_customer(region=region)
    place = queries.place_of(region=region, department_id=customer.department_id)

    table, found = Customer.__table__, []
    with unscoped("a test looks"):
        for one in queries.pools():
            meant = select(table.c.id).where(queries.standing_in({one.id}).rows(table))
            found += [one.name for _key in db.session.scalars(meant)]
    assert found == [place.name]


def test_a_department_takes_in_those_below_it():
    pool = a_pool(name="一部", houses=("2",))

    assert queries.place_of(region=None, department_id=4).name == pool.name
    assert queries.place_of(region=None, department_id=5).name == "公海"


def test_the_pool_for_all_the_rest_stays():
    pool = queries.catch_all()
    with acting(SYSTEM):
        with pytest.raises(Invalid, match="cannot be deleted"):
            services.delete_pool(pool, actor=SYSTEM)
        with pytest.raises(Invalid, match="stays in use"):
            services.change_pool(pool, {"is_active": False}, actor=SYSTEM, revision=None)
        with pytest.raises(Invalid, match="it has no conditions"):
            services.change_pool(pool, {"regions": (LUOYANG,)}, actor=SYSTEM, revision=None)


def test_another_pool_needs_conditions_and_a_name_of_its_own():
    with pytest.raises(Invalid, match="Choose regions or departments"):
        a_pool(regions=())
    a_pool(regions=(LUOYANG,))
    with pytest.raises(InvalidFields, match="a pool of this name"):
        a_pool(regions=(ZHENGZHOU,))


def test_a_deleted_pool_leaves_its_customers_to_the_next():
    pool = a_pool(regions=(LUOYANG,))
    with acting(SYSTEM):
        services.delete_pool(db.session.get(Pool, pool.id), actor=SYSTEM)

    assert queries.place_of(region=LUOYANG, department_id=None).name == "公海"


def test_the_seed_is_laid_once():
    with acting(SYSTEM):
        services.seed()
        assert len(db.session.scalars(select(Pool)).all()) == 1
    assert [place.name for place in queries.mine(XIAO.actor)] == ["公海"]


def test_a_limit_is_for_one():
    with pytest.raises(Invalid, match="not several"):
        a_limit(employee=LIN.id, role="agent")


def test_a_hand_is_there_once_and_its_own():
    with acting(LIN.actor):
        services.locked_hands([LIN.id, MEI.id])
        db.session.commit()
        assert [hand.employee_id for hand in db.session.scalars(select(Hand))] == [LIN.id]
    assert TERMS.hold_limit == 0
