"""A record that waits for a decision: the case, who is asked (seats), and what happened (events)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    FromClause,
    Index,
    Numeric,
    String,
    and_,
    false,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import clock
from app.base.actor import Actor, Level, current_actor
from app.base.fields import Boolean, Choice, Link, Moment, Money, Number, Reckoned, field
from app.base.i18n import _
from app.base.scope import Through, unscoped, with_deleted
from app.extensions import db
from app.system.approvals.models.delegation import REACH, standing_in
from app.system.approvals.models.subject import subject_of
from app.system.approvals.rules.cases import OPEN, WAITING, YES
from app.system.security.queries import User, assoc_user_role


class CaseScope:
    """Seen by the applicant, by all who are, were or will be asked and their delegates, and with level ALL."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        reach = actor.reach(REACH)
        if (reach.write if write else reach.read) == Level.ALL:
            return true()
        seats = Model.metadata.tables["approvals_seat"].alias()
        asked = select(seats.c.case_id).where(self._asked(seats, actor))
        meanwhile = self._represented(seats, table, actor)
        return or_(table.c.applicant_id == actor.id, table.c.id.in_(asked), meanwhile)

    @staticmethod
    def _asked(seats: FromClause, actor: Actor) -> ColumnElement[bool]:
        by_role = seats.c.role_id.in_(sorted(actor.role_ids))
        return or_(seats.c.employee_id == actor.id, seats.c.decided_by_id == actor.id, by_role)

    @staticmethod
    def _represented(seats: FromClause, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        """Return the condition of the cases that wait for somebody whom the actor represents today."""
        whom = standing_in(actor.id, clock.today(), table.c.subject)
        roles = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id.in_(whom))
        theirs = or_(seats.c.employee_id.in_(whom), seats.c.role_id.in_(roles))
        now = select(seats.c.id).where(seats.c.case_id == table.c.id, seats.c.state == OPEN, theirs)
        return now.correlate(table).exists()


CASE_SCOPE = CaseScope()


def waits_for(cases: Any, actor: Actor) -> ColumnElement[bool]:
    """Return the condition on the table of cases that a case waits for this person now, in whosever name."""
    if actor.id is None:
        return false()
    seat_table = Model.metadata.tables["approvals_seat"]
    represented = standing_in(actor.id, clock.today(), cases.c.subject)
    people = User.__table__.alias()
    voices = or_(people.c.id == actor.id, people.c.id.in_(represented))
    seats, held = seat_table.alias(), assoc_user_role.alias()
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
    former = Model.metadata.tables["approvals_seat"].alias()
    who = or_(former.c.decided_by_id == key, former.c.for_id == key)
    said = (former.c.case_id == cases.c.id, former.c.round == cases.c.round, former.c.state == YES, who)
    return select(former.c.id).where(*said).exists()


def _waits(table: FromClause, code: str, _values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition of the filter "waits for me", for whoever acts."""
    actor = current_actor()
    return waits_for(table, actor) if actor is not None and code == "true" else false()


class Case(Model):
    """A record on its way through a flow. ``since_number``: the change set of the last decision on the record."""

    __tablename__ = "approvals_case"
    __scope__ = CASE_SCOPE
    __filters__ = (
        Reckoned(
            _("Waits for me"), name="waits_for_me", inner=Boolean(_("Waits for me"), name="waits_for_me"), how=_waits
        ),
    )
    __table_args__ = (
        Index(
            "ux_approvals_case_waiting",
            "subject",
            "record_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_approvals_case_record", "subject", "record_id", "id"),
        Index("ix_approvals_case_applicant", "applicant_id", "id"),
        Index("ix_approvals_case_state", "state", "due_at"),
        CheckConstraint("place >= 0", name="ck_approvals_case_place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("What is approved"), dictionary="approval_subject"))
    )
    record_id: Mapped[int]
    edition_id: Mapped[int] = mapped_column(ForeignKey("approvals_edition.id"))
    state: Mapped[str] = mapped_column(
        String(20), default=WAITING, info=field(Choice(_("State"), dictionary="approval_state"))
    )
    applicant_id: Mapped[int] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Applicant"), to="employee", relation="applicant"))
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"),
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2), info=field(Money(_("Amount"), sortable=True)))
    place: Mapped[int] = mapped_column(default=0, info=field(Number(_("Step"))))  # of the step it stands at
    round: Mapped[int] = mapped_column(default=1)  # raised when it starts again
    edits: Mapped[int] = mapped_column(default=0)  # how often the record was changed meanwhile
    since_number: Mapped[int | None] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Submitted at"), sortable=True)))
    due_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("To be decided by"), sortable=True)))
    reminded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Ended at"), sortable=True)))

    applicant = relationship("Employee", foreign_keys=[applicant_id])
    department = relationship("Department", foreign_keys=[department_id])
    edition = relationship("Edition")
    seats: Mapped[list[Seat]] = relationship("Seat", order_by="Seat.round, Seat.place, Seat.turn, Seat.id")
    events: Mapped[list[Event]] = relationship("Event", order_by="Event.id")

    @property
    def record(self) -> Any:
        """The record, whoever may see it elsewhere: who sees the case is told which one it is. None if it is gone."""
        if "_record" not in self.__dict__:
            with unscoped("who sees the case is told which record it is"), with_deleted():
                keep_record(self, db.session.get(subject_of(self.subject).model, self.record_id))
        return self.__dict__["_record"]

    @property
    def title(self) -> str:
        """What the record is called."""
        return str(self.record) if self.record is not None else f"#{self.record_id}"

    def __str__(self) -> str:
        return self.title


def keep_record(case: Case, record: Any) -> None:
    """Give a case its record, read together with others."""
    case.__dict__["_record"] = record


class Seat(Model):
    """Somebody, or the holders of a role, who decide at a step. Of equal turn: at the same time."""

    __tablename__ = "approvals_seat"
    __scope__ = Through("case_id", Case.__table__, CASE_SCOPE)
    __table_args__ = (
        CheckConstraint("(employee_id IS NULL) <> (role_id IS NULL)", name="ck_approvals_seat_whose"),
        Index("ix_approvals_seat_case", "case_id", "state"),
        Index("ix_approvals_seat_employee", "employee_id", "state", "case_id"),
        Index("ix_approvals_seat_role", "role_id", "state", "case_id"),
        Index("ix_approvals_seat_decided_by", "decided_by_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("approvals_case.id"))
    round: Mapped[int]
    place: Mapped[int]
    turn: Mapped[int]
    employee_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id"))
    is_other: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column(String(20), default="")  # see rules.seating: who was asked in whose place
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))  # whom a delegate represented
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(500))

    employee = relationship("Employee", foreign_keys=[employee_id])
    role = relationship("Role")


class Event(Model):
    """One thing that happened to a case. ``kind``: see rules.cases; ``names``: fields that were changed."""

    __tablename__ = "approvals_event"
    __scope__ = Through("case_id", Case.__table__, CASE_SCOPE)
    __table_args__ = (Index("ix_approvals_event_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("approvals_case.id"))
    round: Mapped[int]
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))  # who was added, or left
    note: Mapped[str | None] = mapped_column(String(500))
    names: Mapped[Any | None] = mapped_column(JSON)

    by = relationship("Employee", foreign_keys=[by_id])
    for_ = relationship("Employee", foreign_keys=[for_id])
    about = relationship("Employee", foreign_keys=[about_id])
