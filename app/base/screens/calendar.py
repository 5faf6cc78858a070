"""Months, weeks and days with what stands on them: what the calendars of all domains share. Drawn by calendar.html."""

from calendar import Calendar as Weeks
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import request, url_for

from app.base import clock, wording
from app.base.errors import Invalid
from app.base.fields import Date
from app.base.i18n import _

VIEWS = {"month": _("Month"), "week": _("Week"), "day": _("Day")}
CALENDAR_ICONS = {"calendar", "calendar-month", "chevron-left", "chevron-right"}  # for the sprite
MOST_IN_CELL = 4  # of a month; the day shows the rest
KEPT = ("view", "day", "person")  # what the addresses of a calendar carry on
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
#: (moment, what stands there), in the order in which a day shows them; and what tells the template of one such
#: thing (see calendar.html).
Events = Sequence[tuple[datetime, Any]]
Draw = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Calendar:
    """What an address asks for. ``endpoint``: of the calendar; ``shown``: one of VIEWS; ``day``: within it."""

    endpoint: str
    shown: str
    day: date

    @property
    def span(self) -> tuple[date, date]:
        """Return the first and the last day shown."""
        if self.shown == "day":
            return self.day, self.day
        if self.shown == "week":
            first = self.day - A_DAY * self.day.weekday()
            return first, first + A_WEEK - A_DAY
        weeks = Weeks().monthdatescalendar(self.day.year, self.day.month)
        return weeks[0][0], weeks[-1][-1]

    @property
    def heading(self) -> str:
        """Return what is shown, in words."""
        if self.shown == "day":
            return wording.heading(self.day)
        first, last = self.span
        is_month = self.shown == "month"
        return f"{self.day.year}-{self.day.month:02}" if is_month else f"{wording.day(first)} – {wording.day(last)}"

    def moved(self, step: int) -> date:
        """Return a day of what stands ``step`` (1 or -1) months, weeks or days away."""
        if self.shown != "month":
            return self.day + (A_DAY if self.shown == "day" else A_WEEK) * step
        edge = self.day.replace(day=1) - A_DAY if step < 0 else self.day.replace(day=28) + A_DAY * 4
        return edge.replace(day=1)

    def url(self, **changes: str) -> str:
        """Return the address of this calendar with ``changes``; the rest as it was asked."""
        kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in KEPT and value}
        return url_for(self.endpoint, **(kept | changes))

    def page(self, events: Events, draw: Draw) -> dict[str, Any]:
        """Return what ``zhike/calendar.html`` draws of ``events``; only what is shown is drawn."""
        first, _last = self.span
        return {
            "shown": self.shown,
            "heading": self.heading,
            "tabs": [
                {"label": label, "url": self.url(view=name), "current": name == self.shown}
                for name, label in VIEWS.items()
            ],
            "prev_url": self.url(day=f"{self.moved(-1)}"),
            "next_url": self.url(day=f"{self.moved(1)}"),
            "today_url": self.url(day=f"{clock.today()}", _anchor="today"),
            "weekdays": [wording.weekday(first + A_DAY * n) for n in range(7)] if self.shown != "day" else [],
            "weeks": self._weeks(events, draw),
            "count": len(events),
        }

    def _weeks(self, events: Events, draw: Draw) -> list[list[dict[str, Any]]]:
        by_day: dict[date, list[Any]] = {}
        for at, one in events:
            by_day.setdefault(clock.local(at).date(), []).append(one)
        first, last = self.span
        days = [first + A_DAY * place for place in range((last - first).days + 1)]
        cells = [self._cell(one, by_day.get(one, []), draw) for one in days]
        return [cells[start : start + 7] for start in range(0, len(cells), 7)]

    def _cell(self, day: date, found: Sequence[Any], draw: Draw) -> dict[str, Any]:
        is_short = self.shown == "month"
        drawn = found[:MOST_IN_CELL] if is_short else found
        return {
            "day": day.day,
            "label": wording.heading(day),
            "url": self.url(view="day", day=f"{day}"),
            "is_today": day == clock.today(),
            "is_other": is_short and day.month != self.day.month,
            "events": [draw(one) for one in drawn],
            "more": len(found) - len(drawn),
        }


def asked(endpoint: str) -> Calendar:
    """Return the calendar that the address asks for; this month where it makes no sense."""
    given, shown = request.args, request.args.get("view", "month")
    try:
        day = Date().parse(given.get("day", "")) or clock.today()
    except Invalid:
        day = clock.today()
    return Calendar(endpoint, shown if shown in VIEWS else "month", day)
