"""My tickets: what somebody works on, made for the phone in one hand; and what waits in their queues."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import wording
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.view import current_actor
from app.crm.renewals.queries import limited_among
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import DISPATCHED, NEW, WAITING, WORKING
from app.desk.tickets.views import buttons
from app.desk.tickets.views import page as pages
from app.desk.tickets.views.asked import is_overdue
from app.desk.tickets.views.board import priority

MOST = 50  # of a group; the list shows the rest
#: (key, title, phases), in the order of the page.
GROUPS: Sequence[tuple[str, object, tuple[str, ...]]] = (
    ("accept", _("To accept"), (DISPATCHED, NEW)),
    ("work", _("In work"), (WORKING,)),
    ("waiting", _("Waiting for the customer"), (WAITING,)),
)


class MyTicketsView(BaseView):
    route_base = "/my-tickets"
    class_permission_name = "TicketView"
    base_permissions = ["can_work"]
    default_view = "mine"
    menu_place = 10

    @expose("/")
    @has_access
    @permission_name("work")
    def mine(self) -> str:
        """Show what one works on, what one has to accept, what waits, and what lies in one's queues."""
        actor = current_actor()
        assert actor is not None  # noqa: S101 - has_access has seen to it
        found = queries.in_hands(actor.id, limit=MOST * len(GROUPS))
        queued = queries.in_queues_of(actor.id, limit=MOST)
        limited = limited_among({one.customer_id for one in [*found, *queued]})
        groups = []
        for key, title, phases in GROUPS:
            rows = [one for one in found if one.phase in phases]
            groups.append({"key": key, "title": title, "rows": [_row(one, limited) for one in rows]})
        waiting = [_row(one, limited) for one in queued]
        groups.append({"key": "queues", "title": _("In my queues"), "rows": waiting})
        page = {
            "title": _("My tickets"),
            "crumbs": [{"label": _("Tickets"), "url": None}],
            "groups": groups,
            "total": wording.number(len(found)),
        }
        return self.render_template("zhike/tickets/mine.html", page=page)


def _row(ticket: Ticket, limited: set[int]) -> dict[str, Any]:
    view = pages.view()
    state = queries.edition(ticket.edition_id).flow.state(ticket.state)
    found = buttons.actions(view, ticket, [], is_mine=True, back=request.path)
    return {
        "number": ticket.number,
        "title": ticket.title,
        "url": view.url("show", pk=ticket.id),
        "customer": view.drawn(ticket, "customer"),
        "phone": view.drawn(ticket, "caller_phone") if ticket.caller_phone else "",
        "state": markup.chip(queries.label(state), state.color),
        "priority": priority(ticket),
        "due": markup.moment(ticket.due_at) if ticket.due_at else None,
        "overdue": is_overdue(ticket),
        "limited": ticket.customer_id in limited and not ticket.is_excepted,
        "remark": ticket.last_remark or "",
        "progress": ticket.progress,
        "actions": [one for one in found if one.get("verb") in QUICK or one.get("primary")][:3],
    }


#: The steps that have a button of their own in a row: the others are on the ticket's page.
QUICK = frozenset({"accept", "take", "wait", "resume", "solve"})
