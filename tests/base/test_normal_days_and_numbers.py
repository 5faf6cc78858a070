"""Days, moments, amounts and yes or no, as people write them in a cell."""

from datetime import date, datetime

import pytest

from app.base import normal
from tests.base.refusals import refused

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "raw",
    [
        date(2011, 6, 14), datetime.fromisoformat("2011-06-14T08:30"), 40708, 40708.0, 40708.75, "40708", 20110614,
        "20110614",
        "2011-06-14", "2011/6/14", "2011.6.14", "2011年6月14日", " 2011 年 6 月 14 日 ", "２０１１－０６－１４",
        "2011-06-14 08:30:00", "2011-06-14T08:30:00.000",
    ],
)  # fmt: skip
def test_a_day_may_be_written_in_many_ways(raw):
    assert normal.date(raw) == date(2011, 6, 14)


def test_a_day_may_be_named_when_today_is_known():
    days = [normal.date(word, today=TODAY).day for word in ("昨天", "今天", "today", "明天")]
    assert days == [21, 22, 22, 23]
    with refused("This is no date"):
        normal.date("今天")


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("今天", "2026-11-22"), ("前天", "2026-11-20"), ("后天", "2026-11-24"), ("後天", "2026-11-24"),
        ("大后天", "2026-11-25"), ("Tomorrow", "2026-11-23"), ("+3", "2026-11-25"), ("＋３", "2026-11-25"),
        ("-30", "2026-10-23"), ("3天后", "2026-11-25"), ("3 天前", "2026-11-19"), ("2 days ago", "2026-11-20"),
        ("下周一", "2026-11-23"), ("下週一", "2026-11-23"), ("下个星期日", "2026-11-29"), ("本周一", "2026-11-16"),
        ("這週日", "2026-11-22"), ("上礼拜五", "2026-11-13"), ("next Monday", "2026-11-23"), ("this wed", "2026-11-18"),
        ("last thursday", "2026-11-12"), ("11-26", "2026-11-26"), ("3/4", "2026-03-04"), ("11月26日", "2026-11-26"),
        ("11月26", "2026-11-26"), ("22.11.", "2026-11-22"), ("22.11", "2026-11-22"), ("11.22", "2026-11-22"),
        ("5.5", "2026-05-05"), ("4.3.", "2026-03-04"), ("22.11.2025", "2025-11-22"), ("2026.11.22", "2026-11-22"),
        ("20261122", "2026-11-22"), ("2026/11/22", "2026-11-22"), ("2026年11月22號", "2026-11-22"),
    ],
)  # fmt: skip
def test_a_day_may_be_said_as_people_say_it_today(raw, day):
    assert normal.date(raw, today=TODAY).isoformat() == day


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("3.4", "This may be 03-04 or 04-03: please write the month first"),
        ("周五", "Of which week? Please write “this Friday” or “next Friday”"),
        ("Friday", "Of which week?"),
        ("22/11", "There is no month 22"),
        ("2-30", "There is no day 30 in 2026-02: that month has 28 days"),
        ("22", "This number is no date"),
        ("1122", "This number is no date"),
        ("2026", "2026 is only a year"),
        ("261122", "This number is no date"),
        ("+99999", "This is no date"),
        ("-9999 days", "This is no date"),
        ("下周八", "This is no date"),
    ],
)
def test_what_may_be_two_days_or_none_is_refused_in_words(raw, words):
    with refused(words):
        normal.date(raw, today=TODAY)


def test_what_people_say_today_means_nothing_in_a_cell_of_another_day():
    for raw in ("+3", "下周一", "11-26", "next Monday"):
        with refused("This is no date"):
            normal.date(raw)
    assert normal.date(22, today=TODAY) == date(1900, 1, 22)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("2011-06-31", "There is no day 31 in 2011-06: that month has 30 days"),
        ("2023-02-30", "that month has 28 days"),
        ("2011-13-01", "There is no month 13"),
        ("1899-12-31", "not within 1900 and 2200"),
        ("2201-01-01", "not within 1900 and 2200"),
        (date(1066, 10, 14), "not within 1900 and 2200"),
        ("14/06/2011", "year, month and day"),
        ("2011年6月", "year, month and day"),
        (2011.0, "2011 is only a year"),
        (0, "This number is no date"),
        (60.0, "This number is no date"),
        ("", "This is no date"),
        (True, "This is no date"),
    ],
)
def test_a_wrong_day_is_refused_with_its_reason(raw, words):
    with refused(words):
        normal.date(raw)


def test_the_first_and_the_last_day_are_accepted():
    assert (normal.date("1900-01-01"), normal.date("2200-12-31")) == (date(1900, 1, 1), date(2200, 12, 31))
    assert normal.date(1) == date(1900, 1, 1)


@pytest.mark.parametrize(
    "raw",
    [
        "2011-06-14 08:30",
        "2011年6月14日 8时30分",
        "20110614 8:30",
        40708.354166666664,
        datetime.fromisoformat("2011-06-14T08:30"),
    ],
)
def test_a_moment_has_a_time(raw):
    assert normal.moment(raw) == datetime.fromisoformat("2011-06-14T08:30")


def test_a_moment_without_a_time_is_midnight_and_an_impossible_time_is_refused():
    assert normal.moment("2011-06-14") == datetime.fromisoformat("2011-06-14")
    with refused("no such time of day"):
        normal.moment("2011-06-14 25:00")


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("1,234.5", "1234.50"),
        ("￥１２３４．５０", "1234.50"),
        ("-3元", "-3.00"),
        (0.1 + 0.2, "0.30"),
        (1.005, "1.01"),
        (7, "7.00"),
        ("1.200", "1.20"),
        ("-0", "0.00"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_an_amount_has_two_decimals(raw, amount):
    assert str(normal.decimal(raw)) == amount


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("12a", "not a number"),
        ("", "not a number"),
        ("1.005", "At most 2 decimals"),
        ("10000000000", "at most 10 digits"),
        (float("nan"), "not a number"),
        (float("inf"), "not a number"),
        ("1,23", "not a number"),
        (True, "not yes or no"),
    ],
)
def test_a_wrong_amount_is_refused(raw, words):
    with refused(words):
        normal.decimal(raw)


def test_an_integer_is_whole():
    assert [normal.integer(raw) for raw in ("1,000", 3.0, "-5", "1e3")] == [1000, 3, -5, 1000]
    with refused("whole number"):
        normal.integer("1.5")


@pytest.mark.parametrize(
    ("raw", "is_yes"),
    [
        ("是", True),
        ("YES", True),
        ("√", True),
        (1.0, True),
        ("１", True),
        (True, True),
        ("否", False),
        ("no", False),
        (0, False),
    ],
)
def test_yes_and_no_have_many_words(raw, is_yes):
    assert normal.boolean(raw) is is_yes


@pytest.mark.parametrize("raw", ["也许", "", 2, None])
def test_other_words_are_neither_yes_nor_no(raw):
    with refused("Please write yes or no"):
        normal.boolean(raw)
