"""Cases: what waits for whom, who may decide, and what a record was when somebody last decided on it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select

from app.base import clock
from app.base.actor import Actor, current_actor
from app.base.among import among
from app.base.fields import Hidden, fields_of, seen, value_column
from app.base.scope import unscoped, with_deleted
from app.extensions import db
from app.system.approvals.models import Case, Seat, Subject, standing_in, subject_of
from app.system.approvals.queries.people import voice
from app.system.approvals.rules.cases import NOT_WAITING, OPEN, WAITING, YES
from app.system.approvals.rules.deciding import refusal
from app.system.audit import queries as audit
from app.system.audit.queries import Line
from app.system.security.queries import User, assoc_user_role

NEWEST = 2**62  # later than any change set
CASE, SEAT = Case.__table__, Seat.__table__


def waits_for(cases: Any, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on the table of cases that a case waits for this person now, in whosever name."""
    if actor.id is None:
        return false()
    represented = standing_in(actor.id, clock.today(), cases.c.subject)
    people = User.__table__.alias()
    voices = or_(people.c.id == actor.id, people.c.id.in_(represented))
    seats, held = SEAT.alias(), assoc_user_role.alias()
    roles = select(held.c.role_id).where(held.c.user_id == people.c.id)
    asked = and_(
        seats.c.case_id == cases.c.id,
        seats.c.state == OPEN,
        or_(seats.c.employee_id == people.c.id, seats.c.role_id.in_(roles)),
        or_(not_(seats.c.is_other), not_(_has_decided(cases, actor.id))),
    )
    free = or_(not_(seats.c.is_other), not_(_has_decided(cases, people.c.id)))
    found = select(seats.c.id).where(voices, asked, free, people.c.active, people.c.id != cases.c.applicant_id)
    return and_(cases.c.state == WAITING, cases.c.applicant_id != actor.id, found.correlate(cases).exists())


def _has_decided(cases: Any, key: Any) -> ColumnElement[bool]:
    """Return the condition that somebody said yes in the present round, or another did in their name."""
    former = SEAT.alias()
    who = or_(former.c.decided_by_id == key, former.c.for_id == key)
    said = (former.c.case_id == cases.c.id, former.c.round == cases.c.round, former.c.state == YES, who)
    return select(former.c.id).where(*said).exists()


def waiting_for(code: str, actor: Actor) -> Select[int]:
    """Return a statement of the ids of the records that wait for this person now, for ``column.in_(…)``.

    Their own seats, their roles, and those whom they represent today. Nothing that they entered themselves.
    """
    cases = CASE.alias()
    return select(cases.c.record_id).where(cases.c.subject == code, waits_for(cases, actor))


def count_waiting(actor: Actor, *, most: int) -> int:
    """Return how many cases wait for somebody, counted up to ``most``."""
    cases = CASE.alias()
    some = select(cases.c.id).where(waits_for(cases, actor)).limit(most + 1).subquery()
    with unscoped("what waits for somebody is theirs to see"):
        return db.session.scalar(select(func.count()).select_from(some)) or 0


def case_of(code: str, record_id: int) -> Case | None:
    """Return the newest case of a record, as far as whoever acts sees it."""
    wanted = select(Case).where(Case.subject == code, Case.record_id == record_id)
    return db.session.scalar(wanted.order_by(Case.id.desc()).limit(1))


def deciders(case: Case) -> set[int]:
    """Return who said yes in the present round, and in whose name."""
    said = [one for one in case.seats if one.round == case.round and one.state == YES]
    return {key for one in said for key in (one.decided_by_id, one.for_id) if key is not None}


def open_seats(case: Case) -> list[Seat]:
    """Return the seats that are asked now."""
    return [one for one in case.seats if one.state == OPEN]


def may_decide(code: str, record_id: int, actor: Actor) -> object | None:
    """Return None if somebody may approve, reject or give back a record now, else the sentence that says why not."""
    with unscoped("the sentence tells nothing of the record"):
        case = case_of(code, record_id)
        if case is None or case.state != WAITING:
            return NOT_WAITING
        seats, said = open_seats(case), deciders(case)
        return refusal(voice(code, actor), seats, applicant_id=case.applicant_id, deciders=said)


# ── what changed ──


class Change(NamedTuple):
    """A field that differs from what was last decided on, as its reader may see it."""

    label: object
    old: str
    new: str


def lines_since(case: Case) -> list[Line]:
    """Return what differs from the record as it was at the last decision on it; all of a record nobody decided on."""
    subject = subject_of(case.subject)
    with unscoped("who sees the case sees what was submitted, masked by their rights"):
        now = audit.snapshot(subject.model, case.record_id, NEWEST)
        then = audit.Snapshot()
        if case.since_number is not None:
            then = audit.snapshot(subject.model, case.record_id, case.since_number)
    found = audit.differences(then, now, without=audit.SILENT)
    return [line for line in found if line.spec.name in subject.fields and (line.old, line.new) != (None, "")]


def changes_since(case: Case, *, actor: Actor | None = None) -> list[Change]:
    """Return the same in words: (label, old, new), masked for ``actor``, else for whoever acts."""
    reader, record = actor or current_actor(), record_of(case)
    return [
        Change(line.spec.label, _words(line, line.old, reader, record), _words(line, line.new, reader, record))
        for line in lines_since(case)
    ]


def _words(line: Line, value: Any, reader: Actor | None, record: Any) -> str:
    shown = seen(line.spec, value, actor=reader, record=record)
    return shown if isinstance(shown, Hidden) else line.spec.text(value)


def record_of(case: Case) -> Any:
    """Return the record of a case, whoever may see it elsewhere; None if it is gone for good."""
    with unscoped("who sees the case is told which record it is"), with_deleted():
        return db.session.get(subject_of(case.subject).model, case.record_id)


def records_of(cases: Iterable[Case]) -> Mapping[tuple[str, int], Any]:
    """Return the records of some cases, in one statement for each kind: (code, id) → record."""
    wanted: dict[str, set[int]] = {}
    for case in cases:
        wanted.setdefault(case.subject, set()).add(case.record_id)
    found = {}
    for code, ids in wanted.items():
        model: Any = subject_of(code).model
        with unscoped("who sees the case is told which record it is"), with_deleted():
            for row in db.session.scalars(select(model).where(model.id.in_(sorted(ids)))):
                found[code, row.id] = row
    return found


# ── plain rows ──


def asked_values(subject: Subject, ids: Sequence[int]) -> Mapping[int, dict[str, Any]]:
    """Return what conditions, limits and heads of departments ask of records: id → values by name."""
    table: Any = subject.model.__table__  # type: ignore[attr-defined]
    specs = {name: spec for name, spec in fields_of(subject.model).items() if name in (*subject.asked, subject.amount)}
    columns = [value_column(spec, table).label(f"v_{name}") for name, spec in specs.items()]
    house = [table.c.department_id] if "department_id" in table.c else []
    with unscoped("the record is the caller's"):
        rows = db.session.connection().execute(select(table.c.id, *columns, *house).where(among(table.c.id, ids)))
    return {
        row.id: {name: getattr(row, f"v_{name}") for name in specs} | {"": row.department_id if house else None}
        for row in rows
    }
