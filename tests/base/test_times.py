"""Moments that are agreed, and how long a call took: as people write them."""

from datetime import datetime

import pytest

from app.base import clock
from app.base.errors import Invalid
from app.base.fields import Appointment, Duration, Span

APPOINTMENT, DURATION, SPAN = Appointment(), Duration(low=0, high=86_400), Span()


@pytest.mark.parametrize(
    ("typed", "local"),
    [
        ("2026-11-27 15:30", datetime(2026, 11, 27, 15, 30)),
        ("2026-11-27", datetime(2026, 11, 27, 9)),
        ("2026年11月27日 8:05", datetime(2026, 11, 27, 8, 5)),
        ("2026-11-27T15:30", datetime(2026, 11, 27, 15, 30)),
        ("2026-11-27 00:00", datetime(2026, 11, 27)),
    ],
)
def test_a_day_without_a_time_means_its_opening(typed, local):
    assert APPOINTMENT.parse(typed) == clock.stored(local)


def test_a_day_in_words_may_have_a_time():
    found = clock.local(APPOINTMENT.parse("明天 15:30"))
    assert (found.date() - clock.today()).days == 1
    assert (found.hour, found.minute) == (15, 30)


def test_what_is_read_is_what_was_shown():
    moment = APPOINTMENT.parse("2026-11-27 15:30")
    assert APPOINTMENT.parse(APPOINTMENT.typed(moment)) == moment


@pytest.mark.parametrize("typed", ["someday", "2026-11-27 25:00", "2026-13-01 09:00"])
def test_no_such_moment_is_refused(typed):
    with pytest.raises(Invalid):
        APPOINTMENT.parse(typed)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("200", 200),
        (200, 200),
        ("3:20", 200),
        ("3：20", 200),
        ("3分20秒", 200),
        ("3分钟", 180),
        ("45秒", 45),
        ("2 min", 120),
    ],
)
def test_a_length_is_read_in_seconds_or_minutes(typed, seconds):
    assert DURATION.parse(typed) == seconds


def test_a_length_is_read_again_as_it_is_shown():
    assert DURATION.text(200) == "3:20"
    assert DURATION.parse(DURATION.typed(3725)) == 3725


def test_a_span_is_read_in_words_and_typed_as_a_length(in_app):
    assert SPAN.text(9120) == "2 hours 32 minutes"
    assert (SPAN.text(0), SPAN.text(None)) == ("under a minute", "")
    assert SPAN.parse(SPAN.typed(9120)) == 9120


@pytest.mark.parametrize(
    ("typed", "words"), [("long", "minutes:seconds"), ("-3", "minutes:seconds"), ("90000", "between")]
)
def test_no_such_length_is_refused(typed, words):
    with pytest.raises(Invalid, match=words):
        DURATION.parse(typed)
