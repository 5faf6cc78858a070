"""The calendar of tickets by the moment they are to be done: month, week or day; everybody's, one's own or one's."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.base import choices, wording
from app.base.actor import Level
from app.base.i18n import _
from app.base.screens import calendar as calendars
from app.base.screens import markup
from app.base.screens.asking import whole
from app.base.screens.view import current_actor
from app.desk.tickets import queries
from app.desk.tickets.queries.due import Due, due
from app.desk.tickets.rules.phases import PHASES, UNSOLVED
from app.desk.tickets.views import asked
from app.desk.tickets.views.board import priority, view

MOST_EVENTS = 2000
EVERYBODY, ME = "all", "me"
WHOSE = {EVERYBODY: _("All I see"), ME: _("With me")}
Whose = str | int  # EVERYBODY, ME, or a person's id


class TicketCalendarView(BaseView):
    route_base = "/ticket-calendar"
    class_permission_name = "TicketView"
    base_permissions = ["can_list"]
    default_view = "calendar"
    menu_place = 15

    @expose("/")
    @has_access
    @permission_name("list")
    def calendar(self) -> str:
        """Show what is to be done on a ``day``, in its week or month. ``person``: all, me, or with whom it is."""
        wanted, whose = calendars.asked("TicketCalendarView.calendar"), _whose()
        first, last = wanted.span
        person = {EVERYBODY: None, ME: current_actor().id}.get(whose, whose)  # type: ignore[arg-type]
        found = due(first=first, last=last, assignee=person, limit=MOST_EVENTS + 1)
        is_cut, found = len(found) > MOST_EVENTS, found[:MOST_EVENTS]
        people = choices.labels("employee", {one.assignee_id for one in found} | {person})
        drawn = _Drawn(choices.labels("customer", {one.customer_id for one in found}), people)
        page = {
            "title": _("Calendar of tickets"),
            "crumbs": [{"label": _("Tickets"), "url": None}],
            **wanted.page([(one.due_at, one) for one in _ordered(found, wanted.shown)], drawn.event),
            "whose": [
                {"label": label, "url": wanted.url(person=code), "current": code == whose}
                for code, label in WHOSE.items()
            ],
            "people": _people(whose, people),
            "nothing": _("No ticket is to be done."),
            "cut": wording.number(MOST_EVENTS) if is_cut else None,
            "add_url": url_for("TicketView.add") if view().may("add") else None,
        }
        return self.render_template("zhike/tickets/calendar.html", page=page)


def _ordered(found: Sequence[Due], shown: str) -> Sequence[Due]:
    """Return what is to be done by its time; in a month, whose days show a few, what is done behind what is not."""
    return sorted(found, key=lambda one: one.phase not in UNSOLVED) if shown == "month" else found


def _chooses() -> bool:
    """Tell whether this person sees what others have, and so may choose one of them."""
    return current_actor().reach(queries.REACH).read > Level.OWN


def _whose() -> Whose:
    """Return whose tickets the address asks for: those in scope for who dispatches, else one's own, without a word."""
    given = request.args.get("person", "")
    if given in WHOSE:
        return given
    key = whole(given) if _chooses() else None
    if key is not None:
        return key
    return EVERYBODY if view().may("dispatch") else ME


def _people(whose: Whose, names: Mapping[int, str]) -> dict[str, Any] | None:
    """Return the choice of one person; None for who sees only their own."""
    if not _chooses():
        return None
    chosen = [(str(whose), names[whose])] if isinstance(whose, int) and whose in names else []
    return {"url": url_for("TicketView.choices", field="assignee"), "chosen": chosen, "none": _("With one person")}


class _Drawn:
    """What the template is told of tickets. Only names in the reader's scope are known."""

    def __init__(self, customers: Mapping[int, str], people: Mapping[int, str]) -> None:
        self.customers, self.people = customers, people
        self.may_show = view().may("show")

    def event(self, one: Due) -> dict[str, Any]:
        state = queries.edition(one.edition_id).flow.state(one.state)
        is_done, name = one.phase not in UNSOLVED, self.people.get(one.assignee_id or 0)
        return {
            "url": url_for("TicketView.show", pk=one.id) if self.may_show else None,
            "time": wording.time_of_day(one.due_at),
            "name": one.title,
            "number": one.number,
            "customer": self.customers.get(one.customer_id) or view().specs["customer"].nobody,
            "with": markup.person(name) if name else markup.nobody(str(view().specs["assignee"].nobody)),
            "state": (queries.label(state), state.color),
            "priority": None if is_done else priority(one),
            "is_overdue": asked.is_overdue(one),
            "done": PHASES[one.phase][0] if is_done else None,
        }
