"""Flows of tickets 工单流程: one per type, in editions that never change once they are made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import Choice, Link, Moment, Number, field
from app.base.i18n import _
from app.base.scope import PUBLIC


class TicketFlow(Model):
    """The flow of one ticket type. ``number``: of its edition that new tickets follow."""

    __tablename__ = "tickets_flow"
    __scope__ = PUBLIC

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(
        String(40), unique=True, info=field(Choice(_("Type of ticket"), dictionary="ticket_type"))
    )
    number: Mapped[int] = mapped_column(default=0, info=field(Number(_("Version"))))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Changed at"), sortable=True)))
    changed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Changed by"), to="employee", relation="changed_by"))
    )
    revision: Mapped[int] = mapped_column(nullable=False)

    changed_by = relationship("Employee")
    editions: Mapped[list[TicketEdition]] = relationship("TicketEdition", order_by="TicketEdition.number.desc()")

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        spec: Choice = type(self).__table__.c.type.info["field"]
        return spec.text(self.type)


class TicketEdition(Model):
    """A flow as somebody saved it; tickets keep the one with which they began.

    ``due_hours``: until when a ticket is to be done, from its intake; ``tells_supervisor``: of each new one.
    """

    __tablename__ = "tickets_edition"
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("flow_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int] = mapped_column(ForeignKey("tickets_flow.id"))
    number: Mapped[int]
    due_hours: Mapped[int | None]
    tells_supervisor: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))

    flow = relationship("TicketFlow", overlaps="editions")
    made_by = relationship("Employee")
    states: Mapped[list[TicketState]] = relationship("TicketState", order_by="TicketState.place")
    arrows: Mapped[list[TicketArrow]] = relationship("TicketArrow", order_by="TicketArrow.place")


class TicketState(Model):
    """A state of an edition. ``phase``: what it means to the program (rules.Phase)."""

    __tablename__ = "tickets_state"
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("edition_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("tickets_edition.id"))
    place: Mapped[int]  # 1, 2, …: tickets begin in the first
    code: Mapped[str] = mapped_column(String(40))
    name_zh_hans: Mapped[str] = mapped_column(String(40))
    name_zh_hant: Mapped[str | None] = mapped_column(String(40))
    name_en: Mapped[str | None] = mapped_column(String(60))
    phase: Mapped[str] = mapped_column(String(20))
    color: Mapped[str] = mapped_column(String(20), default="gray")


class TicketArrow(Model):
    """A transition of an edition, between two of its states. ``who``, ``needs``: lists, see rules.Arrow."""

    __tablename__ = "tickets_arrow"
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("edition_id", "source", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("tickets_edition.id"))
    place: Mapped[int]
    source: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(String(40))  # on its button; empty: the verb's word
    who: Mapped[Any] = mapped_column(JSON, default=list)
    needs: Mapped[Any] = mapped_column(JSON, default=list)
