"""Lines and customers follow from the fees, whatever happens to them."""

from decimal import Decimal

import pytest
from sqlalchemy import event, func, select

from app.base.actor import SYSTEM, acting
from app.base.history import versions_of
from app.base.transaction import transaction
from app.crm.customers import services as customer_services
from app.crm.renewals import queries
from app.crm.renewals.models import Line
from app.extensions import db
from tests.crm.renewals.steps import (
    a_fee,
    a_service,
    customer,
    end,
    in_days,
    line,
    line_of,
    remind,
    remove_fees,
    served,
    set_fee,
    told,
    write_fees,
)
from tests.factories import a_customer

pytestmark = pytest.mark.usefixtures("in_app")


def told_by(key):
    one = customer(key)
    return one.fee_end_on, one.fee_due_on, one.fee_waits, one.covered_until


def test_the_latest_approved_period_counts():
    key = a_customer().id
    first, last = a_fee(key, 100), a_fee(key, 300, agreed_amount=Decimal("1500.00"))
    a_fee(key, 200)

    one = line_of(key)

    assert (one.end_on, one.last_fee_id, one.amount, one.waiting_fee_id) == (
        in_days(300),
        last,
        Decimal("1500.00"),
        None,
    )
    assert one.started_on == in_days(300 - 364)
    assert told_by(key) == (in_days(300), in_days(300), False, in_days(300))
    assert first != last


@pytest.mark.parametrize("state", ["unreviewed", "rejected", "void", "reversed"])
def test_what_is_not_approved_makes_no_line(state):
    key = a_customer().id
    a_fee(key, 100, state=state)
    assert line_of(key) is None
    assert told_by(key) == (None, None, False, None)


def test_a_fee_without_a_period_and_a_refund_make_no_line():
    key = a_customer().id
    first = a_fee(key, None)
    a_fee(key, 100, amount=Decimal("-1.00"), refunds_id=first)
    assert line_of(key) is None


def test_a_renewal_waits_until_it_is_decided():
    key, _line = served(5)
    waiting = a_fee(key, 370, state="unreviewed")
    assert line_of(key).waiting_fee_id == waiting
    assert told_by(key) == (in_days(5), None, True, in_days(5))

    set_fee(waiting, state="rejected")
    assert line_of(key).waiting_fee_id is None
    assert told_by(key) == (in_days(5), in_days(5), False, in_days(5))

    set_fee(waiting, state="unreviewed")
    set_fee(waiting, state="approved")
    assert (line_of(key).end_on, line_of(key).waiting_fee_id, line_of(key).last_fee_id) == (in_days(370), None, waiting)
    assert told_by(key) == (in_days(370), in_days(370), False, in_days(370))


@pytest.mark.parametrize(("days", "waits"), [(4, False), (5, False), (6, True)])
def test_only_a_later_period_is_a_renewal(days, waits):
    key, _line = served(5)
    a_fee(key, days, state="unreviewed")
    assert customer(key).fee_waits == waits


def test_a_reversed_period_does_not_count_any_more():
    key, one = served(5)
    later = a_fee(key, 370)
    set_fee(later, state="reversed")
    assert line(one).end_on == in_days(5)
    assert told_by(key) == (in_days(5), in_days(5), False, in_days(5))


def test_without_any_period_left_the_customer_is_as_if_never_served():
    key = a_customer().id
    fee = a_fee(key, 5)
    set_fee(fee, state="reversed")
    assert (line_of(key).end_on, line_of(key).last_fee_id, line_of(key).amount) == (None, None, None)
    assert told_by(key) == (None, None, False, None)
    assert queries.service_limited(key) is False


def test_each_product_has_a_line_of_its_own():
    key, other = a_customer().id, a_service(code="YW-01", name="备份托管")
    a_fee(key, -3)
    a_fee(key, 200, product=other)
    assert (line_of(key, a_service()).end_on, line_of(key, other).end_on) == (in_days(-3), in_days(200))
    assert told_by(key) == (in_days(-3), in_days(-3), False, in_days(200))

    end(line_of(key, a_service()).id)
    assert told_by(key) == (in_days(200), in_days(200), False, in_days(200))


def test_a_fee_that_changes_its_customer_leaves_the_one_it_stood_at():
    key, _line = served(5)
    other, _other = served(7, name="另一家商贸", phone="+8637165009999")
    waiting = a_fee(key, 300, state="unreviewed")
    set_fee(waiting, customer_id=other)
    assert (customer(key).fee_waits, customer(other).fee_waits) == (False, True)


def test_fees_that_are_deleted_leave_no_trace_on_the_line():
    key, one = served(5)
    later, waiting = a_fee(key, 300), a_fee(key, 600, state="unreviewed")
    remove_fees(later, waiting)
    assert (line(one).end_on, line(one).waiting_fee_id) == (in_days(5), None)
    assert told_by(key) == (in_days(5), in_days(5), False, in_days(5))


def test_the_line_of_a_customer_that_goes_for_good_goes_with_it(in_app):
    key, one = served(5)
    remind()
    assert told(one)
    with acting(SYSTEM):
        fees = db.session.scalars(select(Line.last_fee_id).where(Line.id == one)).all()
    remove_fees(*fees)
    with acting(SYSTEM):
        customer_services.delete(customer(key), actor=SYSTEM)
        transaction(customer_services.customer_bin().purge)([key], SYSTEM)
        assert db.session.get(Line, one) is None
        assert db.session.scalar(select(func.count()).select_from(versions_of(Line).__table__)) == 0


def test_reckoning_writes_no_version_of_the_customer_and_none_of_the_line():
    key, one = served(5)
    before = customer(key).revision, line(one).revision
    a_fee(key, 300)
    a_fee(key, 400, state="unreviewed")
    assert (customer(key).revision, line(one).revision) == before
    with acting(SYSTEM):
        assert len(db.session.scalars(select(versions_of(Line).__table__.c.id)).all()) == 1


def test_thousands_of_fees_are_reckoned_in_sets():
    keys = [a_customer(name=f"客户{n}", phone=f"+8637165{n:06}").id for n in range(3)]
    product, statements = a_service(), []
    many = [{"customer_id": key, "product_id": product, "period_to": in_days(n)} for key in keys for n in range(300)]

    @event.listens_for(db.engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, _parameters, _context, _many):
        statements.append(statement)

    try:
        with acting(SYSTEM):
            write_fees(*many)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert [line_of(key).end_on for key in keys] == [in_days(299)] * 3
    assert len(statements) < 50  # deals are made of them, too


def test_limited_is_said_of_a_customer_and_of_a_product():
    key, other = a_customer().id, a_service(code="YW-01", name="备份托管")
    assert queries.service_limited(key) is False  # never served: nothing to limit
    a_fee(key, -1)
    assert queries.service_limited(key) is True
    a_fee(key, 0, product=other)
    assert queries.service_limited(key) is False
    assert queries.service_limited(key, product_id=a_service()) is True
    assert queries.service_limited(key, product_id=other) is False
    assert queries.limited_among([], product_id=other) == set()


def test_finance_lifts_the_limit_by_approving():
    key, _line = served(-10)
    waiting = a_fee(key, 300, state="unreviewed")
    assert queries.service_limited(key) is True
    set_fee(waiting, state="approved")
    assert queries.service_limited(key) is False
