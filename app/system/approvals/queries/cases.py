"""Cases: what waits for whom, who may decide, and what a record was when somebody last decided on it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor, current_actor
from app.base.among import among
from app.base.fields import Field, Hidden, fields_of, seen, value_column
from app.base.history import DELETE, versions_of
from app.base.scope import unscoped, with_deleted
from app.base.stamps import Cached
from app.extensions import db
from app.system.approvals.models import (
    CASE_SCOPE,
    Case,
    Edition,
    FlowStep,
    Seat,
    Subject,
    keep_record,
    subject_of,
    waits_for,
)
from app.system.approvals.queries.people import voice
from app.system.approvals.rules.cases import NOT_WAITING, OPEN, WAITING, YES
from app.system.approvals.rules.deciding import refusal
from app.system.audit import queries as audit
from app.system.audit.queries import Line

STAMP = "approvals"
NEWEST = 2**62  # later than any change set
CASE, SEAT = Case.__table__, Seat.__table__


def records_seen(code: str, actor: Actor) -> Select[int]:
    """Return a statement of the ids of the records whose approvals this person sees, for ``column.in_(…)``."""
    cases = CASE.alias()
    return select(cases.c.record_id).where(cases.c.subject == code, CASE_SCOPE.rows(cases, actor, write=False))


def waiting_for(code: str, actor: Actor) -> Select[int]:
    """Return a statement of the ids of the records that wait for this person now, for ``column.in_(…)``.

    Their own seats, their roles, and those whom they represent today. Nothing that they entered themselves.
    """
    cases = CASE.alias()
    return select(cases.c.record_id).where(cases.c.subject == code, waits_for(cases, actor))


def for_cards() -> Sequence[Any]:
    """Return what a card of a waiting case draws besides it. Asked late: to name a relation configures every mapper."""
    steps = selectinload(Case.edition).selectinload(Edition.steps)
    return selectinload(Case.applicant), steps.selectinload(FlowStep.person), steps.selectinload(FlowStep.role)


def waiting(actor: Actor, *, code: str = "", limit: int, after: int = 0) -> Sequence[Case]:
    """Return cases that wait for somebody, those submitted first, behind the case ``after``."""
    wanted = select(Case).where(waits_for(CASE, actor), Case.id > after).options(*for_cards())
    if code:
        wanted = wanted.where(Case.subject == code)
    return with_records(list(db.session.scalars(wanted.order_by(Case.id).limit(limit))))


def cases(ids: Sequence[int]) -> Sequence[Case]:
    """Return those of the cases that whoever acts sees, with their records."""
    return with_records(list(db.session.scalars(select(Case).where(among(Case.id, ids)).order_by(Case.id))))


def counts_waiting(actor: Actor) -> Mapping[str, int]:
    """Return how many cases wait for somebody, by kind of record."""
    counted = select(CASE.c.subject, func.count()).where(waits_for(CASE, actor)).group_by(CASE.c.subject)
    with unscoped("what waits for somebody is theirs to see"):
        return {code: count for code, count in db.session.execute(counted)}  # noqa: C416 - rows, no pairs


def _counts(person: int, _day: date, _rights: int) -> Mapping[str, int]:
    return counts_waiting(Actor(person))


#: ``kept_counts(person, day, rights)``: the same, kept until a case moves: every first page asks it. ``rights``: the
#: number of the stamp "security", for roles are asked too.
kept_counts = Cached(STAMP, _counts)


def case_of(code: str, record_id: int) -> Case | None:
    """Return the newest case of a record, as far as whoever acts sees it."""
    wanted = select(Case).where(Case.subject == code, Case.record_id == record_id)
    return db.session.scalar(wanted.order_by(Case.id.desc()).limit(1))


def is_waiting(code: str, record_id: int) -> bool:
    """Tell whether a record waits for approval, whoever is asked."""
    with unscoped("that it waits is known to whoever sees the record"):
        case = case_of(code, record_id)
    return case is not None and case.state == WAITING


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
    if subject.lines is not None:
        return list(subject.lines(case.record)) if case.record is not None else []
    with unscoped("who sees the case sees what was submitted, masked by their rights"):
        now = audit.snapshot(subject.model, case.record_id, NEWEST)
        then = audit.Snapshot()
        if case.since_number is not None:
            then = audit.snapshot(subject.model, case.record_id, case.since_number)
    found = audit.differences(then, now, without=audit.SILENT)
    return [line for line in found if line.spec.name in subject.fields and (line.old, line.new) != (None, "")]


def lines_of(cases: Sequence[Case]) -> Mapping[int, list[Line]]:
    """Return the same of several cases, by id: of the records themselves, without what hangs on them."""
    found: dict[int, list[Line]] = {}
    for code in {case.subject for case in cases}:
        subject, some = subject_of(code), [case for case in cases if case.subject == code]
        if subject.lines is not None:
            found |= {case.id: lines_since(case) for case in some}
            continue
        specs = {
            name: spec for name, spec in fields_of(subject.model).items() if name in subject.fields and spec.column
        }
        then = _as_decided(subject, [case.id for case in some])
        for case in some:
            key = (subject.model, case.record_id)
            old, new = _shot(key, then.get(case.id), specs), _shot(key, case.record, specs)
            lines = audit.differences(old, new)
            found[case.id] = [line for line in lines if (line.old, line.new) != (None, "")]
    return found


def _shot(key: tuple[type[Any], int], row: Any, specs: Mapping[str, Field]) -> audit.Snapshot:
    shot = audit.Snapshot()
    if row is not None:
        shot.rows[key] = {name: getattr(row, spec.column) for name, spec in specs.items()}
        shot.titles[key], shot.specs[key] = "", specs
    return shot


def _as_decided(subject: Subject, ids: Sequence[int]) -> Mapping[int, Any]:
    """Return the versions of records as they were at the last decision: case → version. In one statement."""
    versions: Any = versions_of(subject.model)
    then = (
        versions.transaction_id <= Case.since_number,
        or_(versions.end_transaction_id.is_(None), versions.end_transaction_id > Case.since_number),
        versions.operation_type != DELETE,
    )
    wanted = select(Case.id, versions).join(versions, versions.id == Case.record_id).where(Case.id.in_(ids), *then)
    with unscoped("who sees the case sees what was submitted, masked by their rights"):
        return {key: row for key, row in db.session.execute(wanted)}  # noqa: C416 - rows, no pairs


def changes_since(case: Case, *, actor: Actor | None = None) -> list[Change]:
    """Return the same in words: (label, old, new), masked for ``actor``, else for whoever acts."""
    reader, record = actor or current_actor(), case.record
    return [
        Change(line.spec.label, _words(line, line.old, reader, record), _words(line, line.new, reader, record))
        for line in lines_since(case)
    ]


def _words(line: Line, value: Any, reader: Actor | None, record: Any) -> str:
    shown = seen(line.spec, value, actor=reader, record=record)
    return shown if isinstance(shown, Hidden) else line.spec.text(value)


def with_records(cases: Sequence[Case]) -> Sequence[Case]:
    """Return cases with their records read, in one statement for each kind."""
    wanted: dict[str, set[int]] = {}
    for case in cases:
        wanted.setdefault(case.subject, set()).add(case.record_id)
    for code, ids in wanted.items():
        model: Any = subject_of(code).model
        with unscoped("who sees the case is told which record it is"), with_deleted():
            found = {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(sorted(ids))))}
        for case in cases:
            if case.subject == code:
                keep_record(case, found.get(case.record_id))
    return cases


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
