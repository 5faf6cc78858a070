"""What a deal must be, cell by cell."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.base.errors import Invalid, InvalidFields, NotAllowed, WrongState
from app.crm.deals import rules

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"dealt_on": TODAY, "amount": Decimal(0)}, set()),
        ({"dealt_on": TODAY + timedelta(days=1), "amount": Decimal(1)}, {"dealt_on"}),
        ({"amount": Decimal(1)}, {"dealt_on"}),
        ({"dealt_on": TODAY}, {"amount"}),
        ({}, {"dealt_on", "amount"}),
    ],
)
def test_a_deal_has_a_day_that_is_not_ahead_and_an_amount(values, fields):
    if not fields:
        return rules.check(values, today=TODAY)
    with pytest.raises(InvalidFields) as refused:
        rules.check(values, today=TODAY)
    assert set(refused.value.problems) == fields
    return None


@pytest.mark.parametrize(
    ("is_deleted", "may_write", "kind"),
    [(True, True, WrongState), (False, False, NotAllowed), (True, False, WrongState)],
)
def test_only_a_living_customer_of_ones_own_buys(is_deleted, may_write, kind):
    with pytest.raises(kind):
        rules.check_writable(is_deleted=is_deleted, may_write=may_write)
    rules.check_writable(is_deleted=False, may_write=True)


@pytest.mark.parametrize(
    ("agent", "others", "passes"),
    [(None, False, True), (3, False, True), (4, False, False), (4, True, True), (3, True, True)],
)
def test_who_reaches_only_their_own_names_nobody_else(agent, others, passes):
    if passes:
        return rules.check_agent(agent, actor_id=3, may_name_others=others)
    with pytest.raises(InvalidFields, match="Only a supervisor"):
        rules.check_agent(agent, actor_id=3, may_name_others=others)
    return None


@pytest.mark.parametrize("origin", list(rules.Origin))
def test_what_follows_from_something_changes_there(origin):
    if origin == rules.MANUAL:
        return rules.check_by_hand(origin)
    with pytest.raises(Invalid, match="This deal follows from"):
        rules.check_by_hand(origin)
    assert rules.GONE[origin]
    return None


def test_a_product_that_is_not_offered_is_not_sold():
    rules.check_product(is_offered=True)
    with pytest.raises(InvalidFields, match="not offered any more"):
        rules.check_product(is_offered=False)
