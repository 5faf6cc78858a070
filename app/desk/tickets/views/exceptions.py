"""An exception for a customer whose service has run out, as the approvals know it, and on the ticket's page."""

from typing import Any

from flask import url_for
from markupsafe import Markup

from app.base.i18n import _
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.tickets import EXCEPTION
from app.desk.tickets.services import excepting
from app.system.approvals.services import Subject
from app.system.approvals.views.standing import section

SHOWN = ("customer", "type", "priority", "title", "description", "product", "due_at")


def page_of(key: int) -> str:
    """Return the address of a ticket's page."""
    return url_for("TicketView.show", pk=key)


SUBJECT = Subject(
    code=EXCEPTION,
    label=_("Exception from limited service"),
    icon="shield-check",
    model=Ticket,
    fields=SHOWN,
    asked=("type", "priority", "category", "channel"),
    restarts=frozenset(),
    limit=lambda _actor: None,
    amount="",
    url=page_of,
    approve=excepting.approve,
    reject=excepting.refuse,
    give_back=excepting.send_back,
    remark=lambda ticket: ticket.exception_reason,
    warning=queries.no_exception,
    default_steps=({"kind": "role", "role": "service_manager"},),
)


def draw(view: Any, ticket: Ticket, _there: object) -> tuple[object, Markup] | None:
    """Return where the request of a ticket stands, or why it is served all the same; None where nobody asked."""
    if ticket.exception_reason is None:
        return None
    if ticket.is_excepted:
        return _("Served all the same"), Markup('<p class="m-0 p-3">{}</p>').format(ticket.exception_reason)
    html = section(EXCEPTION, ticket, view.actor(), is_short=True)
    return ("", html) if html else None  # it is a card of its own
