"""The conditions by which tickets are asked for, in the tabs of their list and in the addresses that lead there."""

import json
from collections.abc import Mapping
from typing import Any

from flask import url_for

from app.base import clock
from app.base.filters import ME
from app.base.i18n import _
from app.desk.tickets.rules.phases import CLOSED, DISPATCHED, NEW, SOLVED, UNSOLVED, WAITING, WORKING

Asked = Mapping[str, Any]
MINE: Asked = {"field": "assignee", "op": "is", "value": ME}
NOBODYS: Asked = {"field": "assignee", "op": "empty"}
OVERDUE: Asked = {"field": "overdue", "op": "true"}
IN_MY_QUEUES: Asked = {"field": "in_my_queues", "op": "true"}
OPENED_BY_ME: Asked = {"field": "created_by", "op": "is", "value": ME}
UNANSWERED: Asked = {"field": "answered_by", "op": "empty"}


def in_phases(*phases: str) -> Asked:
    """Return the condition of standing in one of some phases."""
    if len(phases) == 1:
        return {"field": "phase", "op": "is", "value": str(phases[0])}
    return {"field": "phase", "op": "in", "value": [str(one) for one in phases]}


def asked(*conditions: Asked) -> Asked:
    """Return the filter of all these conditions."""
    return {"all": list(conditions)}


def url_of(*conditions: Asked) -> str:
    """Return the address of the list with these conditions."""
    return url_for("TicketView.list", filter=json.dumps(asked(*conditions), ensure_ascii=False))


UNSOLVED_ONES = in_phases(*sorted(UNSOLVED))
REQUESTS = (in_phases(NEW), NOBODYS, UNANSWERED)
SEGMENTS = [
    ("mine", _("With me"), asked(MINE, UNSOLVED_ONES)),
    ("requests", _("Service requests"), asked(*REQUESTS)),
    ("queues", _("In my queues"), asked(IN_MY_QUEUES, NOBODYS, UNSOLVED_ONES)),
    ("work", _("In work"), asked(in_phases(DISPATCHED, WORKING))),
    ("waiting", _("Waiting for the customer"), asked(in_phases(WAITING))),
    ("overdue", _("Overdue"), asked(OVERDUE)),
    ("solved", _("To revisit"), asked(in_phases(SOLVED))),
    ("closed", _("Closed tickets"), asked(in_phases(CLOSED))),
]


def is_overdue(ticket: Any) -> bool:
    """Tell whether a ticket was to be done by a moment that is over, and is not solved."""
    return ticket.phase in UNSOLVED and ticket.due_at is not None and ticket.due_at < clock.now()
