"""The rules of expiry, cell by cell: every limit from both sides."""

from datetime import date, timedelta

import pytest

from app.base.errors import Invalid, InvalidFields, WrongState
from app.crm.renewals import rules

TODAY = date(2026, 11, 27)


def day(days):
    return TODAY + timedelta(days=days)


def state(days, *, waiting=False, ended=False, within=30):
    end = None if days is None else day(days)
    return rules.state(end, is_waiting=waiting, is_ended=ended, today=TODAY, within_days=within)


@pytest.mark.parametrize(
    ("days", "within", "expected"),
    [
        (-400, 30, "overdue"),
        (-1, 30, "overdue"),
        (0, 30, "expiring"),  # the last day belongs to the period
        (1, 30, "expiring"),
        (30, 30, "expiring"),
        (31, 30, "normal"),
        (1, 1, "expiring"),
        (2, 1, "normal"),
        (365, 365, "expiring"),
        (366, 365, "normal"),
    ],
)
def test_a_line_stands_as_its_last_day_says(days, within, expected):
    assert state(days, within=within) == expected


@pytest.mark.parametrize("days", [-10, 0, 10, 100])
def test_a_renewal_that_waits_is_said_whatever_the_day(days):
    assert state(days, waiting=True) == "renewal_waiting"
    assert state(days, waiting=True, ended=True) == "not_renewed"
    assert state(days, ended=True) == "not_renewed"


@pytest.mark.parametrize("more", [{}, {"waiting": True}, {"ended": True}])
def test_without_a_period_there_is_no_state(more):
    assert state(None, **more) is None


@pytest.mark.parametrize(
    ("until", "limited"), [(None, False), (day(-1), True), (TODAY, False), (day(1), False), (day(-900), True)]
)
def test_service_is_limited_from_the_day_after_the_last_period(until, limited):
    assert rules.is_limited(until, today=TODAY) == limited


@pytest.mark.parametrize(
    ("due", "waits", "covered", "limits", "expected"),
    [
        (None, False, None, True, []),
        (day(-12), False, day(-12), True, [("overdue", 12), ("limited", 0)]),
        (day(-12), False, day(-12), False, [("overdue", 12)]),
        (day(-12), False, day(300), True, [("overdue", 12)]),
        (day(0), False, day(0), True, [("expiring", 0)]),
        (day(30), False, day(30), True, [("expiring", 30)]),
        (day(31), False, day(31), True, []),
        (None, True, day(-3), True, [("renewal_waiting", 0), ("limited", 0)]),
        (day(5), True, day(40), True, [("expiring", 5), ("renewal_waiting", 0)]),
        (None, False, day(-3), True, [("limited", 0)]),  # ended, and over
    ],
)
def test_what_is_said_of_a_customer(due, waits, covered, limits, expected):
    marks = rules.marks(due_on=due, waits=waits, covered_until=covered, today=TODAY, within_days=30, limits=limits)
    assert marks == expected


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (None, "no approved period"),
        ("normal", "runs on for a while"),
        ("renewal_waiting", "waits for approval"),
        ("not_renewed", "ended already"),
    ],
)
def test_what_is_not_due_cannot_be_ended(now, words):
    with pytest.raises(WrongState, match=words):
        rules.check_may_end(rules.State(now) if now else None)


@pytest.mark.parametrize("now", ["expiring", "overdue"])
def test_what_is_due_may_be_ended(now):
    rules.check_may_end(rules.State(now))


def test_only_what_was_ended_is_taken_up_again():
    rules.check_may_resume(is_ended=True)
    with pytest.raises(WrongState, match="was not ended"):
        rules.check_may_resume(is_ended=False)


@pytest.mark.parametrize("reason", [None, ""])
def test_it_is_said_why_a_customer_does_not_renew(reason):
    with pytest.raises(InvalidFields) as refusal:
        rules.check_reason(reason)
    assert "why the customer" in str(refusal.value.problems["reason"])


@pytest.mark.parametrize(
    ("end", "ended", "revived"),
    [
        (day(1), day(0), True),
        (day(0), day(0), False),
        (day(-1), day(0), False),
        (None, day(0), False),
        (day(1), None, False),
    ],
)
def test_what_is_approved_beyond_the_end_takes_a_line_up_again(end, ended, revived):
    assert rules.is_revived(end, ended) == revived


@pytest.mark.parametrize(
    ("start", "end", "term", "expected"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), 12, (date(2027, 1, 1), date(2027, 12, 31))),
        (date(2026, 1, 1), date(2026, 12, 31), None, (date(2027, 1, 1), date(2027, 12, 31))),
        (date(2026, 10, 1), date(2026, 12, 31), None, (date(2027, 1, 1), date(2027, 3, 31))),
        (None, date(2026, 12, 31), None, (date(2027, 1, 1), date(2027, 12, 31))),
        (None, date(2026, 8, 30), 6, (date(2026, 8, 31), date(2027, 2, 27))),
        (None, date(2026, 11, 30), 3, (date(2026, 12, 1), date(2027, 2, 28))),
        (None, day(-90), 12, (day(-89), rules.months_later(day(-89), 12) - timedelta(days=1))),
        (None, day(-91), 12, (TODAY, date(2027, 11, 26))),  # long over: from today
        (date(2024, 3, 1), date(2024, 3, 1), None, (TODAY, date(2026, 12, 26))),
    ],
)
def test_the_next_period_follows_at_once_or_from_today(start, end, term, expected):
    assert rules.next_period(start, end, term_months=term, today=TODAY) == expected


@pytest.mark.parametrize(
    ("from_", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 120, date(2036, 11, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(from_, months, expected):
    assert rules.months_later(from_, months) == expected


OFFSETS = (30, 15, 7, 1, 0, -1, -7, -30)


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (31, None),
        (30, 30),
        (16, 30),
        (15, 15),
        (8, 15),
        (7, 7),
        (1, 1),
        (0, 0),
        (-1, -1),
        (-6, -1),
        (-7, -7),
        (-900, -30),
    ],
)
def test_the_most_urgent_stage_that_has_come(days, stage):
    assert rules.stage(day(days), OFFSETS, today=TODAY) == stage


def test_without_offsets_there_is_no_stage():
    assert rules.stage(TODAY, (), today=TODAY) is None


@pytest.mark.parametrize(
    ("now", "told", "expected"),
    [(None, [], True), (7, [], False), (7, [15], False), (7, [7], True), (7, [1], True), (-1, [0, 7], False)],
)
def test_a_stage_is_told_once_and_never_after_a_more_urgent_one(now, told, expected):
    assert rules.is_told(now, told) == expected


@pytest.mark.parametrize(
    ("now", "told", "expected"),
    [
        (30, [], []),
        (7, [], [30, 15]),
        (7, [30], [15]),
        (7, [30, 15], []),
        (-30, [0], [-1, -7]),
        (-30, [], list(OFFSETS[:-1])),
    ],
)
def test_what_passed_untold_is_noted(now, told, expected):
    assert rules.skipped(now, OFFSETS, told) == expected


@pytest.mark.parametrize("typed", [["x"], ["1.5"], ["--1"], ["3651"], ["-3651"], ["٣"], ["99999999999"]])
def test_what_is_no_number_of_days_is_refused(typed):
    with pytest.raises(Invalid, match="no number of days"):
        rules.read_offsets(typed)


def test_offsets_are_sorted_once_each_and_not_too_many():
    assert rules.read_offsets(["-7", "30", "0", "30"]) == (30, 0, -7)
    assert len(rules.read_offsets(map(str, range(20)))) == 20
    with pytest.raises(Invalid, match="At most 20"):
        rules.read_offsets(map(str, range(21)))
    assert rules.offsets_of("30, 7, -1") == (30, 7, -1)
    assert rules.offsets_of(None) == rules.offsets_of("") == ()
