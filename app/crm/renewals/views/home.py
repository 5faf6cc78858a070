"""What the first page shows of expiry: one's own services to be renewed, or all in sight, and what waits."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.base import clock, wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Line, Nothing
from app.crm.renewals import queries, rules
from app.crm.renewals.models import Line as Service
from app.crm.renewals.views import screen

RIGHT = ("can_list", "RenewalView")
WORKERS, ABOVE = ("agent", "sales"), ("supervisor", "service_manager", "executive", "finance")
MOST_LINES = 6
DUE = (rules.EXPIRING, rules.OVERDUE)
#: state → (words, colour, icon)
TOTALS: Mapping[str, tuple[object, str, str]] = {
    rules.OVERDUE: (_("Services overdue"), "red", "alarm"),
    rules.EXPIRING: (_("Services expiring soon"), "amber", "calendar-due"),
    rules.WAITING: (_("Renewals to be reviewed"), "blue", "receipt"),
}


def _totals(*states: str) -> Any:
    def build(_actor: Actor) -> Content:
        found = queries.counts({state: queries.standing_in(Service.__table__, {state}) for state in states})
        lines = [_total(state, found[state]) for state in states if found[state]]
        return Content(lines, Nothing(_("No service in your sight ends soon.")), screen.url_of(screen.asked(*DUE)))

    return build


def _total(state: str, count: int) -> Line:
    label, color, icon = TOTALS[state]
    most = queries.MOST_COUNTED
    words = f"{wording.number(most)}+" if count > most else wording.number(count)
    return Line(label, screen.url_of(screen.asked(state)), chip=(words, color), icon=icon, color=color)


def _card(actor: Actor) -> Content:
    lines = [_line(one) for one in queries.soonest(actor.id, limit=MOST_LINES)]
    url = screen.url_of(screen.asked(*DUE, mine=True))
    return Content(lines, Nothing(_("None of your customers' services ends soon.")), url)


def _line(row: Any) -> Line:
    left = (row.end_on - clock.today()).days
    return Line(
        row.customer,
        url_for("RenewalView.show", pk=row.id),
        text=row.product or "",
        side=markup.day(row.end_on, near=False),
        chip=(Service.days_words(left), "red" if left < 0 else "amber"),
    )


ALL = (rules.OVERDUE, rules.EXPIRING, rules.WAITING)
PARTS = (
    Card("renewals_mine", _card, RIGHT, WORKERS, place=25, title=_("Services to be renewed"), icon="calendar-due"),
    Card("renewals_all", _totals(*ALL), RIGHT, ABOVE, place=25, title=_("Services that end"), icon="calendar-due"),
)
