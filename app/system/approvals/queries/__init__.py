"""What waits for whom, who may decide, what changed since; flows, and who is who."""

from app.system.approvals.models import Case, Delegation, Event, Flow, Seat
from app.system.approvals.queries.cases import (
    Change,
    case_of,
    changes_since,
    count_waiting,
    deciders,
    lines_since,
    may_decide,
    open_seats,
    record_of,
    records_of,
    waiting_for,
    waits_for,
)
from app.system.approvals.queries.flows import asked_specs, edition, edition_of, flow_of, known_subjects, steps_of
from app.system.approvals.queries.people import House, delegates, role_names, voice

__all__ = [
    "Case",
    "Change",
    "Delegation",
    "Event",
    "Flow",
    "House",
    "Seat",
    "asked_specs",
    "case_of",
    "changes_since",
    "count_waiting",
    "deciders",
    "delegates",
    "edition",
    "edition_of",
    "flow_of",
    "known_subjects",
    "lines_since",
    "may_decide",
    "open_seats",
    "record_of",
    "records_of",
    "role_names",
    "steps_of",
    "voice",
    "waiting_for",
    "waits_for",
]
