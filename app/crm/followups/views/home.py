"""What the first page shows of follow-ups: how many contacts are due, overdue and past the cycle."""

import json
from collections.abc import Mapping
from typing import Any

from app.base import filters, wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import Figures
from app.base.screens.listing import filterable
from app.crm.customers import queries as customers
from app.crm.customers.queries import Customer
from app.crm.followups import rules
from app.crm.followups.views import today

RIGHT = ("can_list", "TodayView")
WORKERS = ("agent", "sales", "supervisor")
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


PARTS = (Figures("followups", _figures, RIGHT, WORKERS, place=5),)
