"""Days, spans and steps of a calendar, whatever stands on it."""

from datetime import date, datetime

import pytest

from app.base.screens.calendar import Calendar

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("shown", "day", "first", "last"),
    [
        ("day", date(2027, 3, 10), date(2027, 3, 10), date(2027, 3, 10)),
        ("week", date(2027, 3, 8), date(2027, 3, 8), date(2027, 3, 14)),
        ("week", date(2027, 3, 14), date(2027, 3, 8), date(2027, 3, 14)),
        ("month", date(2027, 3, 10), date(2027, 3, 1), date(2027, 4, 4)),
        ("month", date(2027, 2, 10), date(2027, 2, 1), date(2027, 2, 28)),  # four weeks
        ("month", date(2026, 11, 30), date(2026, 10, 26), date(2026, 12, 6)),  # six
    ],
)
def test_what_is_shown_are_whole_weeks_from_monday(shown, day, first, last):
    assert Calendar("CalendarView.list", shown, day).span == (first, last)


@pytest.mark.parametrize(
    ("shown", "day", "before", "after"),
    [
        ("day", date(2027, 3, 1), date(2027, 2, 28), date(2027, 3, 2)),
        ("week", date(2027, 3, 3), date(2027, 2, 24), date(2027, 3, 10)),
        ("month", date(2027, 3, 31), date(2027, 2, 1), date(2027, 4, 1)),
        ("month", date(2027, 1, 1), date(2026, 12, 1), date(2027, 2, 1)),
        ("month", date(2026, 12, 31), date(2026, 11, 1), date(2027, 1, 1)),
    ],
)
def test_earlier_and_later_lead_to_the_neighbours(shown, day, before, after):
    calendar = Calendar("CalendarView.list", shown, day)
    assert (calendar.moved(-1), calendar.moved(1)) == (before, after)


def test_only_what_is_shown_is_drawn(app):
    moment, drawn = datetime(2027, 3, 10, 1), []  # 09:00 in Shanghai
    with app.test_request_context("/calendar/?view=month&person=3&else=1"):
        calendar = Calendar("CalendarView.list", "month", date(2027, 3, 10))
        page = calendar.page([(moment, n) for n in range(7)], lambda one: drawn.append(one) or {"n": one})
    assert drawn == [0, 1, 2, 3]
    cell = page["weeks"][1][2]
    assert (cell["day"], cell["more"], page["count"]) == (10, 3, 7)
    assert {"view=day", "day=2027-03-10", "person=3"} == set(cell["url"].split("?")[1].split("&"))
