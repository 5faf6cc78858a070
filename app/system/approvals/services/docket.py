"""The cases at hand: locked and read in a few statements, walked through as plain rows, written in sets.

A thousand records cost as many statements as one: whatever changes alike is written at once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from app.base import clock
from app.base.actor import Actor
from app.base.among import among
from app.base.scope import unscoped
from app.base.transaction import announce
from app.extensions import db
from app.system.approvals import queries
from app.system.approvals.facts import CasesMoved
from app.system.approvals.models import Case, Event, Seat, Subject, subject_of
from app.system.approvals.queries.cases import asked_values
from app.system.approvals.rules import seating
from app.system.approvals.rules.cases import LATER, OPEN, WAITING, YES
from app.system.approvals.rules.deciding import barred
from app.system.approvals.rules.flows import ANY, CHOSEN, Step, next_step
from app.system.approvals.rules.seating import About
from app.system.approvals.services.turns import Place, close

CASE, SEAT, EVENT = Case.__table__, Seat.__table__, Event.__table__
NAMED_PERSON = Step(0, CHOSEN)  # where no step is taken: asked of the named person
CHANGING = (
    *("state", "place", "round", "edits", "since_number", "due_at", "reminded_at", "ended_at"),
    *("amount", "department_id"),
)


@dataclass
class Chair(Place):
    """A seat at hand. Without an id it is still to be written."""

    place: int
    employee_id: int | None = None
    role_id: int | None = None
    is_other: bool = False
    why: str = ""
    decided_by_id: int | None = None
    for_id: int | None = None
    decided_at: datetime | None = None
    note: str | None = None
    id: int | None = None
    was: str = ""  # its state when it was read
    is_told: bool = False  # whoever sits there was asked before


@dataclass
class Sheet:
    """A case at hand, with the seats of its present round."""

    id: int
    record_id: int
    edition_id: int
    applicant_id: int
    department_id: int | None
    state: str = WAITING
    place: int = 0
    round: int = 1
    edits: int = 0
    since_number: int | None = None
    amount: Decimal | None = None
    due_at: datetime | None = None
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    chairs: list[Chair] = field(default_factory=list)
    was: tuple[Any, ...] = ()

    @property
    def here(self) -> list[Chair]:
        """The seats of the step it stands at."""
        return [one for one in self.chairs if one.place == self.place]

    @property
    def open(self) -> list[Chair]:
        """The seats that are asked now."""
        return [one for one in self.chairs if one.state == OPEN]

    @property
    def said(self) -> list[Chair]:
        """The seats that have said yes in this round."""
        return [one for one in self.chairs if one.state == YES]

    @property
    def deciders(self) -> frozenset[int]:
        """Who said yes in this round, and in whose name."""
        both = (key for one in self.said for key in (one.decided_by_id, one.for_id))
        return frozenset(key for key in both if key is not None)

    def standing(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in CHANGING)


class Docket:
    """Some cases of one kind of record, on behalf of one actor."""

    def __init__(self, code: str, actor: Actor) -> None:
        self.subject: Subject = subject_of(code)
        self.code, self.actor, self.now = code, actor, clock.now()
        self.house = queries.House()
        self.sheets: dict[int, Sheet] = {}  # by record
        self.events: list[dict[str, Any]] = []
        self.former: list[Chair] = []  # of rounds that are over
        self._steps: dict[int, tuple[list[Step], int | None]] = {}
        self._values: Mapping[int, dict[str, Any]] | None = None

    # ── reading ──

    def read(self, ids: Sequence[int]) -> "Docket":
        """Lock and read the cases of records that wait."""
        wanted = select(CASE).where(CASE.c.subject == self.code, CASE.c.state == WAITING, among(CASE.c.record_id, ids))
        with unscoped("the caller's domain says whose records these are"):
            rows = db.session.connection().execute(locking(wanted.order_by(CASE.c.id))).all()
            for row in rows:
                known = {name: getattr(row, name) for name in Sheet.__dataclass_fields__ if name in CASE.c}
                self.take(Sheet(**known))
            self._seat_all()
        return self

    def take(self, sheet: Sheet) -> Sheet:
        """Add a case at hand."""
        sheet.was = sheet.standing()
        self.sheets[sheet.record_id] = sheet
        return sheet

    def _seat_all(self) -> None:
        by_case = {sheet.id: sheet for sheet in self.sheets.values()}
        wanted = select(SEAT).where(among(SEAT.c.case_id, list(by_case))).order_by(SEAT.c.turn, SEAT.c.id)
        for row in db.session.connection().execute(wanted):
            sheet = by_case[row.case_id]
            if row.round == sheet.round:
                known = {name: getattr(row, name) for name in Chair.__dataclass_fields__ if name in SEAT.c}
                sheet.chairs.append(Chair(**known, was=row.state, is_told=row.state == OPEN))

    def values(self, sheet: Sheet) -> Mapping[str, Any]:
        """Return what conditions ask of the record of a case."""
        if self._values is None:
            self._values = asked_values(self.subject, list(self.sheets))
        return self._values.get(sheet.record_id, {})

    def look_again(self) -> None:
        """Take over what the records hold now: amount and department."""
        for sheet in self.sheets.values():
            values = self.values(sheet)
            sheet.amount = values.get(self.subject.amount) if self.subject.amount else None
            sheet.department_id = values.get("") or self.house.department_of(sheet.applicant_id)

    # ── walking ──

    def steps(self, sheet: Sheet) -> list[Step]:
        return self._edition(sheet)[0]

    def _edition(self, sheet: Sheet) -> tuple[list[Step], int | None]:
        if sheet.edition_id not in self._steps:
            found = queries.edition(sheet.edition_id)
            self._steps[sheet.edition_id] = queries.steps_of(self.code, found), found.fallback_id
        return self._steps[sheet.edition_id]

    def step(self, sheet: Sheet) -> Step:
        """Return the step at which a case stands."""
        return next((one for one in self.steps(sheet) if one.place == sheet.place), NAMED_PERSON)

    def advance(self, sheet: Sheet, *, is_first: bool = False) -> bool:
        """Lead a case to its next step; return whether there is none. If none is taken, the named person is asked."""

        def limits() -> list[Decimal | None]:
            people = {one.for_id or one.decided_by_id for one in sheet.said}
            return [self.house.limit(self.subject, key) for key in people if key is not None]

        step = next_step(
            self.steps(sheet), after=sheet.place, values=self.values(sheet), amount=sheet.amount, limits=limits
        )
        if step is None and not is_first:
            return True
        sheet.place = step.place if step else 0
        hours = step.hours if step else None
        sheet.due_at, sheet.reminded_at = self.now + timedelta(hours=hours) if hours else None, None
        self.seat(sheet, step or NAMED_PERSON)
        return False

    def about(self, sheet: Sheet, step: Step, *, chosen: tuple[int, ...] = ()) -> About:
        who = barred(applicant_id=sheet.applicant_id, deciders=sheet.deciders, is_other=step.is_other)
        return About(sheet.applicant_id, sheet.department_id, who, self._edition(sheet)[1], chosen)

    def seat(self, sheet: Sheet, step: Step, *, chosen: tuple[int, ...] = ()) -> None:
        """Make the seats of a step. Of several turns the first is asked now."""
        about = self.about(sheet, step, chosen=chosen)
        asked = seating.asked(step, about, self.house) if step.place else seating.nobody_found(about, self.house)
        first = min((one.turn for one in asked), default=0)
        for one in asked:
            state = OPEN if one.turn == first else LATER
            chair = Chair(one.turn, state, step.place, one.employee_id, one.role_id, step.is_other, one.why)
            sheet.chairs.append(chair)

    def start_again(self, sheet: Sheet) -> None:
        """Lead a case to the first step once more, in a new round."""
        close(sheet.chairs)
        sheet.round, sheet.place = sheet.round + 1, 0
        self.former += sheet.chairs
        sheet.chairs = []
        self.advance(sheet, is_first=True)

    def mode(self, sheet: Sheet) -> str:
        """Return how many of those who are asked must say yes."""
        return self.step(sheet).mode if sheet.place else ANY

    def end(self, sheet: Sheet, state: str) -> None:
        """End a case: nobody is asked any more."""
        close(sheet.chairs)
        sheet.state, sheet.ended_at, sheet.due_at = state, self.now, None

    def note(self, sheet: Sheet, kind: str, **more: Any) -> None:
        """Write down what happened to a case."""
        known = {"by_id": self.actor.id, "for_id": None, "about_id": None, "note": None, "names": None}
        about = {"case_id": sheet.id, "round": sheet.round, "place": sheet.place, "kind": kind, "at": self.now}
        self.events.append(about | known | more)

    # ── writing ──

    def write(self) -> None:
        """Write all that has changed, in sets."""
        sheets = list(self.sheets.values())
        _update(CASE, [(one.id, _moved(one)) for one in sheets if _moved(one)])
        chairs = [*self.former, *[one for sheet in sheets for one in sheet.chairs]]
        _update(SEAT, [(one.id, _decision(one)) for one in chairs if one.id and one.state != one.was])
        fresh = [_row(sheet, one) for sheet in sheets for one in sheet.chairs if one.id is None]
        for table, rows in ((SEAT, fresh), (EVENT, self.events)):
            if rows:
                db.session.connection().execute(insert(table), rows)
        db.session.expire_all()
        announce(CasesMoved(self.code))


def locking(wanted: Any) -> Any:
    """Return a statement that keeps others from deciding on the cases meanwhile. On SQLite the transaction does it."""
    return wanted.with_for_update()


def _moved(sheet: Sheet) -> dict[str, Any]:
    """Return what has changed of a case, and nothing else: so thousands change alike."""
    pairs = zip(CHANGING, sheet.was, sheet.standing(), strict=True)
    return {name: now for name, was, now in pairs if now != was}


def _decision(chair: Chair) -> dict[str, Any]:
    return {name: getattr(chair, name) for name in ("state", "decided_by_id", "for_id", "decided_at", "note")}


def _row(sheet: Sheet, chair: Chair) -> dict[str, Any]:
    names = ("turn", "state", "place", "employee_id", "role_id", "is_other", "why")
    return {"case_id": sheet.id, "round": sheet.round} | {name: getattr(chair, name) for name in names}


def _update(table: Any, changes: Sequence[tuple[int | None, dict[str, Any]]]) -> None:
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for key, values in changes:
        if key is not None:
            alike[tuple(values.items())].append(key)
    for same, keys in alike.items():
        db.session.connection().execute(update(table).where(among(table.c.id, keys)).values(dict(same)))


__all__ = ["CASE", "EVENT", "SEAT", "Chair", "Docket", "Sheet"]
