"""Who is asked, in which order: a flow per kind of record, in editions that never change once they are made."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import Choice, Link, Moment, Number, field
from app.base.i18n import _
from app.base.scope import PUBLIC


class Flow(Model):
    """The flow of one kind of record. ``number``: of its edition that new cases follow."""

    __tablename__ = "approvals_flow"
    __scope__ = PUBLIC

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(
        String(40), unique=True, info=field(Choice(_("What is approved"), dictionary="approval_subject"))
    )
    number: Mapped[int] = mapped_column(default=0, info=field(Number(_("Version"))))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Changed at"), sortable=True)))
    changed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Changed by"), to="employee", relation="changed_by"))
    )
    revision: Mapped[int] = mapped_column(nullable=False)

    changed_by = relationship("Employee")
    editions: Mapped[list[Edition]] = relationship("Edition", order_by="Edition.number.desc()")

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        spec: Choice = type(self).__table__.c.subject.info["field"]
        return spec.text(self.subject)


class Edition(Model):
    """A flow as somebody saved it. Cases keep the one with which they began."""

    __tablename__ = "approvals_edition"
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("flow_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(ForeignKey("approvals_flow.id"))
    number: Mapped[int]
    fallback_id: Mapped[int | None] = mapped_column(  # asked where nobody else is found; None: the administrators
        ForeignKey("security_employee.id")
    )
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))

    made_by = relationship("Employee", foreign_keys=[made_by_id])
    fallback = relationship("Employee", foreign_keys=[fallback_id])
    steps: Mapped[list[FlowStep]] = relationship("FlowStep", order_by="FlowStep.place")


class FlowStep(Model):
    """One step of an edition. ``kind`` and ``mode``: see rules.flows."""

    __tablename__ = "approvals_step"
    __scope__ = PUBLIC
    __table_args__ = (
        UniqueConstraint("edition_id", "place"),
        CheckConstraint("place > 0", name="ck_approvals_step_place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("approvals_edition.id"))
    place: Mapped[int]  # 1, 2, …
    name: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id"))
    level: Mapped[int] = mapped_column(default=1)  # of the superior: 1 is the nearest
    mode: Mapped[str] = mapped_column(String(10))
    hours: Mapped[int | None]  # until somebody is reminded
    above_limit: Mapped[bool] = mapped_column(default=False)  # only above the limit of whoever approved before
    is_other: Mapped[bool] = mapped_column(default=False)  # nobody who approved an earlier step

    person = relationship("Employee", foreign_keys=[person_id])
    role = relationship("Role")
    conditions: Mapped[list[Condition]] = relationship("Condition", order_by="Condition.id")


class Condition(Model):
    """What a record must meet for a step to be taken: all conditions of the step."""

    __tablename__ = "approvals_condition"
    __scope__ = PUBLIC

    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("approvals_step.id"), index=True)
    field: Mapped[str] = mapped_column(String(60))
    op: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(200))  # as it was typed
