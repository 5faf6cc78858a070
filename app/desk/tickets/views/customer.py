"""What tickets hang on the customer page, on rows of customers, and on follow-ups."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import flash, render_template, url_for
from markupsafe import Markup

from app.base import clock, wording
from app.base.errors import DomainError, InvalidFields
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.house import screen
from app.base.screens.view import current_actor
from app.crm.customers.queries import Customer
from app.crm.customers.views.parts import Part, Tab, once
from app.crm.followups.queries import Followup
from app.crm.followups.views import Step
from app.desk.tickets import queries, services
from app.desk.tickets.models import Ticket
from app.desk.tickets.queries.people import name_of
from app.extensions import db

NAME = "tickets"
MOST_SHOWN = 50


def view() -> Any:
    """Return the screen of tickets."""
    return screen("TicketView")


def _rows(customer: Customer) -> Sequence[Ticket]:
    found: Sequence[Ticket] = once(NAME, customer, lambda: queries.of(customer.id, limit=MOST_SHOWN))
    return found


def tab(_shows: Any, customer: Customer, *, is_mine: bool, is_open: bool) -> Tab | None:  # noqa: ARG001 - as others
    """Return the tab of a customer's tickets, the open ones first."""
    if not view().may("list"):
        return None
    rows = _rows(customer)
    return Tab(_("Tickets"), len(rows), _body(customer, rows) if is_open else None)


def _body(customer: Customer, rows: Sequence[Ticket]) -> Markup:
    add = new_button(customer) | {"icon": None} if view().may("add") else None  # in words: a ticket alone says little
    page = {"rows": [_line(one) for one in rows], "add": add}
    return Markup(render_template("zhike/tickets/tab.html", page=page))  # noqa: S704 - a template's answer


def _line(one: Ticket) -> dict[str, Any]:
    state = queries.edition(one.edition_id).flow.state(one.state)
    return {
        "number": one.number,
        "title": one.title,
        "url": url_for("TicketView.show", pk=one.id) if view().may("show") else None,
        "state": markup.chip(queries.label(state), state.color),
        "created": wording.day(clock.local(one.created_at).date()),
        "assignee": markup.person(str(one.assignee)) if one.assignee is not None else "",
    }


def new_button(customer: Customer) -> dict[str, Any]:
    """Return the button that opens one."""
    return {"label": _("New ticket"), "icon": "ticket", "url": url_for("TicketView.add", customer=customer.id)}


def actions(_shows: Any, customer: Customer, *, is_mine: bool) -> Sequence[Mapping[str, Any]]:  # noqa: ARG001 - as others
    """Return the button of the page."""
    return [new_button(customer)] if view().may("add") else []


def events(_shows: Any, customer: Customer, *, limit: int) -> Iterator[Mapping[str, Any]]:
    """Yield when tickets were opened, for the timeline."""
    if not view().may("list"):
        return
    for one in sorted(_rows(customer), key=lambda each: each.id, reverse=True)[:limit]:
        here = clock.local(one.created_at).date()
        yield {
            "at": one.created_at,
            "who": name_of(one.created_by_id) or _("System"),
            "day": wording.day(here),
            "day_text": wording.heading(here),
            "time": wording.time_of_day(one.created_at),
            "icon": "ticket",
            "color": "blue",
            "channel": one.number,
            "note": one.title,
            "what": _("took a ticket in"),
            "url": url_for("TicketView.show", pk=one.id) if view().may("show") else None,
        }


PART = Part(NAME, place=25, tab=tab, actions=actions, events=events)


# ── follow-ups ──


def _button(followup: Followup) -> Mapping[str, Any] | None:
    if not view().may("add") or followup.customer is None:
        return None
    url = url_for("TicketView.from_followup", pk=followup.id)
    return {"label": _("Make a ticket"), "icon": "ticket", "url": url, "method": "POST"}


def _may() -> bool:
    return bool(view().may("add"))


def to_fill_in(followup: Any) -> str:
    """Return the address of the intake with what a follow-up says, where its route asks for more; say so."""
    flash(str(_("Service routes ask for more before this is a ticket: fill that in.")), "info")
    return url_for("TicketView.add", customer=followup.customer_id, followup=followup.id)


def _lead(followup: Followup) -> str | None:
    """Make the ticket and lead to its page; what was just saved stays saved where that is refused."""
    try:
        made = services.from_followup(followup, {}, actor=current_actor())
    except InvalidFields:
        db.session.rollback()
        return to_fill_in(followup)
    except DomainError as refusal:
        db.session.rollback()
        flash(str(refusal), "danger")
        return None
    return url_for("TicketView.show", pk=made.id)


STEP = Step("ticket", _("Save and make a ticket"), _button, _lead, _may)
