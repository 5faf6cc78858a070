"""Queues 工单队列, who works in them, and the service routes 服务路线 that lead there. Source: TKT-15."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Boolean, Choice, Link, LongText, Number, Text, field
from app.base.i18n import _
from app.base.scope import PUBLIC


class Queue(Model):
    """Where tickets wait for somebody to take them. ``department_id``: the group that answers for them."""

    __tablename__ = "tickets_queue"
    __versioned__: dict = {}
    __scope__ = PUBLIC

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(40), unique=True, info=field(Text(_("Queue"), required=True, max_length=40, sortable=True))
    )
    department_id: Mapped[int] = mapped_column(
        ForeignKey("security_department.id"),
        info=field(Link(_("Group"), to="department", relation="department", required=True)),
    )
    is_active: Mapped[bool] = mapped_column(default=True, info=field(Boolean(_("In use"))))
    notes: Mapped[str | None] = mapped_column(String(300), info=field(Text(_("Notes"), max_length=300, wide=True)))
    revision: Mapped[int] = mapped_column(nullable=False)

    department = relationship("Department")
    members: Mapped[list[QueueMember]] = relationship("QueueMember", order_by="QueueMember.id")

    __mapper_args__ = {"version_id_col": revision}

    @property
    def people(self) -> tuple[int, ...]:
        """Who works in it."""
        return tuple(one.employee_id for one in self.members)

    def __str__(self) -> str:
        return self.name


class QueueMember(Model):
    """Who may take tickets out of a queue."""

    __tablename__ = "tickets_queue_member"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (
        UniqueConstraint("queue_id", "employee_id"),
        Index("ix_tickets_queue_member_of", "employee_id", "queue_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    queue_id: Mapped[int] = mapped_column(ForeignKey("tickets_queue.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"))

    employee = relationship("Employee")


class Need(NamedTuple):
    """A field of the intake that a route asks for."""

    code: str


class Route(Model):
    """What a type and a category decide: the queue, the priority, what must be filled in, the standard answer.

    The most particular route of those in use is taken: type and category before either, either before none.
    ``needs``: names of fields of the intake.
    """

    __tablename__ = "tickets_route"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (Index("ix_tickets_route", "type", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Type of ticket"), dictionary="ticket_type", nothing=_("Any type")))
    )
    category: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Category"), dictionary="ticket_category", nothing=_("Any category")))
    )
    queue_id: Mapped[int] = mapped_column(
        ForeignKey("tickets_queue.id"),
        index=True,
        info=field(Link(_("Queue"), to="ticket_queue", relation="queue", required=True)),
    )
    priority: Mapped[str | None] = mapped_column(
        String(20), info=field(Choice(_("Priority"), dictionary="ticket_priority"))
    )
    due_hours: Mapped[int | None] = mapped_column(
        info=field(Number(_("To be done within (hours)"), low=1, high=8760, help=_("Empty: as the flow says.")))
    )
    needs: Mapped[Any] = mapped_column(JSON, default=list)
    answer: Mapped[str | None] = mapped_column(
        String(2000), info=field(LongText(_("Standard answer"), max_length=2000))
    )
    is_active: Mapped[bool] = mapped_column(default=True, info=field(Boolean(_("In use"))))
    revision: Mapped[int] = mapped_column(nullable=False)

    queue = relationship("Queue")

    __mapper_args__ = {"version_id_col": revision}

    @property
    def needed(self) -> list[Need]:
        """What must be filled in, as a form reads it."""
        return [Need(name) for name in self.needs or ()]

    def __str__(self) -> str:
        specs, named = type(self).__table__.c, [one for one in ("type", "category") if getattr(self, one)]
        parts = [specs[name].info["field"].text(getattr(self, name)) for name in named]
        return " · ".join(parts) or str(_("All tickets"))
