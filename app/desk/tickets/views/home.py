"""What the first page shows of tickets: what waits to be dispatched and is late, and one's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from app.base import wording
from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Figures, Line, Nothing
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries import boards
from app.desk.tickets.rules.phases import PHASES
from app.desk.tickets.views import asked
from app.desk.tickets.views.rowing import URGENT

RIGHT = ("can_list", "TicketView")
ABOVE, WORKERS = ("service_manager", "executive"), ("technician",)
MOST_LINES = 6


def _above(actor: Actor) -> Sequence[Mapping[str, Any]]:
    found = boards.tally(actor)
    return [
        _figure("inbox", _("Service requests"), found.requests, *asked.REQUESTS),
        _figure("alarm", _("Tickets overdue"), found.overdue, asked.OVERDUE),
    ]


def _own(actor: Actor) -> Sequence[Mapping[str, Any]]:
    found = boards.tally(actor)
    return [
        _figure("ticket", _("Tickets with me"), found.mine, asked.MINE, asked.UNSOLVED_ONES),
        _figure("alarm", _("Tickets overdue"), found.overdue, asked.OVERDUE),
    ]


def _figure(icon: str, label: object, count: int, *conditions: asked.Asked) -> Mapping[str, Any]:
    found = {"icon": icon, "k": label, "v": wording.number(count), "url": asked.url_of(*conditions)}
    return found | ({"tone": "warning"} if count and icon != "ticket" else {})


def _mine(actor: Actor) -> Content:
    nothing = Nothing(_("No ticket is with you."), _("Tickets"), url_for("TicketView.list"))
    url = asked.url_of(asked.MINE, asked.UNSOLVED_ONES)
    return Content([_line(one) for one in boards.next_of(actor, limit=MOST_LINES)], nothing, url)


def _requests(_actor: Actor) -> Content:
    nothing = Nothing(_("Nothing waits to be dispatched."))
    return Content([_line(one) for one in boards.requests(limit=MOST_LINES)], nothing, asked.url_of(*asked.REQUESTS))


def _line(one: Ticket) -> Line:
    word, color = PHASES[one.phase]
    late = asked.is_overdue(one)
    return Line(
        one.title,
        url_for("TicketView.show", pk=one.id),
        text=str(one.customer or ""),
        side=markup.moment(one.due_at) if one.due_at else "",
        chip=(_("Overdue"), "red") if late else (word, color),
        icon="ticket",
        color="red" if late or one.priority == URGENT else "blue",
    )


PARTS = (
    Figures("tickets", _above, RIGHT, ABOVE, place=18),
    Figures("tickets_mine", _own, RIGHT, WORKERS, place=18),
    Card(
        "tickets_requests",
        _requests,
        RIGHT,
        ("service_manager",),
        place=18,
        title=_("Service requests"),
        icon="inbox",
        first_for=("service_manager",),
    ),
    Card("tickets_mine", _mine, RIGHT, WORKERS, place=18, title=_("My tickets"), icon="ticket", first_for=WORKERS),
)
