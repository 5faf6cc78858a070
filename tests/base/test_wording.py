"""Days, moments, counts and amounts as people read them, in three languages; the expected words stand in the cells."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from flask import g
from flask_babel import refresh

from app.base import clock, wording
from app.base.screens import markup

LANGUAGES = ("zh_Hans", "zh_Hant", "en")
NOW = datetime.fromisoformat("2026-11-23T06:05:09")  # 14:05:09 in Shanghai, a Monday
pytestmark = pytest.mark.one_database


@pytest.fixture
def at(in_app, monkeypatch):
    """The clock stands still; ``at("en")`` is who reads."""
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def speak(language):
        g.language = language
        refresh()

    return speak


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_the_same_in_every_language(at, language):
    at(language)
    assert wording.instant(NOW) == "2026-11-23 14:05"
    assert wording.second(NOW) == "2026-11-23 14:05:09"
    assert wording.machine(NOW) == "2026-11-23T14:05:09+08:00"
    assert wording.day(date(2026, 1, 2)) == "2026-01-02"
    assert wording.number(12345) == "12,345"
    assert wording.number(Decimal("12345.60")) == "12,345.60"
    assert wording.yuan(Decimal("12345.6")) == "¥12,345.60"
    assert wording.yuan(Decimal(-3)) == "-¥3.00"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [0, 7, -1234, 1234567, Decimal("1234.5"), Decimal("0.05")])
def test_numbers_and_amounts_are_those_of_cldr(language, value):
    assert wording.number(value) == format_decimal(value, locale=language, decimal_quantization=False)
    chinese = wording.yuan(value).replace("¥", "CN¥" if language != "zh_Hans" else "¥")
    assert chinese == format_currency(value, "CNY", locale=language)


NEAR = [
    (0, "今天 14:05", "今天 14:05", "Today 14:05"),
    (-1, "昨天 14:05", "昨天 14:05", "Yesterday 14:05"),
    (1, "明天 14:05", "明天 14:05", "Tomorrow 14:05"),
    (-2, "2 天前", "2 天前", "2 days ago"),
    (-6, "6 天前", "6 天前", "6 days ago"),
    (-7, "11-16 周一", "11-16 週一", "11-16 Mon"),
    (3, "11-26 周四", "11-26 週四", "11-26 Thu"),
    (38, "12-31 周四", "12-31 週四", "12-31 Thu"),
    (39, "2027-01-01", "2027-01-01", "2027-01-01"),
    (-400, "2025-10-19", "2025-10-19", "2025-10-19"),
]


@pytest.mark.parametrize(("days", "hans", "hant", "english"), NEAR)
def test_lists_say_how_near_a_moment_is(at, days, hans, hant, english):
    moment = NOW + timedelta(days=days)
    for language, words in zip(LANGUAGES, (hans, hant, english), strict=True):
        at(language)
        assert wording.ago(moment) == words
        assert wording.near(clock.local(moment).date()) == words.removesuffix(" 14:05")


def test_a_day_begins_at_midnight_of_the_business(at):
    at("en")
    assert wording.ago(datetime.fromisoformat("2026-11-22T16:00:00")) == "Today 00:00"
    assert wording.ago(datetime.fromisoformat("2026-11-22T15:59:00")) == "Yesterday 23:59"


LONG = [
    (date(2026, 11, 24), "11月24日 周二", "11月24日 週二", "Tuesday, 24 November"),
    (date(2027, 3, 18), "2027年3月18日 周四", "2027年3月18日 週四", "Thursday, 18 March 2027"),
]


@pytest.mark.parametrize(("value", "hans", "hant", "english"), LONG)
def test_headings_name_a_day_in_full(at, value, hans, hant, english):
    for language, words in zip(LANGUAGES, (hans, hant, english), strict=True):
        at(language)
        assert wording.long_day(value) == words


def test_the_heading_of_today_says_so(at):
    at("zh_Hans")
    assert wording.heading(date(2026, 11, 23)) == "今天 · 11月23日 周一"
    assert wording.heading(date(2026, 11, 20)) == "11月20日 周五"
    assert wording.dated(date(2026, 11, 22)) == "2026-11-22 周日"


def test_a_list_says_when_exactly_to_whoever_asks(at):
    at("en")
    drawn = markup.moment(NOW)
    assert drawn == '<time datetime="2026-11-23T14:05:09+08:00" title="2026-11-23 14:05">Today 14:05</time>'
    assert markup.moment(NOW, near=False) == '<time datetime="2026-11-23T14:05:09+08:00">2026-11-23 14:05</time>'
    assert markup.day(date(2026, 11, 22)) == '<time datetime="2026-11-22" title="2026-11-22">Yesterday</time>'
    assert markup.moment(None) == markup.day(None) == markup.NOTHING


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [(0, "0 B"), (999, "999 B"), (65_536, "64 KB"), (1_500_000, "1.4 MB"), (2**40, "1.0 TB")],
)
def test_a_size_has_at_most_three_digits(size_bytes, words):
    assert wording.size(size_bytes) == words
