"""What is done by itself: reminding of what waits for too long, and putting others in the place of who has left."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.base.actor import SYSTEM, Actor, acting
from app.base.scope import unscoped
from app.base.transaction import listen, transaction
from app.extensions import db
from app.system.approvals import queries
from app.system.approvals.rules import seating
from app.system.approvals.rules.cases import CLOSED, LATER, OPEN, WAITING
from app.system.approvals.rules.deciding import barred
from app.system.approvals.rules.flows import ALL
from app.system.approvals.services import telling
from app.system.approvals.services.docket import CASE, SEAT, Chair, Docket, Sheet
from app.system.security.facts import AccountDisabled
from app.system.security.queries import User

CHUNK = 500
FEW = 5  # holders of a role: with so many it is looked at whether each of them is barred


def remind(*, now: datetime, actor: Actor) -> int:
    """Remind once per step of what is past its time limit; return of how many cases."""
    late = select(CASE.c.subject, CASE.c.record_id).where(
        CASE.c.state == WAITING, CASE.c.due_at <= now, CASE.c.reminded_at.is_(None)
    )
    count = 0
    for code, ids in _by_subject(late).items():
        for start in range(0, len(ids), CHUNK):
            count += _remind(code, ids[start : start + CHUNK], now, actor)
    return count


@transaction
def _remind(code: str, ids: Sequence[int], now: datetime, actor: Actor) -> int:
    docket = Docket(code, actor).read(ids)
    late = [one for one in docket.sheets.values() if one.reminded_at is None and one.due_at and one.due_at <= now]
    for sheet in late:
        sheet.reminded_at = now
        docket.note(sheet, "reminded")
    docket.write()
    telling.late(docket, late)
    return len(late)


def reseat(*, actor: Actor) -> int:
    """Ask others in place of those who have left, and of roles that nobody is left to speak for; return how many."""
    gone = select(CASE.c.subject, CASE.c.record_id).join(SEAT, SEAT.c.case_id == CASE.c.id).distinct()
    asked = (CASE.c.state == WAITING, SEAT.c.state.in_([OPEN, LATER]))
    left = gone.join(User.__table__, User.__table__.c.id == SEAT.c.employee_id).where(*asked, ~User.__table__.c.active)
    empty = gone.where(*asked, SEAT.c.role_id.in_(_thin_roles()))
    count = 0
    for code, ids in _by_subject(left.union(empty)).items():
        for start in range(0, len(ids), CHUNK):
            count += _reseat(code, ids[start : start + CHUNK], actor)
    return count


def _thin_roles() -> list[int]:
    house, roles = queries.House(), select(SEAT.c.role_id).where(SEAT.c.state == OPEN, SEAT.c.role_id.is_not(None))
    with unscoped("which roles are asked is no secret of a record"):
        found = list(db.session.scalars(roles.distinct()))
    wanted = [key for key in found if key != house.administrators()]
    return [key for key in wanted if len(house.holders(key)) <= FEW]


def _by_subject(wanted: object) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    with unscoped("whoever they belong to"):
        for code, key in db.session.execute(wanted):  # type: ignore[call-overload]
            if code in queries.known_subjects():
                found[code].append(key)
    return found


@transaction
def _reseat(code: str, ids: Sequence[int], actor: Actor) -> int:
    docket = Docket(code, actor).read(ids)
    moved = [
        (sheet, chair)
        for sheet in docket.sheets.values()
        for chair in [*sheet.here]
        if chair.state in (OPEN, LATER) and not _can_decide(docket, sheet, chair)
    ]
    for sheet, chair in moved:
        _move(docket, sheet, chair)
    docket.write()
    telling.asked(docket)
    return len(moved)


def _can_decide(docket: Docket, sheet: Sheet, chair: Chair) -> bool:
    if chair.employee_id is not None:
        return docket.house.is_active(chair.employee_id)
    if chair.role_id == docket.house.administrators():
        return True
    who = barred(applicant_id=sheet.applicant_id, deciders=sheet.deciders, is_other=chair.is_other)
    return bool(set(docket.house.holders(chair.role_id or 0)) - who)


def _move(docket: Docket, sheet: Sheet, chair: Chair) -> None:
    """Close a seat that nobody can decide on, and ask another unless one of those beside it is enough."""
    docket.note(sheet, "moved", about_id=chair.employee_id, by_id=None)
    beside = [one for one in sheet.here if one is not chair and one.turn == chair.turn and one.state == chair.state]
    was, chair.state = chair.state, CLOSED
    if beside and docket.mode(sheet) != ALL:
        return
    step = docket.step(sheet)
    about, there = docket.about(sheet, step), {(one.employee_id, one.role_id) for one in sheet.here}
    found = [*seating.asked(step, about, docket.house)] if step.place else []
    fresh = [one for one in found if (one.employee_id, one.role_id) not in there]
    for one in (fresh or seating.nobody_found(about, docket.house))[:1]:
        seat = Chair(chair.turn, was, sheet.place, one.employee_id, one.role_id, chair.is_other, one.why)
        sheet.chairs.append(seat)


def _someone_left(_fact: AccountDisabled) -> None:
    with acting(SYSTEM):
        reseat(actor=SYSTEM)


listen(AccountDisabled, _someone_left)
