"""The life of a fee cell by cell, what may be typed, and when a period ends."""

from datetime import date
from decimal import Decimal

import pytest

from app.base.capitals import capitals
from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.crm.fees import rules
from app.crm.fees.rules import APPROVED, REJECTED, REVERSED, UNREVIEWED, VOID, FeeState, Standing

LIFE = {
    ("edit", UNREVIEWED): UNREVIEWED,
    ("edit", REJECTED): UNREVIEWED,
    ("approve", UNREVIEWED): APPROVED,
    ("reject", UNREVIEWED): REJECTED,
    ("void", UNREVIEWED): VOID,
    ("void", REJECTED): VOID,
    ("reverse", APPROVED): REVERSED,
}
TODAY = date(2026, 11, 26)


@pytest.mark.parametrize("state", FeeState)
@pytest.mark.parametrize("verb", ["edit", "approve", "reject", "void", "reverse"])
def test_the_life_of_a_fee(verb, state):
    if (verb, state) in LIFE:
        assert rules.after(verb, state) == LIFE[verb, state]
    else:
        with pytest.raises(WrongState):
            rules.after(verb, state)


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 3, 19), 12, date(2027, 3, 18)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_a_term_ends_on_the_day_before_or_with_its_month(first, months, last):
    assert rules.term_end(first, months) == last


def values(**given):
    return {"product": 1, "amount": Decimal(10), "received_on": TODAY} | given


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"amount": Decimal("0.01")}, None),
        ({"amount": Decimal(0)}, "amount"),
        ({"received_on": TODAY}, None),
        ({"received_on": date(2026, 11, 27)}, "received_on"),
        ({"received_on": None}, "received_on"),
        ({"agreed_amount": Decimal(10)}, None),
        ({"agreed_amount": Decimal("9.99")}, "agreed_amount"),
        ({"period_from": TODAY, "period_to": TODAY}, None),
        ({"period_from": TODAY, "period_to": date(2026, 11, 25)}, "period_to"),
        ({"product": None}, "product"),
    ],
)
def test_what_may_be_typed(given, wrong):
    if wrong is None:
        rules.check_values(values(**given), today=TODAY)
        return
    with pytest.raises(InvalidFields) as refused:
        rules.check_values(values(**given), today=TODAY)
    assert set(refused.value.problems) == {wrong}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, None),
        ({"state": "approved"}, "approved, and so locked"),
        ({"state": "void"}, "is void"),
        ({"entered_by_id": 9}, "entered themselves"),
        ({"agent_id": 9}, "counts to you"),
        ({"received_on": date(2026, 10, 31)}, "2026-10 is closed"),
        ({"revision": 4}, "look at it again"),
    ],
)
def test_why_somebody_may_not_decide(given, words):
    fee = Standing(1, "unreviewed", Decimal(1), TODAY, 3, 3, None, None, 5, "FW-1")
    fee = Standing(**(vars(fee) | given))

    why = rules.why_not(fee, verb="approve", actor_id=9, closed={date(2026, 10, 1)}, seen=5)

    assert why is None if words is None else words in str(why)


@pytest.mark.parametrize(("amount", "left", "good"), [("0", "5", False), ("5", "5", True), ("5.01", "5", False)])
def test_how_much_is_given_back(amount, left, good):
    if good:
        rules.check_refund(Decimal(amount), left=Decimal(left))
        return
    with pytest.raises(InvalidFields):
        rules.check_refund(Decimal(amount), left=Decimal(left))


def test_who_enters_a_fee():
    rules.check_may_enter(writes=True, may_write_customer=False, is_deleted=False)
    rules.check_may_enter(writes=False, may_write_customer=True, is_deleted=False)
    for given in ((False, False, False), (True, True, True)):
        with pytest.raises(NotAllowed):
            rules.check_may_enter(writes=given[0], may_write_customer=given[1], is_deleted=given[2])


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("12800", "壹万贰仟捌佰元整"),
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100000001", "壹亿零壹元整"),
        ("10000100", "壹仟万零壹佰元整"),
        ("1010000", "壹佰零壹万元整"),
        ("100010000", "壹亿零壹万元整"),
        ("-3600", "负叁仟陆佰元整"),
        ("9999999999.99", "玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("0.005", "壹分"),
    ],
)
def test_an_amount_in_capitals(amount, words):
    assert capitals(Decimal(amount)) == words


def test_an_amount_in_traditional_capitals():
    assert capitals(Decimal("23456.78"), "zh_Hant") == "貳萬參仟肆佰伍拾陸圓柒角捌分"


def test_no_amount_is_too_large_to_be_refused():
    with pytest.raises(ValueError, match="1E"):
        capitals(Decimal("1E16"))
