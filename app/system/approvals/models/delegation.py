"""Who decides in somebody's place while they are away."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    FromClause,
    Index,
    Select,
    String,
    UniqueConstraint,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import clock
from app.base.actor import Actor, Level
from app.base.fields import Choice, Choices, Date, Link, Moment, Text, field
from app.base.i18n import _
from app.base.scope import Through

REACH = "approvals"


class DelegationScope:
    """Seen by both, and by whoever reaches all approvals; kept by whoever is represented, and by administrators."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        reach = actor.reach(REACH)
        if (reach.write if write else reach.read) == Level.ALL:
            return true()
        mine = table.c.from_id == actor.id
        return mine if write else or_(mine, table.c.to_id == actor.id)


DELEGATION_SCOPE = DelegationScope()


def _subjects(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = Model.metadata.tables["approvals_delegation_subject"].alias()
    return rows, rows.c.delegation_id == table.c.id


class Delegation(Model):
    """From one day to another, both included, somebody decides for somebody else."""

    __tablename__ = "approvals_delegation"
    __versioned__: dict = {}
    __scope__ = DELEGATION_SCOPE
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="ck_approvals_delegation_other"),
        CheckConstraint("from_on <= to_on", name="ck_approvals_delegation_days"),
        Index("ix_approvals_delegation_to", "to_id", "to_on"),
        Index("ix_approvals_delegation_from", "from_id", "to_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(
            Link(
                _("Who is away"),
                to="employee",
                relation="from_",
                name="from",
                required=True,
                help=_("Only an administrator enters this for somebody else."),
            )
        ),
    )
    to_id: Mapped[int] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("Who decides meanwhile"), to="employee", relation="to", name="to", required=True)),
    )
    from_on: Mapped[date] = mapped_column(info=field(Date(_("From (day)"), required=True, sortable=True)))
    to_on: Mapped[date] = mapped_column(info=field(Date(_("To, including"), required=True, sortable=True)))
    reason: Mapped[str | None] = mapped_column(String(200), info=field(Text(_("Reason"), wide=True)))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"))))
    revision: Mapped[int] = mapped_column(nullable=False)

    from_ = relationship("Employee", foreign_keys=[from_id])
    to = relationship("Employee", foreign_keys=[to_id])
    kinds: Mapped[list[DelegationSubject]] = relationship(
        "DelegationSubject", cascade="all, delete-orphan", order_by="DelegationSubject.code"
    )

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Choices(
            _("Only approvals of"),
            name="subjects",
            dictionary="approval_subject",
            through="kinds",
            path=_subjects,
            help=_("Empty: of everything."),
        ),
    )

    def __str__(self) -> str:
        return f"{self.from_} → {self.to}"


class DelegationSubject(Model):
    """A kind of record to which a delegation is limited."""

    __tablename__ = "approvals_delegation_subject"
    __versioned__: dict = {}
    __scope__ = Through("delegation_id", Delegation.__table__, DELEGATION_SCOPE)
    __table_args__ = (UniqueConstraint("delegation_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("approvals_delegation.id"))
    code: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("Only approvals of"), dictionary="approval_subject"))
    )


def standing_in(actor_id: int | None, day: date, subject: Any) -> Select[int]:
    """Return a statement of those whom a person represents on a day. ``subject``: a code, or a column that holds it."""
    table, kinds = Delegation.__table__.alias(), DelegationSubject.__table__.alias()
    limited = select(kinds.c.id).where(kinds.c.delegation_id == table.c.id)
    meant = or_(~limited.exists(), limited.where(kinds.c.code == subject).exists())
    when = (table.c.from_on <= day, table.c.to_on >= day)
    return select(table.c.from_id).where(table.c.to_id == actor_id, *when, meant)
