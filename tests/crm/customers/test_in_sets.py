"""Many customers in one go: to each its own owner and a line of history, and nothing written that is there already."""

import pytest
from sqlalchemy import func, select, text

from app.base.actor import SYSTEM, acting
from app.base.among import among, listed
from app.base.derived import set_derived
from app.base.history import update_versioned, versions_of
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers import services
from app.crm.customers.models import Customer, Holding
from app.crm.pool import services as pool
from app.crm.pool.models import HoldLimit
from app.extensions import db
from tests.cast import DAI, EVE, LIN, MEI
from tests.factories import a_customer

pytestmark = pytest.mark.usefixtures("in_app")


def owners():
    with acting(SYSTEM):
        db.session.expire_all()
        return {one.name: (one.owner_id, one.department_id) for one in db.session.scalars(select(Customer))}


def versions_each():
    with acting(SYSTEM):
        kept = versions_of(Customer)
        return sorted(db.session.scalars(select(func.count(kept.id)).group_by(kept.id)))


def test_each_customer_comes_to_its_own_new_owner_with_a_line_of_history():
    keys = {name: a_customer(name=name).id for name in ("甲", "乙", "丙", "丁")}
    to = {MEI.id: [keys["丙"], keys["甲"]], EVE.id: [keys["乙"]], LIN.id: [keys["丁"]]}
    houses = {MEI.id: MEI.department_id, EVE.id: None, LIN.id: LIN.department_id}

    with acting(DAI.actor) as dai:
        changed = transaction(lambda: services.deal_out(to, houses=houses, actor=dai))()

    assert changed == sorted(keys.values())
    mei = (MEI.id, MEI.department_id)
    assert owners() == {"甲": mei, "乙": (EVE.id, None), "丙": mei, "丁": (LIN.id, LIN.department_id)}
    assert versions_each() == [2, 2, 2, 2]
    with acting(SYSTEM):
        held = select(Holding.customer_id, Holding.employee_id).where(Holding.until_at.is_(None))
        assert dict(db.session.execute(held).all()) == {
            keys["甲"]: MEI.id,
            keys["丙"]: MEI.id,
            keys["乙"]: EVE.id,
            keys["丁"]: LIN.id,
        }


def test_rows_beside_which_there_is_nothing_and_those_that_hold_it_already_are_left_alone():
    first, second, third = (a_customer(name=name).id for name in ("甲", "乙", "丙"))

    def beside(ids):
        known = {first: LIN.id, second: EVE.id}
        named = [key for key in ids if key in known]
        return listed(id=named, owner_id=[known[key] for key in named])

    with acting(SYSTEM):
        ids = [first, second, third]
        assert transaction(lambda: update_versioned(Customer, ids, {}, beside=beside))() == [second]
    assert versions_each() == [1, 1, 2]


def test_keys_far_apart_between_others_are_found_and_nothing_else():
    keys = [a_customer(name=f"第{number}家").id for number in range(5)]
    with acting(SYSTEM):
        found = select(Customer.id).order_by(Customer.id)
        assert list(db.session.scalars(found.where(among(Customer.id, [keys[4], keys[0]])))) == [keys[0], keys[4]]
        assert list(db.session.scalars(found.where(among(Customer.id, [])))) == []


@pytest.mark.one_database("postgresql")
def test_a_row_that_holds_a_reckoned_value_already_is_not_written_again():
    planned, free = a_customer(name="甲").id, a_customer(name="乙").id
    with acting(SYSTEM):
        transaction(lambda: set_derived(Customer, [planned], {"next_contact_at": func.now()}))()

    def written():
        with unscoped("a test looks below the rows"):
            found = dict(db.session.execute(text("SELECT id, xmin::text FROM customers_customer")).all())
            db.session.rollback()
            return found

    before = written()
    with acting(SYSTEM):
        transaction(lambda: set_derived(Customer, [planned, free], {"next_contact_at": None}))()
    after = written()
    assert after[free] == before[free]
    assert after[planned] != before[planned]


@pytest.mark.parametrize(("beyond", "counted"), [(None, {LIN.id, MEI.id}), (False, {MEI.id}), (True, set())])
def test_only_whom_a_limit_binds_is_counted(beyond, counted):
    a_customer(name="甲", owner=LIN.id)
    a_customer(name="乙", owner=MEI.id)
    with acting(SYSTEM):
        db.session.add_all([HoldLimit(most=0), HoldLimit(employee_id=MEI.id, most=3)])
        db.session.commit()
        rooms = pool.rooms([LIN.id, MEI.id], house=200, beyond=beyond)
    assert {key for key, room in rooms.items() if room.total} == counted
