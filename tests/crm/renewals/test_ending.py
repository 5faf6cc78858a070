"""Not renewed, and taken up again."""

import pytest
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.base.errors import InvalidFields, WrongState
from app.base.history import versions_of
from app.crm.renewals import services
from app.crm.renewals.models import Line
from app.extensions import db
from tests.cast import LIN
from tests.crm.renewals.steps import a_fee, customer, end, in_days, line, resume, served, set_fee

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.mark.parametrize("days", [-40, -1, 0, 30])
def test_what_is_due_is_ended_with_a_reason_and_leaves_what_is_overdue(days):
    key, one = served(days)
    end(one, reason="switched", words="改用别家")
    found = line(one)
    assert (found.ended_on, found.ended_by_id, found.reason, found.reason_words) == (
        in_days(0),
        LIN.id,
        "switched",
        "改用别家",
    )
    assert found.state_now == "not_renewed"
    assert (customer(key).fee_end_on, customer(key).fee_due_on, customer(key).covered_until) == (
        None,
        None,
        in_days(days),
    )


def test_it_is_said_why():
    _key, one = served(-1)
    with pytest.raises(InvalidFields):
        end(one, reason="")
    assert line(one).ended_on is None


def test_what_runs_on_waits_or_was_ended_is_left_alone():
    key, one = served(31)
    with pytest.raises(WrongState, match="runs on"):
        end(one)
    set_fee(line(one).last_fee_id, period_to=in_days(5))
    waiting = a_fee(key, 300, state="unreviewed")
    with pytest.raises(WrongState, match="waits for approval"):
        end(one)
    set_fee(waiting, state="void")
    end(one)
    with pytest.raises(WrongState, match="ended already"):
        end(one)


def test_it_is_taken_up_again():
    key, one = served(-5)
    with pytest.raises(WrongState, match="not ended"):
        resume(one)
    end(one)
    resume(one)
    assert (line(one).ended_on, line(one).reason, line(one).ended_end_on) == (None, None, None)
    assert line(one).state_now == "overdue"
    assert customer(key).fee_due_on == in_days(-5)


def test_a_later_fee_that_is_approved_takes_it_up_again():
    key, one = served(-5)
    end(one)
    later = a_fee(key, 300, state="unreviewed")
    assert line(one).state_now == "not_renewed"
    assert customer(key).fee_waits is False
    set_fee(later, state="approved")
    assert (line(one).ended_on, line(one).state_now) == (None, "normal")
    assert customer(key).fee_end_on == in_days(300)


@pytest.mark.parametrize("days", [-5, -6])
def test_a_fee_for_the_past_does_not(days):
    key, one = served(-5)
    end(one)
    a_fee(key, days)
    assert line(one).state_now == "not_renewed"


def test_each_step_is_one_line_of_history():
    _key, one = served(-5)
    end(one)
    resume(one)
    with acting(SYSTEM):
        rows = select(versions_of(Line).__table__.c.reason).order_by(versions_of(Line).__table__.c.transaction_id)
        assert list(db.session.scalars(rows)) == [None, "price", None]


def test_of_many_those_are_left_alone_of_which_it_cannot_be_said():
    keys = [served(days, name=f"客户{days}", phone=f"+86371651{days + 100:05}")[1] for days in (-3, 10, 100)]
    with acting(LIN.actor) as lin:
        done = services.end_many(keys, {"reason": "price"}, lin)
        db.session.commit()
    assert done.changed == keys[:2]
    assert list(done.refused) == keys[2:]
    assert [line(key).state_now for key in keys] == ["not_renewed", "not_renewed", "normal"]
