"""Several requests answered by one ticket: they are closed with it, and reopened with it. Source: TKT-13."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from app.base.actor import Actor
from app.base.among import among
from app.base.bulk import Applied, Given
from app.base.errors import InvalidFields, NotAllowed
from app.base.history import update_versioned
from app.base.i18n import _
from app.base.scope import may_write, unscoped
from app.base.sentences import lasting
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket, TicketMove
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.flows import Flow, State
from app.desk.tickets.rules.phases import CANCELLED, CLOSE, CLOSED, ENDED, REOPEN, UNSOLVED
from app.desk.tickets.services import stepping
from app.desk.tickets.services.stepping import Way
from app.extensions import db

ENDED_ALREADY = _("Nothing is left to do about it.")
ITSELF = _("It is the ticket that answers the others.")
ANSWERS_OTHERS = _("It answers other requests itself.")


def check_answer(given: Given, actor: Actor) -> None:
    """Raise InvalidFields or NotAllowed unless the ticket may answer others."""
    found = queries.by_id(given.get("ticket") or 0)
    if found is None:
        raise InvalidFields({"ticket": _("Choose the ticket that answers them.")})
    if found.phase in ENDED:
        raise InvalidFields({"ticket": _("This ticket is at its end: choose an open one.")})
    if found.answered_by_id is not None:
        raise InvalidFields({"ticket": _("This ticket is answered by another itself: choose that one.")})
    if not may_write(found, actor):
        raise NotAllowed(_("You may read this ticket, but not change it."))


def answer(ids: Sequence[int], given: Given, actor: Actor) -> Applied:
    """Let some of a run's requests be answered by one ticket."""
    rows = stepping.held([*ids, given["ticket"]], actor)
    check_answer(given, actor)
    others, meant, refused = _answering(ids), [], dict[int, object]()
    for row in rows:
        if row.id == given["ticket"]:
            if row.id in ids:
                refused[row.id] = lasting(ITSELF)
        elif row.phase not in UNSOLVED:
            refused[row.id] = lasting(ENDED_ALREADY)
        elif row.id in others:
            refused[row.id] = lasting(ANSWERS_OTHERS)
        else:
            meant.append(row.id)
    return Applied(update_versioned(Ticket, meant, {"answered_by_id": given["ticket"]}), refused)


def _answering(ids: Sequence[int]) -> set[int]:
    """Return those of some tickets that answer others."""
    theirs = select(stepping.ROWS.c.answered_by_id).where(among(stepping.ROWS.c.answered_by_id, ids)).distinct()
    with unscoped("a ticket answers whoever sees what"):
        return {key for key in db.session.scalars(theirs) if key is not None}


def follow(ids: Sequence[int], *, actor: Actor) -> None:
    """Let the requests that some tickets answer follow them: closed, open again, or free if that is off or gone."""
    requests = _requests(ids)
    if not requests:
        return
    phases = _phases(row.answered_by_id for row in requests)
    ends, begins, free = list[Way](), list[Way](), list[int]()
    before = _before([row.id for row in requests if row.phase == CLOSED])
    for row in requests:
        phase, flow = phases.get(row.answered_by_id, CANCELLED), queries.edition(row.edition_id).flow
        if phase == CANCELLED and row.phase not in ENDED:
            free.append(row.id)
        elif phase == CLOSED and row.phase not in ENDED:
            end = next(one for one in flow.states if one.phase == CLOSED)
            ends.append(Way(row, end, end=rules.PLAIN_END))
        elif phase not in ENDED and row.phase == CLOSED:
            begins.append(Way(row, _state(flow, before.get(row.id))))
    stepping.walk(ends, verb=CLOSE, actor=actor)
    stepping.walk(begins, verb=REOPEN, actor=actor)
    update_versioned(Ticket, [one.row.id for one in begins], {"closed_at": None, "end": None}, are_held=True)
    update_versioned(Ticket, free, {"answered_by_id": None}, are_held=True)


def _state(flow: Flow, code: str | None) -> State:
    return next((one for one in flow.states if one.code == code and one.phase not in ENDED), flow.first)


def _requests(ids: Sequence[int]) -> Sequence[Any]:
    theirs = (among(Ticket.answered_by_id, ids), Ticket.deleted_at.is_(None))
    found = select(*stepping.ASKED).where(*theirs).order_by(Ticket.id).with_for_update(of=Ticket)
    with unscoped("requests follow the ticket that answers them, whoever sees them"):
        return db.session.execute(found).all()


def _phases(ids: Iterable[int]) -> Mapping[int, str]:
    with unscoped("requests follow the ticket that answers them, whoever sees it"):
        rows = db.session.execute(select(Ticket.id, Ticket.phase).where(among(Ticket.id, sorted(set(ids))))).all()
    return {row.id: row.phase for row in rows}


def _before(ids: Sequence[int]) -> Mapping[int, str]:
    """Return where tickets stood before they were closed the last time."""
    rows = TicketMove.__table__
    last = select(func.max(rows.c.id)).where(among(rows.c.ticket_id, ids), rows.c.to_phase == CLOSED)
    wanted = select(rows.c.ticket_id, rows.c.from_state).where(rows.c.id.in_(last.group_by(rows.c.ticket_id)))
    with unscoped("requests go on where they stood"):
        return {key: code for key, code in db.session.execute(wanted) if code} if ids else {}
