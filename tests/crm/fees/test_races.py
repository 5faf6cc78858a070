"""What happens to fees when two people act at the same moment; each guard is taken out once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.selectable import GenerativeSelect

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.base.scope import unscoped
from app.base.transaction import transaction
from app.crm.customers import queries as customers
from app.crm.fees import services
from app.crm.fees.models import Closing, Fee
from app.crm.fees.services import entering, months
from app.extensions import db
from app.system.security import services as security
from tests.bed.databases import POSTGRESQL
from tests.bed.torture import times
from tests.cast import LIN, QIAN, password_hash
from tests.crm.fees.races import Meeting, Writers
from tests.factories import a_customer, a_fee, a_product

LAST_MONTH = clock.today().replace(day=1) - timedelta(days=1)


@pytest.fixture
def fee(saved):
    return saved(a_fee)


@pytest.fixture
def colleague(app):
    """A second clerk of the finance department."""

    @transaction
    def employ():
        values = {"username": "qiu", "name": "邱二", "email": "qiu@example.cn", "department": 6, "number": "E099"}
        person = security.hire(values | {"roles": ("finance",)}, actor=SYSTEM)
        person.account.password = password_hash()
        db.session.flush()
        return person.id

    with app.app_context(), acting(SYSTEM):
        return employ()


@pytest.fixture
def no_row_locks(monkeypatch):
    """Nobody waits for anybody: what a lock says is left out of every statement."""
    monkeypatch.setattr(GenerativeSelect, "with_for_update", lambda self, **_given: self)
    monkeypatch.setattr("app.crm.fees.services.entering.lock", lambda _record: None)


def held(key):
    with unscoped("a test looks"):
        return db.session.get_one(Fee, key)


def state(app, key):
    with app.app_context(), acting(SYSTEM):
        return held(key).state


def approving(key, **more):
    return lambda actor: services.approve([key], "", actor, **more)


def correcting(key, **values):
    return lambda actor: services.change(held(key), values, actor=actor, revision=None)


# ── two clerks approve one fee ──


def test_the_second_of_two_who_approve_a_fee_is_refused(app, fee, colleague):
    first, second = Meeting(app, (QIAN.id, approving(fee)), (colleague, approving(fee))).run()

    assert (first.changed, second.changed) == ([fee], [])
    assert "approved, and so locked" in str(second.refused[fee])
    with app.app_context(), acting(SYSTEM):
        assert held(fee).decided_by_id == QIAN.id


@pytest.mark.one_database(POSTGRESQL)
@pytest.mark.usefixtures("no_row_locks")
def test_without_locks_both_would_have_approved_it(app, fee, colleague):
    first, second = Meeting(app, (QIAN.id, approving(fee)), (colleague, approving(fee))).run()

    assert (first.changed, getattr(second, "changed", None)) == ([fee], [fee])


# ── approve against edit ──


def test_what_is_being_corrected_is_looked_at_again(app, fee):
    act = approving(fee, seen={fee: 1})
    _first, second = Meeting(app, (LIN.id, correcting(fee, amount=Decimal(1))), (QIAN.id, act)).run()

    assert "look at it again" in str(second.refused[fee])
    assert state(app, fee) == "unreviewed"


@pytest.mark.one_database(POSTGRESQL)
@pytest.mark.usefixtures("no_row_locks")
def test_without_locks_what_nobody_has_seen_would_be_approved(app, fee):
    act = approving(fee, seen={fee: 1})
    _first, second = Meeting(app, (LIN.id, correcting(fee, amount=Decimal(1))), (QIAN.id, act)).run()

    assert second.changed == [fee]


def test_what_is_being_approved_is_not_corrected_any_more(app, fee):
    first, second = Meeting(app, (QIAN.id, approving(fee)), (LIN.id, correcting(fee, amount=Decimal(1)))).run()

    assert first.changed == [fee]
    assert isinstance(second, WrongState)
    with app.app_context(), acting(SYSTEM):
        assert (held(fee).state, held(fee).amount) == ("approved", Decimal(12800))


# ── a form that is sent twice ──


def sending(customer, product):
    values = {"product": product, "amount": Decimal(5), "received_on": clock.today()}
    return lambda actor: services.record(customers.by_id(customer), values, actor=actor, token="once").id


def test_a_form_sent_twice_at_once_makes_one_fee(app, saved):
    act = sending(saved(a_customer), saved(a_product))

    first, second = Meeting(app, (LIN.id, act), (LIN.id, act)).run()

    assert first == second
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalar(select(func.count(Fee.id))) == 1


@pytest.mark.one_database(POSTGRESQL)
def test_without_the_lock_only_the_index_would_stop_it(app, saved, monkeypatch):
    monkeypatch.setattr(entering, "lock", lambda _record: None)
    act = sending(saved(a_customer), saved(a_product))

    _first, second = Meeting(app, (LIN.id, act), (LIN.id, act)).run()

    assert isinstance(second, IntegrityError)
    assert "form_token" in str(second)


# ── closing a month ──


def closing(actor):
    return services.close({"month": LAST_MONTH}, actor=actor).id


def entering_late(customer, product):
    values = {"product": product, "amount": Decimal(5), "received_on": LAST_MONTH}
    return lambda actor: services.record(customers.by_id(customer), values, actor=actor).id


def test_nothing_is_entered_into_a_month_that_is_being_closed(app, saved):
    act = entering_late(saved(a_customer), saved(a_product))

    _first, second = Meeting(app, (QIAN.id, closing), (LIN.id, act)).run()

    assert isinstance(second, NotAllowed)
    assert "is closed" in str(second)


@pytest.mark.one_database(POSTGRESQL)
def test_without_holding_the_series_it_would_be(app, saved, monkeypatch):
    monkeypatch.setattr(months, "hold", lambda _month: None)
    act = entering_late(saved(a_customer), saved(a_product))

    _first, second = Meeting(app, (QIAN.id, closing), (LIN.id, act)).run()

    assert isinstance(second, int)


def test_a_month_into_which_something_is_being_entered_is_not_closed(app, saved):
    act = entering_late(saved(a_customer), saved(a_product))

    _first, second = Meeting(app, (LIN.id, act), (QIAN.id, closing)).run()

    assert isinstance(second, InvalidFields)
    assert "still wait" in str(second)


def test_what_is_rejected_is_not_submitted_again_while_its_month_is_closed(app, saved):
    fee = saved(a_fee, received_on=LAST_MONTH, state="rejected")

    _first, second = Meeting(app, (QIAN.id, closing), (LIN.id, correcting(fee, notes="x"))).run()

    assert isinstance(second, NotAllowed)
    assert state(app, fee) == "rejected"


@pytest.mark.one_database(POSTGRESQL)
@pytest.mark.usefixtures("no_row_locks")
def test_without_locks_something_would_wait_in_a_closed_month(app, saved):
    fee = saved(a_fee, received_on=LAST_MONTH, state="rejected")

    Meeting(app, (QIAN.id, closing), (LIN.id, correcting(fee, notes="x"))).run()

    with app.app_context(), acting(SYSTEM):
        assert db.session.scalar(select(func.count(Closing.id))) == 1
        assert held(fee).state == "unreviewed"


# ── numbers ──


def writers(app, saved, *, each):
    who = [saved(a_customer, name=f"连号{n}号有限公司", phone=f"+8637165001{n:03}") for n in range(8)]
    return Writers(app, who, saved(a_product), day=LAST_MONTH, each=each)


def numbers(kept):
    return sorted(int(number.rsplit("-", 1)[1]) for number in kept)


def check_series(app, kept):
    assert numbers(kept) == list(range(1, len(kept) + 1))
    with app.app_context(), acting(SYSTEM):
        assert sorted(db.session.scalars(select(Fee.number))) == sorted(kept)


def test_eight_writers_leave_no_gap_and_no_double(app, saved):
    kept = writers(app, saved, each=10).run()

    assert len(kept) == 56
    check_series(app, kept)


@pytest.mark.torture
def test_eight_writers_with_many_entries_each(app, saved):
    each = times(50, full=500)
    kept = writers(app, saved, each=each).run()

    assert len(kept) == each * 8 * 7 // 10
    check_series(app, kept)


@pytest.mark.one_database(POSTGRESQL)
def test_counting_what_is_there_would_give_numbers_twice(app, saved, monkeypatch):
    def naive(_series, count=1):
        with unscoped("a test counts"):
            here = db.session.scalar(select(func.count(Fee.id))) or 0
        return range(here + 1, here + 1 + count)

    monkeypatch.setattr(months, "take", naive)
    run = writers(app, saved, each=4)
    with pytest.raises(AssertionError):
        run.run()
    assert any(isinstance(error, IntegrityError) for error in run.failed)
