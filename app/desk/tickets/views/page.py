"""What the page of a ticket draws: the way it went, what can be done now, what happened, and what belongs to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import request, url_for
from markupsafe import Markup

from app.base import clock, wording
from app.base.i18n import _, ngettext
from app.base.scope import may_write
from app.base.screens import listpage, markup
from app.base.screens.house import screen
from app.crm.renewals.queries import service_limited
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import CANCELLED, ENDED, UNSOLVED, WAITING
from app.desk.tickets.rules.tickets import NOTE_KINDS, PARTICIPANT
from app.desk.tickets.views import buttons
from app.desk.tickets.views.asked import is_overdue
from app.desk.tickets.views.course import events
from app.system.files.views import tab as attached_files

PROPERTIES = ("assignee", "queue", "group", "contact", "channel", "category", "product", "due_at", "created_by")
MOST_RELATED = 6
#: What domains above show on the page: functions of (view, ticket, its parts) that return (title, html), or None.
parts: dict[str, Any] = {}


def build(view: Any, ticket: Ticket, *, shown: str) -> dict[str, Any]:
    """Return everything ``zhike/tickets/show.html`` draws. ``shown``: which of what happened."""
    is_mine = may_write(ticket, view.actor())
    there = queries.Parts(ticket)
    is_open = ticket.phase not in ENDED
    is_asked = ticket.phase in UNSOLVED and not ticket.is_excepted
    is_limited = is_asked and service_limited(ticket.customer_id)
    hung = [one for draw in parts.values() if (one := draw(view, ticket, there)) is not None]
    return {
        "title": ticket.title,
        "crumbs": [*listpage.crumbs(view), {"label": ticket.number, "url": None}],
        "chips": _chips(view, ticket, is_limited=is_limited),
        "facts": _facts(view, ticket),
        "steps": way(ticket, there.moves),
        "actions": buttons.actions(
            view, ticket, listpage.actions(view, ticket), is_mine=is_mine, is_limited=is_limited
        ),
        "events": events(view, ticket, there, shown=shown),
        "shown": shown,
        "filters": _filters(view, ticket, shown),
        "kinds": [(code, word) for code, (word, _color) in NOTE_KINDS.items()],
        "may_note": is_mine and view.may("note"),
        "may_work": is_mine and view.may("work") and is_open,
        "properties": [_field(view, ticket, name) for name in PROPERTIES],
        "solution": ticket.solution,
        "people": _people(view, ticket, there.people, is_mine=is_mine),
        "checks": there.checks,
        "points": "\n".join(one.words for one in there.checks),
        "progress": ticket.progress,
        "times": _times(ticket, there),
        "files": attached_files(
            "ticket", ticket, is_mine=is_mine and view.may("note"), is_open=True, has_any=there.has["files"]
        ),
        "related": _related(ticket, there),
        "parts": [{"title": title, "html": html} for title, html in hung],
        "ticket": ticket,
        "people_url": view.url("choices", field="assignee"),
    }


# ── the head ──


def _chips(view: Any, ticket: Ticket, *, is_limited: bool) -> list[dict[str, Any]]:
    state = queries.edition(ticket.edition_id).flow.state(ticket.state)
    found: list[dict[str, Any]] = [{"text": queries.label(state), "color": state.color}]
    priority = view.specs["priority"].values.by_code.get(ticket.priority)
    if priority is not None and ticket.priority in ("urgent", "high"):
        found.append({"text": priority.label, "color": priority.color})
    kind = view.specs["type"].values.by_code.get(ticket.type)
    if kind is not None:
        found.append({"text": kind.label, "color": kind.color, "line": True})
    if is_overdue(ticket):
        found.append({"text": _("Overdue"), "color": "red"})
    if is_limited:
        found.append({"text": _("Service limited"), "color": "red"})
    return found


def _facts(view: Any, ticket: Ticket) -> list[dict[str, Any]]:
    found = [{"icon": "building", "text": _customer(view, ticket)}]
    number = view.drawn(ticket, "caller_phone") if ticket.caller_phone else ""
    caller = Markup(" · ").join(filter(None, [ticket.caller, number]))
    if caller:
        found.append({"icon": "phone", "text": caller})
    about = Markup(" / ").join(view.drawn(ticket, name) for name in ("product", "category") if _has(ticket, name))
    if about:
        found.append({"icon": "box", "text": about})
    found.append({"icon": "clock", "text": markup.moment(ticket.created_at)})
    return found


def _has(ticket: Ticket, name: str) -> bool:
    return getattr(ticket, "product_id" if name == "product" else name) is not None


def _customer(view: Any, ticket: Ticket) -> Markup:
    drawn = view.drawn(ticket, "customer")
    if ticket.customer is None:  # outside what the reader sees
        return Markup("{}").format(drawn)
    return Markup('<a href="{}">{}</a>').format(url_for("CustomerView.show", pk=ticket.customer_id), drawn)


# ── the way it went ──


def way(ticket: Ticket, moves: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the states it went through, each with who and how long, where it stands, and what comes after."""
    flow = queries.edition(ticket.edition_id).flow
    stood: list[tuple[str, Any, int | None]] = []  # state, who left it, seconds
    for one in moves[1:]:
        if one.from_state != one.to_state or not stood:
            stood.append((one.from_state, one.by, one.seconds))
    found = [
        {
            "label": _name(flow, code),
            "text": " · ".join(filter(None, [str(by or ""), wording.span(seconds)])),
            "state": "done",
        }
        for code, by, seconds in stood[-MOST_RELATED:]
        if code != ticket.state or code != stood[-1][0]
    ]
    lasts = wording.span(round((clock.now() - ticket.moved_at).total_seconds()))
    with_whom = ticket.assignee.name if ticket.assignee is not None else ""
    is_over = ticket.phase in ENDED
    now = {"label": _name(flow, ticket.state), "text": "" if is_over else " · ".join(filter(None, [with_whom, lasts]))}
    return [*found, now | {"state": "done" if is_over else "now"}, *_ahead(flow, ticket)]


def _name(flow: Any, code: str) -> str:
    return queries.label(flow.state(code))


def _ahead(flow: Any, ticket: Ticket) -> list[dict[str, Any]]:
    if ticket.phase in ENDED:
        return []
    codes = [one.code for one in flow.states]
    here = codes.index(ticket.state)
    off = (WAITING, CANCELLED)
    return [{"label": queries.label(one), "text": ""} for one in flow.states[here + 1 :] if one.phase not in off]


# ── which part ──


def _filters(view: Any, ticket: Ticket, shown: str) -> list[dict[str, Any]]:
    every = (("", _("All")), ("customer", _("With the customer")), ("internal", _("Internal")), ("flow", _("Steps")))
    url = {code: view.url("show", pk=ticket.id, **({"show": code} if code else {})) for code, _word in every}
    return [{"label": word, "url": url[code], "current": code == shown} for code, word in every]


# ── beside it ──


def _field(view: Any, ticket: Ticket, name: str) -> dict[str, Any]:
    return {"label": view.specs[name].label, "value": view.drawn(ticket, name)}


def _people(view: Any, ticket: Ticket, rows: Sequence[Any], *, is_mine: bool) -> dict[str, Any]:
    me = view.actor().id
    mine = next((one for one in rows if one.employee_id == me), None)
    return {
        "rows": [
            {
                "id": one.id,
                "name": markup.person(one.employee),
                "as": _("follows") if one.is_follower else _("takes part"),
                "may_leave": is_mine or one.employee_id == me,
            }
            for one in rows
        ],
        "may_add": is_mine and view.may("note"),
        "may_follow": mine is None and me not in (ticket.assignee_id, ticket.created_by_id),
        "as": PARTICIPANT,
    }


def _times(ticket: Ticket, there: queries.Parts) -> list[dict[str, Any]]:
    minutes = sum(one.minutes or 0 for one in there.work)
    end: datetime = ticket.solved_at or clock.now()
    found = [(_("From intake to solution") if ticket.solved_at else _("Since the intake"), _whole(ticket, end))]
    if minutes:
        found.append((_("Working time"), ngettext("%(n)s minute", "%(n)s minutes", minutes, n=wording.number(minutes))))
    if ticket.waited_seconds:
        found.append((_("Waited for the customer"), wording.span(ticket.waited_seconds)))
    handed = sum(one.from_id is not None and one.to_id not in (None, one.from_id) for one in there.moves)
    if handed:
        found.append((_("Changed hands"), str(handed)))
    if ticket.reopened:
        found.append((_("Times reopened"), str(ticket.reopened)))
    return [{"label": label, "value": value} for label, value in found]


def _whole(ticket: Ticket, end: datetime) -> str:
    return wording.span(round((end - ticket.created_at).total_seconds()))


def _related(ticket: Ticket, there: queries.Parts) -> list[dict[str, Any]]:
    found = [(_("Follows"), ticket.follows_id), (_("Answered by"), ticket.answered_by_id)]
    lines = [
        {"label": label, "url": url_for("TicketView.show", pk=one.id), "text": f"{one.number} {one.title}"}
        for label, key in found
        if key is not None and (one := queries.by_id(key)) is not None
    ]
    for key, number, title in queries.open_beside(ticket, limit=MOST_RELATED) if there.has["beside"] else ():
        url = url_for("TicketView.show", pk=key)
        lines.append({"label": _("Open too"), "url": url, "text": f"{number} {title}"})
    return lines


def asked_part() -> str:
    """Return which of what happened the address asks for."""
    found = request.args.get("show", "")
    return found if found in ("customer", "internal", "flow") else ""


def view() -> Any:
    """Return the screen of tickets."""
    return screen("TicketView")
