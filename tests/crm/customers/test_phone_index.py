"""The phone index on PostgreSQL, which plans by what it believes of the tables."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Timer

import pytest
from sqlalchemy import func, select, text

from app.base.actor import SYSTEM, acting
from app.base.transaction import transaction
from app.crm.customers import services
from app.crm.customers.models import Customer, PhoneNumber
from app.crm.customers.services import CustomerTarget
from app.extensions import db
from tests.cast import ANRAN, LIN

ROWS = [{"name": f"甲{n}", "phone": f"+861380{n:07}", "legal_phone": f"+861390{n:07}"} for n in range(3000)]
#: How often a row of the phone index was touched in this transaction.
READ = """
    SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
    WHERE relname IN ('customers_phone_entry', 'customers_phone_number')
"""


def look():
    """Do what autovacuum does at any moment: look at tables of which it does not see the new rows yet."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.exec_driver_sql("ANALYZE customers_phone_entry, customers_phone_number, customers_customer")


@transaction
def bring_in():
    for part in (ROWS[:1500], ROWS[1500:]):
        CustomerTarget().create(part, template="company", actor=ANRAN.actor)
        look()
    return db.session.scalar(text(READ))


@pytest.mark.one_database("postgresql")
def test_numbers_are_counted_without_reading_the_index_again_and_again(in_app):
    with acting(ANRAN.actor):
        read = bring_in()
    assert read < 20 * 2 * len(ROWS)  # twenty times each number; with a count per number it was tens of millions


@pytest.mark.one_database("postgresql")
def test_two_people_may_meet_a_new_number_at_the_same_moment(app):
    meeting = Barrier(2, timeout=20)

    def enter(name):
        with app.app_context(), acting(LIN.actor):

            @transaction
            def both_before_either_ends():
                services.create({"name": name, "phone": "+8613800138000"}, actor=LIN.actor)
                if not first.is_set():
                    first.set()
                    meeting.wait()

            if name == "乙":
                first.wait(20)
                Timer(0.5, meeting.wait).start()  # the other ends only once this one waits for its number
            both_before_either_ends()

    first = Event()
    with ThreadPoolExecutor(2) as people:
        list(people.map(enter, "甲乙"))

    with app.app_context(), acting(SYSTEM):
        assert db.session.scalar(select(func.count(Customer.id))) == 2
        services.recount()
        assert db.session.get(PhoneNumber, "+8613800138000").customer_count == 2
