"""Who held a customer, and until when: whatever way the owner changes, the spells follow."""

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.bulk import set_columns
from app.base.history import purge_versioned
from app.base.transaction import transaction
from app.crm.customers import services
from app.crm.customers.models import Customer, Holding
from app.extensions import db
from tests.cast import DAI, EVE, LIN, MEI
from tests.factories import a_customer

pytestmark = pytest.mark.usefixtures("in_app")


def spells(customer_id):
    """Return (holder, how it began, how it ended) of a customer's spells, the first first."""
    with acting(SYSTEM):
        db.session.expire_all()
        found = db.session.scalars(select(Holding).where(Holding.customer_id == customer_id).order_by(Holding.id))
        return [(one.employee_id, one.begun_how, one.ended_how) for one in found]


@transaction
def give(ids, owner_id, actor):
    set_columns(Customer, ids, {"owner_id": owner_id}, actor)


def test_a_customer_is_held_from_the_moment_it_is_entered():
    customer = a_customer()

    assert spells(customer.id) == [(LIN.id, "entered", None)]


def test_nobody_holds_a_customer_of_the_pool():
    assert spells(a_customer(owner=None).id) == []


def test_a_change_in_sets_ends_a_spell_and_begins_the_next():
    customer = a_customer()
    with acting(DAI.actor) as dai:
        give([customer.id], MEI.id, dai)
        give([customer.id], None, dai)

    assert spells(customer.id) == [(LIN.id, "entered", "manual"), (MEI.id, "manual", "manual")]


def test_a_change_by_the_orm_ends_a_spell_and_begins_the_next():
    customer = a_customer()

    @transaction
    def move():
        customer.owner_id = EVE.id

    with acting(SYSTEM):
        move()

    assert spells(customer.id) == [(LIN.id, "entered", "manual"), (EVE.id, "manual", None)]


def test_who_knows_why_says_so_and_who_did_it_is_kept():
    customer = a_customer()

    @transaction
    def let_go(actor):
        with services.because("recall", reason="poor_followup", words="三个月没联系"):
            set_columns(Customer, [customer.id], {"owner_id": None}, actor)

    with acting(DAI.actor) as dai:
        let_go(dai)

    with acting(SYSTEM):
        kept = db.session.scalars(select(Holding).where(Holding.customer_id == customer.id)).one()
        assert (kept.ended_how, kept.reason, str(kept.words)) == ("recall", "poor_followup", "三个月没联系")
        assert kept.ended_by_id == DAI.id
        assert kept.until_at >= kept.from_at


def test_a_reason_ends_with_its_block():
    first, second = a_customer(), a_customer(name="河南朝阳商贸有限公司")

    @transaction
    def both(actor):
        with services.because("release"):
            set_columns(Customer, [first.id], {"owner_id": None}, actor)
        set_columns(Customer, [second.id], {"owner_id": None}, actor)

    with acting(DAI.actor) as dai:
        both(dai)

    assert [spells(one.id)[0][2] for one in (first, second)] == ["release", "manual"]


def test_a_change_that_leaves_the_owner_leaves_the_spell():
    customer = a_customer()
    with acting(DAI.actor) as dai:
        give([customer.id], LIN.id, dai)

    assert spells(customer.id) == [(LIN.id, "entered", None)]


def test_the_spells_go_with_the_customer_for_good():
    key = a_customer().id

    @transaction
    def purge():
        services.phones.forget([key])
        purge_versioned(Customer, [key])

    with acting(SYSTEM):
        purge()

    assert spells(key) == []


def test_the_spells_of_a_customer_are_seen_by_those_who_see_it():
    customer = a_customer()

    def seen_by(person):
        with acting(person.actor):
            return db.session.scalars(select(Holding).where(Holding.customer_id == customer.id)).all()

    assert len(seen_by(LIN)) == 1
    assert seen_by(EVE) == []
