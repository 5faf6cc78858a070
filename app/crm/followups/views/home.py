"""What the first page shows of follow-ups: how many are due, overdue and past the cycle, and the next ones."""

import json
from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.base import clock, filters, wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Figures, Line, Nothing
from app.base.screens.listing import filterable
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.followups import queries, rules
from app.crm.followups.views import today

RIGHT = ("can_list", "TodayView")
WORKERS = ("agent", "sales", "supervisor")
MOST_LINES = 6
#: (state, tone where there are any, icon)
FIGURES = (
    (rules.DUE, "warning", "calendar-due"),
    (rules.OVERDUE, "danger", "alarm"),
    (rules.PAST_CYCLE, "", "repeat"),
)
ALL_FIGURES: Mapping[str, object] = {
    rules.DUE: _("Contacts due today"),
    rules.OVERDUE: _("Contacts overdue"),
    rules.PAST_CYCLE: _("Past the cycle, for today"),
}


def _figures(actor: Actor) -> list[dict[str, Any]]:
    fields = filterable(Customer)
    wanted = {
        state: filters.parse(json.dumps(today.asked(state)), fields).sql(Customer, actor) for state in ALL_FIGURES
    }
    found = customers.counts(wanted)
    return [_figure(state, tone, icon, found[state]) for state, tone, icon in FIGURES]


def _figure(state: str, tone: str, icon: str, count: int) -> dict[str, Any]:
    most = customers.MOST_COUNTED
    words = f"{wording.number(most)}+" if count > most else wording.number(count)
    drawn = {"icon": icon, "k": ALL_FIGURES[state], "v": words, "url": today.url_of(today.asked(state))}
    return drawn | {"tone": tone if count else ""}


def _next(actor: Actor) -> Content:
    day = clock.today()
    found = queries.planned(actor, person=None, first=day - A_YEAR, last=day, limit=MOST_LINES)
    nothing = Nothing(_("No contact is due."), _("Calendar"), url_for("CalendarView.list"))
    return Content([_line(*one) for one in found], nothing, today.url_of(today.TODAY))


def _line(key: int, name: str, at: Any) -> Line:
    late = (_("overdue"), "red") if at < clock.midnight() else None
    return Line(name, url_for("CustomerView.show", pk=key, tab="followups"), side=markup.moment(at), chip=late)


A_YEAR = 366 * queries.A_DAY

PARTS = (
    Figures("followups", _figures, RIGHT, WORKERS, place=5),
    Card("contacts_due", _next, RIGHT, WORKERS, 5, _("Contacts of today"), icon="calendar-due"),
)
