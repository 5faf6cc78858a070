"""What the first page shows of expiry: one's own services to be renewed, or all in sight, and what waits."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select

from app.base import wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Figures, Line, Nothing
from app.crm.customers.queries import Customer
from app.crm.renewals import queries, rules
from app.crm.renewals.models import Line as Service
from app.crm.renewals.views import screen

RIGHT = ("can_list", "RenewalView")
WORKERS, ABOVE, FINANCE = ("agent", "sales"), ("supervisor", "service_manager", "executive"), ("finance",)
MOST_LINES = 6
#: state → (words, tone where there are any, icon)
FIGURES: Mapping[str, tuple[object, str, str]] = {
    rules.OVERDUE: (_("Services overdue"), "danger", "alarm"),
    rules.EXPIRING: (_("Services expiring soon"), "warning", "calendar-due"),
    rules.WAITING: (_("Renewals to be reviewed"), "", "receipt"),
}


def _figures(*states: str, mine: bool = False) -> Any:
    def build(actor: Actor) -> list[dict[str, Any]]:
        found = queries.counts({state: _met(state, actor if mine else None) for state in states})
        return [_figure(state, found[state], mine=mine) for state in states]

    return build


def _met(state: str, owner: Actor | None) -> Any:
    standing = queries.standing_in(Service.__table__, {state})
    if owner is None:
        return standing
    return standing & Service.customer_id.in_(select(Customer.id).where(Customer.owner_id == owner.id))


def _figure(state: str, count: int, *, mine: bool) -> dict[str, Any]:
    label, tone, icon = FIGURES[state]
    most = queries.MOST_COUNTED
    words = f"{wording.number(most)}+" if count > most else wording.number(count)
    url = screen.url_of(screen.asked(state, mine=mine))
    return {"icon": icon, "k": label, "v": words, "url": url, "tone": tone if count else ""}


def _card(actor: Actor) -> Content:
    lines = [_line(one) for one in queries.soonest(actor.id, limit=MOST_LINES)]
    url = screen.url_of(screen.asked(rules.EXPIRING, rules.OVERDUE, mine=True))
    return Content(lines, Nothing(_("None of your customers' services ends soon.")), url)


def _line(service: Service) -> Line:
    is_over = service.state_now == rules.OVERDUE
    return Line(
        str(service.customer or _("Outside what you see")),
        url_for("RenewalView.show", pk=service.id),
        text=str(service.product or ""),
        side=markup.day(service.end_on, near=False),
        chip=(Service.days_words(service.days_left or 0), "red" if is_over else "amber"),
    )


PARTS = (
    Figures("renewals", _figures(rules.OVERDUE, rules.EXPIRING, mine=True), RIGHT, WORKERS, place=12),
    Figures("renewals_all", _figures(rules.OVERDUE, rules.EXPIRING), RIGHT, ABOVE, place=12),
    Figures("renewals_finance", _figures(rules.OVERDUE, rules.EXPIRING, rules.WAITING), RIGHT, FINANCE, place=12),
    Card("renewals_mine", _card, RIGHT, WORKERS, place=25, title=_("Services to be renewed"), icon="calendar-due"),
)
