"""Owners are warned at each stage before a recall, once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.crm.customers.models import Customer
from app.crm.recalls.models import RecallWarning
from app.extensions import db
from app.system.security.models import Department
from tests.cast import LIN, MEI, SAM
from tests.crm.recalls.steps import (
    a_rule,
    age,
    assigned,
    many,
    messages,
    warn,
)

pytestmark = pytest.mark.usefixtures("in_app")


@pytest.mark.parametrize(
    ("days", "stage"), [(22, None), (23, 7), (26, 7), (27, 3), (28, 3), (29, 1), (30, None)]
)  # 30 days: recalled this night
def test_owners_are_warned_at_each_stage(days, stage):
    a_rule()
    assigned(days)
    warn()
    expected = [] if stage is None else [(LIN.id, {"count": 1, "stages": [[stage, 1]]})]
    assert messages("recall_soon") == expected


def test_a_stage_is_told_once_however_often_the_night_is_run():
    a_rule()
    assigned(23)
    assert [warn(), warn()] == [1, 1]
    assert len(messages("recall_soon")) == 1
    assert warn(clock.today() + timedelta(days=1)) == 0
    assert len(messages("recall_soon")) == 1


def test_days_without_a_worker_are_caught_up_with_the_most_urgent_stage():
    a_rule()
    assigned(23)
    warn()
    warn(clock.today() + timedelta(days=6))  # 3 was never told
    assert [values["stages"] for _who, values in messages("recall_soon")] == [[[7, 1]], [[1, 1]]]


def test_a_follow_up_begins_the_count_anew_and_the_stages_with_it():
    a_rule()
    key = assigned(23)
    warn()
    age(key, 300, followed=0)
    later = clock.today() + timedelta(days=23)
    assert warn(later - timedelta(days=1)) == 0
    assert warn(later) == 1


def test_one_message_a_night_counts_all_stages_and_the_head_gets_one_of_the_department():
    with acting(SYSTEM):
        db.session.execute(update(Department.__table__).where(Department.__table__.c.id == 2).values(head_id=SAM.id))
        db.session.commit()
    a_rule()
    many(2, 23)
    assigned(29, name="明天的")
    assigned(23, owner=MEI.id, name="梅家")

    warn()

    assert messages("recall_soon") == [
        (LIN.id, {"count": 3, "stages": [[1, 1], [7, 2]]}),
        (MEI.id, {"count": 1, "stages": [[7, 1]]}),
    ]
    assert messages("recall_soon_ours") == [(SAM.id, {"count": 4, "stages": [[1, 1], [7, 3]]})]


def test_a_rule_may_have_warnings_of_its_own():
    a_rule(warning_days="10")
    assigned(20)
    warn()
    assert messages("recall_soon") == [(LIN.id, {"count": 1, "stages": [[10, 1]]})]


def test_without_stages_nobody_is_warned():
    a_rule()
    assigned(29)
    assert warn(stages=()) == 0


def test_what_is_protected_is_warned_of_by_the_day_it_is_recalled():
    a_rule(days=2)
    assigned(1)  # protected until day 7
    warn()
    assert messages("recall_soon") == [(LIN.id, {"count": 1, "stages": [[7, 1]]})]


def test_warnings_go_with_the_customer_for_good():
    from app.base.history import purge_versioned  # noqa: PLC0415 - for this alone
    from app.base.transaction import transaction  # noqa: PLC0415 - for this alone
    from app.crm.customers import services as customers  # noqa: PLC0415 - for this alone

    a_rule()
    key = assigned(23)
    warn()

    @transaction
    def purge():
        customers.phones.forget([key])
        purge_versioned(Customer, [key])

    with acting(SYSTEM):
        purge()
        assert db.session.scalars(select(RecallWarning)).all() == []
