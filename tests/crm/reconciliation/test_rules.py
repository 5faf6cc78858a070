"""States cell by cell, names, cells of statements, scores and pairs: without a database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.base.errors import Invalid, WrongState
from app.crm.reconciliation import rules
from app.crm.reconciliation.rules import banks, names, pairing, reading, scoring
from app.crm.reconciliation.rules.scoring import Fee, Line

DAY = date(2026, 11, 24)
LANDS = {
    ("unmatched", "propose"): "proposed",
    ("proposed", "propose"): "proposed",
    ("unmatched", "withdraw"): "unmatched",
    ("proposed", "withdraw"): "unmatched",
    ("unmatched", "confirm"): "matched",
    ("proposed", "confirm"): "matched",
    ("again", "confirm"): "matched",
    ("matched", "fall_back"): "again",
    ("again", "fall_back"): "again",
    ("matched", "take_back"): "unmatched",
    ("again", "take_back"): "unmatched",
    ("unmatched", "ignore"): "ignored",
    ("proposed", "ignore"): "ignored",
    ("ignored", "take_up"): "unmatched",
}


@pytest.mark.parametrize("verb", rules.LIFECYCLE.steps)
@pytest.mark.parametrize("state", rules.LineState)
def test_the_lifecycle_cell_by_cell(state, verb):
    if (str(state), verb) in LANDS:
        assert rules.state_after(state, verb) == LANDS[str(state), verb]
    else:
        with pytest.raises(WrongState):
            rules.state_after(state, verb)


# ── names ──


@pytest.mark.parametrize(
    ("bank", "ours", "least"),
    [
        ("新乡市佳禾食品商贸有限公司", "新乡市佳禾食品商贸有限公司", 1.0),
        ("新乡市佳禾食品商贸有限责任公司", "新乡市佳禾食品商贸有限公司", names.REWRITTEN),
        ("河南省新乡市佳禾食品商贸有限公司", "新乡佳禾食品商贸有限公司", names.REWRITTEN),
        ("新鄉市佳禾食品商貿有限公司", "新乡市佳禾食品商贸有限公司", 1.0),
        ("新乡市佳禾（食品）商贸有限公司", "新乡市佳禾(食品)商贸有限公司", 1.0),
        ("ＡＢＣ软件有限公司", "abc软件有限公司", 1.0),
        ("新乡市佳禾食品商", "新乡市佳禾食品商贸有限公司", names.CUT),
        ("新乡市佳禾食品商贸有限", "新乡市佳禾食品商贸有限公司", names.REWRITTEN),
        ("新乡佳禾商贸", "新乡市佳禾食品商贸有限公司", names.SHORTENED),
        ("張偉", "张伟", 1.0),
    ],
)
def test_names_that_are_the_same_company(bank, ours, least):
    assert names.likeness(bank, ours) >= least
    assert names.likeness(ours, bank) >= least


@pytest.mark.parametrize(
    ("bank", "ours"),
    [
        ("郑州惠民商贸有限公司", "洛阳惠民商贸有限公司"),
        ("郑州市金鹏商贸有限公司", "郑州市金鸿商贸有限公司"),
        ("张伟", "张伟明"),
        ("张伟", "张伟商贸有限公司"),
        ("", "新乡佳禾商贸有限公司"),
        ("郑州商贸", "郑州华联达锋商贸有限公司"),
    ],
)
def test_names_that_are_another_company(bank, ours):
    assert names.likeness(bank, ours) < scoring.IDENTITY


def test_who_hands_on_money_is_nobody():
    assert names.is_collector("财付通支付科技有限公司")
    assert names.is_collector("支付宝（中国）网络技术有限公司")
    assert not names.is_collector("新乡财付商贸有限公司")


# ── cells ──


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12,800.00", "12800"),
        ("１２，８００．００", "12800"),
        ("12800.00CR", "12800"),
        ("12800.00贷", "12800"),
        ("贷12800", "12800"),
        ("12800.00DR", "-12800"),
        ("12,800.00借", "-12800"),
        ("(12,800.00)", "-12800"),
        ("-12,800.00", "-12800"),
        ("+12,800.00", "12800"),
        ("¥12,800.00元", "12800"),
        ("人民币12800", "12800"),
        (12800.5, "12800.5"),
        (" 12 800 ", "12800"),
    ],
)
def test_amounts_as_banks_write_them(cell, amount):
    assert reading.money(cell) == Decimal(amount)


@pytest.mark.parametrize("cell", [None, "", "-", "--", "—", "/"])
def test_cells_without_an_amount(cell):
    assert reading.money(cell) is None


@pytest.mark.parametrize("cell", ["三千六", "12.34.56", "1e9999", "12800.123", "USD 100", "1" * 20])
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(Invalid):
        reading.money(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "20261124",
        "2026-11-24",
        "2026/11/24",
        "2026年11月24日",
        "20261124 10:32:11",
        "2026-11-24-10.32.11.123456",
        "２０２６-１１-２４",
        DAY,
        46350.0,
    ],
)
def test_days_as_banks_write_them(cell):
    assert reading.day(cell) == DAY


@pytest.mark.parametrize(
    ("cell", "way"),
    [("借", -1), ("贷", 1), ("来账", 1), ("往账", -1), ("CR", 1), ("D", -1), ("+", 1), ("-", -1), ("", 0)],
)
def test_debit_or_credit(cell, way):
    assert reading.direction(cell) == way


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("6222021702001234567", "6222****4567"),
        ("41-0012", "****0012"),
        ("", ""),
        ("6222 0217 0200 1234", "6222****1234"),
    ],
)
def test_account_numbers_are_masked(number, shown):
    assert reading.masked(number) == shown


def test_headings_that_belong_to_no_bank_are_not_recognised():
    assert banks.recognised(["日期", "摘要", "金额"]) is None


# ── scores ──


def a_fee(key=1, amount="12800", *, on=DAY, name="新乡市佳禾食品商贸有限公司", customer=1, **more):
    people, learned = (frozenset(more.get(what, ())) for what in ("people", "learned"))
    return Fee(key, Decimal(amount), on, customer, tuple(more.get("numbers", ())), (name,), people, learned)


def a_line(key=1, amount="12800", payer="新乡市佳禾食品商贸有限公司", *, on=DAY, summary=""):
    return Line(key, Decimal(amount), on, payer, summary)


def test_a_score_is_explained():
    found = scoring.score(a_line(payer="新乡佳禾商贸", on=DAY + timedelta(days=2)), a_fee())
    assert [(one.about, one.how, one.points) for one in found.reasons] == [
        ("amount", "same", 40),
        ("payer", "similar", 35),
        ("day", "similar", 18),
    ]
    assert (found.points, found.is_good) == (93, True)


@pytest.mark.parametrize(("days", "is_good"), [(0, True), (18, True), (19, False), (45, False)])
def test_the_day_decides_at_the_edge(days, is_good):
    assert scoring.score(a_line(on=DAY + timedelta(days=days)), a_fee()).is_good is is_good


@pytest.mark.parametrize(
    ("line", "fee", "how"),
    [
        (a_line(payer="禾记大药房"), a_fee(learned=["禾记大药房"]), "learned"),
        (a_line(payer="佳小禾"), a_fee(people=["佳小禾"]), "person"),
        (a_line(payer="王五", summary="代新乡市佳禾食品商贸有限公司付"), a_fee(), "in_summary"),
        (a_line(payer="财付通支付科技有限公司"), a_fee(learned=[names.core("财付通支付科技有限公司")]), "different"),
    ],
)
def test_who_paid_is_known_in_several_ways(line, fee, how):
    assert scoring.payer(line, fee).how == how


def test_a_number_in_the_summary_identifies():
    found = scoring.score(a_line(payer="王五", summary="付 FW-202611-000123"), a_fee(numbers=["FW-202611-000123"]))
    assert (found.points, found.is_good, found.reasons[-1].how) == (85, True, "named")


# ── pairs ──


def paired(lines, fees):
    found = pairing.pair(lines, fees)
    return {key: [part.fee_id for part in one.parts] for key, one in found.proposals.items()}


def test_each_month_gets_its_own_fee():
    days = [DAY - timedelta(days=30 * month) for month in range(4)]
    lines = [a_line(key, "300", on=day + timedelta(days=1)) for key, day in enumerate(days)]
    assert paired(lines, [a_fee(10 + key, "300", on=day) for key, day in enumerate(days)]) == {
        key: [10 + key] for key in range(4)
    }


def test_a_tie_is_left_to_a_person_who_sees_both():
    found = pairing.pair([a_line()], [a_fee(1), a_fee(2)])
    assert found.proposals == {}
    assert [part.fee_id for part in found.candidates[1]] == [1, 2]


def test_what_is_taken_frees_others_of_their_doubt():
    near, far = a_fee(1, on=DAY), a_fee(2, on=DAY + timedelta(days=10))
    lines = [a_line(1, on=DAY), a_line(2, on=DAY + timedelta(days=6))]
    assert paired(lines, [near, far]) == {1: [1], 2: [2]}


def test_sums_that_come_about_in_two_ways_are_not_proposed():
    fees = [a_fee(1, "100"), a_fee(2, "200"), a_fee(3, "100")]
    assert paired([a_line(1, "300")], fees) == {}
    assert paired([a_line(1, "300")], fees[:2]) == {1: [1, 2]}


def test_a_fee_that_two_sums_want_goes_to_none():
    fees = [a_fee(1, "100"), a_fee(2, "200"), a_fee(3, "250")]
    assert paired([a_line(1, "300"), a_line(2, "350")], fees) == {}


def test_parts_of_one_fee_that_come_about_in_two_ways_are_not_proposed():
    lines = [a_line(1, "300"), a_line(2, "700"), a_line(3, "700", on=DAY - timedelta(days=1))]
    assert paired(lines, [a_fee(9, "1000")]) == {}
    assert paired(lines[:2], [a_fee(9, "1000")]) == {1: [9], 2: [9]}


# ── parts and falling back ──


@pytest.mark.parametrize(
    ("state", "amount", "customer", "matched", "fell"),
    [
        ("approved", "100", 1, "100", False),
        ("unreviewed", "100", 1, "40", False),
        ("void", "100", 1, "100", True),
        ("rejected", "100", 1, "100", True),
        ("reversed", "100", 1, "100", True),
        ("approved", "90", 1, "100", True),
        ("approved", "110", 1, "100", True),
        ("approved", "100", 2, "100", True),
    ],
)
def test_when_a_match_falls_back(state, amount, customer, matched, fell):
    now = (state, Decimal(amount), customer, Decimal(matched))
    assert rules.fallen((Decimal(100), 1), now=now) is fell
