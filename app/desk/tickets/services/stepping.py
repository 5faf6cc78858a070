"""Many tickets take a step at once: set by set, with their flow records, as ``steps.put`` does for one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import aliased

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.history import insert_versioned, update_versioned
from app.base.scope import condition, unscoped
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket, TicketMove, TicketPerson
from app.desk.tickets.rules import tickets as rules
from app.desk.tickets.rules.flows import State
from app.desk.tickets.rules.phases import CLOSED, NEW, UNSOLVED, WAITING, WORKING
from app.desk.tickets.rules.tickets import EXCEPTION
from app.desk.tickets.services.steps import LONGEST_WORDS, Hands
from app.extensions import db
from app.system.approvals import services as approvals
from app.system.security import queries as security

ROWS, PEOPLE = Ticket.__table__, TicketPerson.__table__
TAKEN_BACK = "taken_back"
#: What a run changes, and gives back: but no time that has passed, which ``keep_returns`` goes on counting.
COLUMNS = (
    *("state", "phase", "assignee_id", "department_id", "queue_id", "group_id", "dispatched_at", "accepted_at"),
    *("closed_at", "end", "last_remark", "answered_by_id"),
)

#: What is asked of a ticket that is to take a step: plain rows, since what is written in sets leaves no record behind.
ASKED = [
    getattr(Ticket, name)
    for name in (
        *("id", "edition_id", "state", "phase", "assignee_id", "queue_id", "customer_id", "is_excepted"),
        *("moved_at", "created_by_id", "answered_by_id", "solution", "category", "product_id", "contact_id", "due_at"),
        "exception_reason",
    )
]


class Way(NamedTuple):
    """Where a ticket goes: its row, the state, and the hands if they are others. ``end``: how it is closed."""

    row: Any
    target: State
    hands: Hands | None = None
    end: str | None = None


def held(ids: Sequence[int], actor: Actor) -> Sequence[Any]:
    """Return some of a run's tickets that the actor may change, kept from others until the transaction ends."""
    mine = (among(Ticket.id, ids), condition(Ticket, actor, write=True))
    return db.session.execute(select(*ASKED).where(*mine).order_by(Ticket.id).with_for_update(of=Ticket)).all()


def walk(ways: Sequence[Way], *, verb: str, words: str = "", actor: Actor) -> list[int]:
    """Let tickets, which the transaction holds, take a step; return which changed."""
    now, said = clock.now(), words.strip()[:LONGEST_WORDS] or None
    houses = security.departments_of(sorted({key for one in ways if (key := _person(one)) is not None}))
    alike: dict[tuple[Any, ...], list[Way]] = defaultdict(list)
    for one in ways:
        alike[one.target, one.hands, one.end, one.row.phase, _stays_waiting(one)].append(one)
    moves = [_move(one, now, verb=verb, words=said, actor=actor) for one in ways]
    before = [(one.row.id, one.row.assignee_id) for one in ways if _leaves(one)]
    changed: list[int] = []
    for (target, hands, end, phase, stays_waiting), group in alike.items():
        values = _values(target, hands, houses, said)
        values |= _stamps(target, hands, str(phase), end, now)
        also = {"updated_at": now} if stays_waiting else {"updated_at": now, "moved_at": now}
        if phase == WAITING and not stays_waiting:
            changed += _waited(group, values, also, now)
        else:
            changed += update_versioned(Ticket, [one.row.id for one in group], values, also=also, are_held=True)
    if moves:
        db.session.execute(insert(TicketMove), moves)
    _take_part(before)
    over = [one.row.id for one in ways if one.target.phase not in UNSOLVED and one.row.exception_reason is not None]
    if over:
        approvals.drop(EXCEPTION, over, actor=actor)
    return sorted(changed)


def _stays_waiting(one: Way) -> bool:
    """Tell whether a ticket waits on in other hands: since when it does stays, and is counted when it goes on."""
    return one.row.phase == WAITING == one.target.phase


def _person(one: Way) -> int | None:
    return one.hands.assignee_id if one.hands is not None else None


def _leaves(one: Way) -> bool:
    return one.hands is not None and one.row.assignee_id is not None and one.row.assignee_id != one.hands.assignee_id


def _values(target: State, hands: Hands | None, houses: Mapping[int, int | None], said: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {"state": target.code, "phase": str(target.phase)}
    if said:
        found["last_remark"] = said
    if hands is None:
        return found
    found["assignee_id"] = hands.assignee_id
    if hands.queue_id is not None:
        queue = queries.queue(hands.queue_id)
        found |= {"queue_id": hands.queue_id, "group_id": queue.department_id if queue is not None else None}
    if hands.assignee_id is not None:
        found["department_id"] = houses.get(hands.assignee_id)
    elif hands.queue_id is not None:
        found["department_id"] = found["group_id"]
    else:
        found["department_id"] = func.coalesce(ROWS.c.group_id, ROWS.c.department_id)
    return found


def _stamps(target: State, hands: Hands | None, before: str, end: str | None, now: Any) -> dict[str, Any]:
    """Return when it came where, by its phases alone: see ``steps._stamp``."""
    found: dict[str, Any] = {}
    has_person = hands is not None and hands.assignee_id is not None
    if before == NEW and target.phase != NEW and has_person:
        found["dispatched_at"] = func.coalesce(ROWS.c.dispatched_at, now)
    if target.phase == WORKING:
        found["accepted_at"] = func.coalesce(ROWS.c.accepted_at, now)
    if target.phase == NEW:
        found |= {"dispatched_at": None, "accepted_at": None}
    if target.phase == CLOSED:
        found |= {"closed_at": now, "end": end or rules.PLAIN_END}
    return found


def _waited(group: Sequence[Way], values: Mapping[str, Any], also: Mapping[str, Any], now: Any) -> list[int]:
    """Let tickets go on that waited for the customer: those that waited equally long at once."""
    alike: dict[int, list[int]] = defaultdict(list)
    for one in group:
        alike[_seconds(one.row, now)].append(one.row.id)
    changed: list[int] = []
    for seconds, ids in alike.items():
        fresh = {**values, "waited_seconds": ROWS.c.waited_seconds + seconds}
        changed += update_versioned(Ticket, ids, fresh, also=also, are_held=True)
    return changed


def _seconds(row: Any, now: Any) -> int:
    return max(0, round((now - row.moved_at).total_seconds()))


def _move(one: Way, now: Any, *, verb: str, words: str | None, actor: Actor) -> dict[str, Any]:
    row, hands = one.row, one.hands
    to_id = hands.assignee_id if hands is not None else row.assignee_id
    queue_id = hands.queue_id if hands is not None and hands.queue_id is not None else row.queue_id
    stands = {"from_state": row.state, "from_phase": row.phase, "from_id": row.assignee_id}
    goes = {"to_state": one.target.code, "to_phase": str(one.target.phase), "to_id": to_id, "queue_id": queue_id}
    seconds = None if _stays_waiting(one) else _seconds(row, now)
    about = {"verb": str(verb), "at": now, "by_id": actor.id, "seconds": seconds, "words": words}
    return {"ticket_id": row.id, **stands, **goes, **about}


def _take_part(pairs: Iterable[tuple[int, int]]) -> None:
    """Let those who had tickets take part from now on: (ticket, person)."""
    wanted = sorted(set(pairs))
    if not wanted:
        return
    theirs = select(PEOPLE.c.ticket_id, PEOPLE.c.employee_id, PEOPLE.c.id, PEOPLE.c.is_follower)
    with unscoped("those who had a ticket take part in it"):
        rows = db.session.execute(theirs.where(among(PEOPLE.c.ticket_id, sorted({one[0] for one in wanted})))).all()
    known = {(row.ticket_id, row.employee_id): row for row in rows}
    fresh = [pair for pair in wanted if pair not in known]
    insert_versioned(
        TicketPerson, [{"ticket_id": key, "employee_id": person, "is_follower": False} for key, person in fresh]
    )
    risen = [known[pair].id for pair in wanted if pair in known and known[pair].is_follower]
    update_versioned(TicketPerson, risen, {"is_follower": False})


def keep_returns(ids: Sequence[int], *, by_id: int | None) -> None:
    """Keep as flow records that tickets stand elsewhere, or in other hands, than their last record says.

    So it is after a run was taken back; after the run itself there is nothing to keep. They stand there from now on:
    how long they stood there before the run is in its own record. What waited all the time waits since it did.
    """
    now, rows = clock.now(), _astray(ids)
    if rows:
        db.session.execute(insert(TicketMove), [_returned(row, now, by_id) for row in rows])
    update_versioned(Ticket, [row.id for row in rows if not _waits_on(row)], {"moved_at": now}, are_held=True)


def _astray(ids: Sequence[int]) -> Sequence[Any]:
    last, newest = aliased(TicketMove.__table__), TicketMove.__table__
    highest = select(func.max(newest.c.id)).where(newest.c.ticket_id == ROWS.c.id).correlate(ROWS).scalar_subquery()
    differs = (ROWS.c.state != last.c.to_state) | ROWS.c.assignee_id.is_distinct_from(last.c.to_id)
    differs |= ROWS.c.queue_id.is_distinct_from(last.c.queue_id)
    columns = [ROWS.c[name] for name in ("id", "state", "phase", "assignee_id", "queue_id", "moved_at")]
    columns += [last.c.to_state, last.c.to_phase, last.c.to_id]
    found = select(*columns).join_from(ROWS, last, (last.c.ticket_id == ROWS.c.id) & (last.c.id == highest))
    with unscoped("whoever ran it takes it back"):
        return db.session.execute(found.where(among(ROWS.c.id, ids), differs)).all()


def _waits_on(row: Any) -> bool:
    return row.phase == WAITING == row.to_phase


def _returned(row: Any, now: Any, by_id: int | None) -> dict[str, Any]:
    stands = {"from_state": row.to_state, "from_phase": row.to_phase, "from_id": row.to_id}
    goes = {"to_state": row.state, "to_phase": row.phase, "to_id": row.assignee_id, "queue_id": row.queue_id}
    seconds = None if _waits_on(row) else _seconds(row, now)
    return {"ticket_id": row.id, "verb": TAKEN_BACK, "at": now, "by_id": by_id, "seconds": seconds, **stands, **goes}
