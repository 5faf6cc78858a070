"""The rows of the list of tickets: their tabs, their marks, and the buttons that their state and the reader allow."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from flask import g, request, url_for

from app.base import clock, settings
from app.base.actor import Actor
from app.base.errors import WrongState
from app.base.filters import ME
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens.listing import Listing
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.phases import (
    CANCEL,
    CLOSED,
    DISPATCH,
    NEW,
    PERMISSION,
    REOPEN,
    REVISIT,
    SOLVED,
    TAKE,
    UNSOLVED,
    WAITING,
    WORDS,
    WORKING,
)
from app.desk.tickets.services.flowing import REOPEN_DAYS
from app.desk.tickets.views import steps

Asked = Mapping[str, Any]
URGENT = "urgent"
MINE: Asked = {"field": "assignee", "op": "is", "value": ME}
NOBODYS: Asked = {"field": "assignee", "op": "empty"}
OVERDUE: Asked = {"field": "overdue", "op": "true"}
IN_MY_QUEUES: Asked = {"field": "in_my_queues", "op": "true"}
OPENED_BY_ME: Asked = {"field": "created_by", "op": "is", "value": ME}
UNSOLVED_ONES: Asked = {"field": "phase", "op": "in", "value": [str(one) for one in sorted(UNSOLVED)]}


def in_phase(phase: str) -> Asked:
    """Return the condition of standing in a phase."""
    return {"field": "phase", "op": "is", "value": str(phase)}


def asked(*conditions: Asked) -> Asked:
    """Return the filter of all these conditions."""
    return {"all": list(conditions)}


def url_of(*conditions: Asked) -> str:
    """Return the address of the list with these conditions."""
    return url_for("TicketView.list", filter=json.dumps(asked(*conditions), ensure_ascii=False))


UNANSWERED: Asked = {"field": "answered_by", "op": "empty"}
REQUESTS = (in_phase(NEW), NOBODYS, UNANSWERED)
SEGMENTS = [
    ("mine", _("With me"), asked(MINE, UNSOLVED_ONES)),
    ("requests", _("Service requests"), asked(*REQUESTS)),
    ("queues", _("In my queues"), asked(IN_MY_QUEUES, NOBODYS, UNSOLVED_ONES)),
    ("working", _("In work"), asked(in_phase(WORKING))),
    ("waiting", _("Waiting for the customer"), asked(in_phase(WAITING))),
    ("overdue", _("Overdue"), asked(OVERDUE)),
    ("solved", _("Solved, to revisit"), asked(in_phase(SOLVED))),
    ("closed", _("Closed tickets"), asked(in_phase(CLOSED))),
]
#: verb → (icon, whether it is pressed at once). For the sprite, too.
BUTTONS: Mapping[str, tuple[str, bool]] = {
    "dispatch": ("user-share", False),
    "take": ("hand-grab", True),
    "accept": ("player-play", True),
    "advance": ("arrow-right", False),
    "resume": ("player-play", False),
    "solve": ("check", False),
    "close": ("lock", False),
    "wait": ("hourglass", False),
    "give_back": ("arrow-back-up", False),
    "reopen": ("rotate", False),
    "cancel": ("ban", False),
}
ENDPOINTS = {"dispatch": "dispatch_ticket"}


def is_overdue(record: Any) -> bool:
    """Tell whether it was to be done by a moment that is over, and is not solved."""
    return record.phase in UNSOLVED and record.due_at is not None and record.due_at < clock.now()


class TicketRows(Listing):
    """The rows of a page: which of them the reader may change is asked once for all."""

    @cached_property
    def rows(self) -> list[Any]:
        found: list[Any] = super().rows
        g.tickets_written = queries.writable([one.id for one in found], self.actor), {one.id for one in found}
        return found


def is_mine(record: Ticket, actor: Actor) -> bool:
    """Tell whether the reader may change a ticket; for the rows of a page without asking again."""
    written, known = g.get("tickets_written", ((), ()))
    return record.id in written if record.id in known else may_write(record, actor)


def buttons(view: Any, record: Ticket, actor: Actor, *, back: str) -> list[dict[str, Any]]:
    """Return what can be done with a ticket now, by this person: first what leads on. ``back``: where they return."""
    found = [*_giving(view, record, back), *_stepping(view, record, actor, back)]
    if record.phase in UNSOLVED and record.assignee_id is not None and view.may("transfer"):
        found.append(_button("transfer", _("Transfer"), record, back, icon="transfer"))
    return found


def _giving(view: Any, record: Ticket, back: str) -> list[dict[str, Any]]:
    if record.phase not in UNSOLVED or record.assignee_id is not None:
        return []
    return [_button(verb, WORDS[verb], record, back) for verb in (DISPATCH, TAKE) if view.may(PERMISSION[verb])]


def _stepping(view: Any, record: Ticket, actor: Actor, back: str) -> list[dict[str, Any]]:
    found = [
        _button(verb, steps.title(record, verb, arrow), record, back, to=arrow.target)
        for verb, arrow in steps.possible(record, actor)
        if verb not in (DISPATCH, TAKE, REVISIT) and view.may(PERMISSION[verb]) and _is_in_time(verb, record)
    ]
    verbs = list(BUTTONS)
    return sorted(found, key=lambda one: verbs.index(one["verb"]))


def _is_in_time(verb: str, record: Ticket) -> bool:
    days = settings.value(REOPEN_DAYS)
    try:
        if verb == REOPEN:
            rules.check_reopenable(record.phase, closed_at=record.closed_at, now=clock.now(), days=days)
    except WrongState:
        return False
    return True


def _button(
    verb: str, label: object, record: Ticket, back: str, *, icon: str = "", to: str | None = None
) -> dict[str, Any]:
    known, is_pressed = BUTTONS.get(verb, (icon, False))
    more: dict[str, Any] = {"revision": record.revision} if is_pressed else {}
    if to is not None and not is_pressed:
        more["to"] = to
    url = url_for(f"TicketView.{ENDPOINTS.get(verb, verb)}", pk=record.id, next=back, **more)
    found: dict[str, Any] = {"label": label, "icon": known, "url": url, "verb": str(verb)}
    return found | ({"method": "POST"} if is_pressed else {}) | ({"danger": True} if verb == CANCEL else {})


class Rows:
    """Mixin of the list of tickets. Name it before DomainView."""

    rows_as = TicketRows
    quick_segments = SEGMENTS

    def row_actions(self: Any, record: Ticket) -> Sequence[Mapping[str, Any]]:
        if not is_mine(record, self.actor()):
            return []
        own = buttons(self, record, self.actor(), back=request.full_path.rstrip("?"))
        return [*own, *super().row_actions(record)]  # type: ignore[misc]

    def row_more(self, record: Ticket) -> Mapping[str, Any]:
        return {"overdue": is_overdue(record)}

    def row_chips(self, record: Ticket) -> Sequence[tuple[str, str]]:
        found = [(str(_("Overdue")), "red")] if is_overdue(record) else []
        return [*found, *([(str(_("Urgent")), "red")] if record.priority == URGENT else [])]
