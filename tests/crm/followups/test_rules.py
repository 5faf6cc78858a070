"""What a follow-up must be, and after how many days a customer wants to be contacted again."""

from datetime import date, datetime, timedelta

import pytest

from app.base.errors import InvalidFields, NotAllowed, WrongState
from app.crm.followups import rules
from app.crm.followups.rules import Span

NOW = datetime(2026, 11, 26, 9)
GOOD = {"progress": "interested", "at": NOW, "next_contact_at": None}


def problems_of(values):
    with pytest.raises(InvalidFields) as refused:
        rules.check(GOOD | values, now=NOW)
    return {name: str(sentence) for name, sentence in refused.value.problems.items()}


def test_a_follow_up_says_how_far_one_is():
    assert problems_of({"progress": None}) == {"progress": "Please fill this in."}


def test_a_clock_that_goes_a_little_ahead_is_forgiven():
    rules.check(GOOD | {"at": NOW + rules.A_MOMENT}, now=NOW)


def test_what_has_not_been_yet_is_planned_not_recorded():
    assert "once it has taken place" in problems_of({"at": NOW + rules.A_MOMENT + timedelta(seconds=1)})["at"]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=-1)])
def test_the_next_contact_comes_after_this_one(later):
    assert "comes after" in problems_of({"next_contact_at": NOW + later})["next_contact_at"]


def test_the_next_contact_may_be_a_minute_later():
    rules.check(GOOD | {"next_contact_at": NOW + timedelta(minutes=1)}, now=NOW)


def test_whose_customer_it_is_not_is_told_so():
    with pytest.raises(NotAllowed, match="not yours, or not any more"):
        rules.check_writable(is_deleted=False, may_write=False)
    with pytest.raises(WrongState, match="deleted meanwhile"):
        rules.check_writable(is_deleted=True, may_write=True)
    rules.check_writable(is_deleted=False, may_write=True)


def test_a_contact_stands_at_the_customer():
    rules.check_placed(None, contacts=[])
    rules.check_placed(4, contacts=[3, 4])
    with pytest.raises(InvalidFields, match="contact of this customer"):
        rules.check_placed(5, contacts=[3, 4])


# ── cycles ──

ROWS = (
    Span(None, None, None, 200),
    Span("a", None, None, 30),
    Span(None, "no_need", None, 120),
    Span("a", "no_need", None, 60),
    Span(None, None, "lost", 0),
    Span("a", None, "lost", 90),
)


@pytest.mark.parametrize(
    ("level", "progress", "status", "days"),
    [
        ("b", None, None, 200),
        (None, None, None, 200),
        ("a", None, None, 30),
        ("a", "interested", "deal", 30),
        ("b", "no_need", None, 120),
        ("a", "no_need", None, 60),
        ("b", None, "lost", 0),
        ("a", None, "lost", 90),
        ("a", "no_need", "lost", 60),
        ("b", "no_need", "lost", 120),
    ],
)
def test_who_names_more_goes_first_and_then_the_level(level, progress, status, days):
    assert rules.days_for(ROWS, level=level, progress=progress, status=status) == days


def test_without_a_row_nobody_is_to_be_contacted_of_themselves():
    assert rules.days_for(ROWS[1:2], level="b", progress=None, status=None) == 0


def test_the_usual_cycles_are_those_of_the_defaults():
    assert rules.SEEDS == {"key": 14, "a": 30, "b": 60, "c": 90, "d": 180}


def test_fourteen_days_after_a_contact_the_next_is_due():
    assert rules.last_day_within(date(2026, 11, 26), 14) == date(2026, 11, 12)


def test_two_rows_about_the_same_customers_are_refused():
    with pytest.raises(InvalidFields, match="already"):
        rules.check_cycle(Span("a", None, None, 5), others=ROWS)
    rules.check_cycle(Span("a", None, None, 5), others=ROWS[:1])
