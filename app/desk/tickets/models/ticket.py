"""A ticket 工单, and the people who take part in it."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import (
    Appointment,
    Boolean,
    Choice,
    Link,
    LongText,
    Moment,
    Number,
    Percent,
    PersonName,
    Phone,
    Text,
    field,
)
from app.base.i18n import _
from app.base.scope import Through
from app.crm.products.queries import Product
from app.desk.tickets.models.queue import Queue
from app.desk.tickets.models.scope import TICKET_HELD, TICKET_SCOPE


class Ticket(Model):
    """What a customer asked for. ``state``: a code of its edition; ``phase``: what that means (rules.Phase).

    ``group_id``: the department of its queue; ``department_id``: of whoever has it. ``answered_by_id``: the ticket
    that answers this request too. ``follows_id``: the closed ticket after which this one was opened.
    """

    __tablename__ = "tickets_ticket"
    __versioned__: dict = {"exclude": ["form_token"]}
    __scope__ = TICKET_SCOPE
    __held__ = TICKET_HELD
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="ck_tickets_progress"),
        Index(  # also what the board and the first page count and sort by, so that they need not read the rows
            "ix_tickets_phase",
            *("phase", "id", "priority", "due_at", "state"),
            postgresql_where=text("deleted_at IS NULL"),
            sqlite_where=text("deleted_at IS NULL"),
        ),
        Index("ix_tickets_state", "state", "id"),
        Index("ix_tickets_assignee", "assignee_id", "phase", "id"),
        Index("ix_tickets_created_by", "created_by_id", "id"),
        Index("ix_tickets_customer", "customer_id", "id"),
        Index("ix_tickets_department", "department_id", "phase", "id"),
        Index("ix_tickets_group", "group_id", "phase", "id"),
        Index("ix_tickets_queue", "queue_id", "phase", "id"),
        Index("ix_tickets_created_at", "created_at", "id"),
        Index("ix_tickets_due", "due_at", "id"),
        Index("ux_tickets_form_token", "form_token", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True, info=field(Text(_("Ticket number"), sortable=True)))
    title: Mapped[str] = mapped_column(
        String(120), info=field(Text(_("Problem"), required=True, max_length=120, wide=True))
    )
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        info=field(
            Link(_("Customer"), to="customer", relation="customer", required=True, nobody=_("Outside what you see"))
        ),
    )
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers_contact.id"), index=True, info=field(Link(_("Contact"), to="contact", relation="contact"))
    )
    caller: Mapped[str | None] = mapped_column(String(60), info=field(PersonName(_("Caller"), max_length=60)))
    caller_phone: Mapped[str | None] = mapped_column(
        String(32), info=field(Phone(_("Caller's phone"), group="phones", phone_kind="caller"))
    )
    type: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("Type of ticket"), dictionary="ticket_type", required=True))
    )
    category: Mapped[str | None] = mapped_column(
        String(40), index=True, info=field(Choice(_("Category"), dictionary="ticket_category"))
    )
    priority: Mapped[str] = mapped_column(
        String(20), default="normal", info=field(Choice(_("Priority"), dictionary="ticket_priority"))
    )
    channel: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Channel of the ticket"), dictionary="ticket_channel"))
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("products_product.id"), index=True, info=field(Link(_("Product"), to="product", relation="product"))
    )
    description: Mapped[str | None] = mapped_column(
        String(8000), info=field(LongText(_("Description"), max_length=8000))
    )
    edition_id: Mapped[int] = mapped_column(ForeignKey("tickets_edition.id"))
    state: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("State"), dictionary="ticket_step", beside="edition_id"))
    )
    phase: Mapped[str] = mapped_column(String(20), info=field(Choice(_("Phase"), dictionary="ticket_phase")))
    queue_id: Mapped[int | None] = mapped_column(
        ForeignKey("tickets_queue.id"), info=field(Link(_("Queue"), to="ticket_queue", relation="queue"))
    )
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"), info=field(Link(_("Group"), to="department", relation="group"))
    )
    assignee_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("With"), to="ticket_worker", relation="assignee", nobody=_("Nobody"))),
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"),
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    progress: Mapped[int] = mapped_column(default=0, info=field(Percent(_("Progress (%)"), low=0, high=100)))
    due_at: Mapped[datetime | None] = mapped_column(info=field(Appointment(_("To be done by"), sortable=True)))
    solution: Mapped[str | None] = mapped_column(String(8000), info=field(LongText(_("Solution"), max_length=8000)))
    last_remark: Mapped[str | None] = mapped_column(String(300), info=field(Text(_("Last remark"), max_length=300)))
    moved_at: Mapped[datetime] = mapped_column(
        default=clock.now, info=field(Moment(_("In the state since"), sortable=True))
    )
    waited_seconds: Mapped[int] = mapped_column(default=0)  # for the customer, all waits together
    dispatched_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Dispatched at"), sortable=True)))
    accepted_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Accepted at"), sortable=True)))
    solved_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Solved at"), sortable=True)))
    closed_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Closed at"), sortable=True)))
    end: Mapped[str | None] = mapped_column(String(20), info=field(Choice(_("How it ended"), dictionary="ticket_end")))
    reopened: Mapped[int] = mapped_column(default=0, info=field(Number(_("Times reopened"))))
    #: Served although the service has run out; and why, from the moment somebody asks for that.
    is_excepted: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("Served all the same"))))
    exception_reason: Mapped[str | None] = mapped_column(
        String(300), info=field(Text(_("Why it is served all the same"), max_length=300))
    )
    followup_id: Mapped[int | None] = mapped_column(ForeignKey("followups_followup.id"), unique=True)
    answered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("tickets_ticket.id"),
        index=True,
        info=field(Link(_("Answered by"), to="ticket", relation="answered_by")),
    )
    follows_id: Mapped[int | None] = mapped_column(
        ForeignKey("tickets_ticket.id"), index=True, info=field(Link(_("Follows"), to="ticket", relation="follows"))
    )
    form_token: Mapped[str | None] = mapped_column(String(40))  # of the form it was entered in: no form enters twice
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"), sortable=True)))
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Created by"), to="employee", relation="created_by"))
    )
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    customer = relationship("Customer")
    contact = relationship("Contact")
    product = relationship(Product)
    queue = relationship(Queue)
    edition = relationship("TicketEdition")
    group = relationship("Department", foreign_keys=[group_id])
    department = relationship("Department", foreign_keys=[department_id])
    assignee = relationship("Employee", foreign_keys=[assignee_id])
    created_by = relationship("Employee", foreign_keys=[created_by_id])
    answered_by = relationship("Ticket", foreign_keys=[answered_by_id], remote_side=[id])
    follows = relationship("Ticket", foreign_keys=[follows_id], remote_side=[id])

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return self.number


class TicketPerson(Model):
    """Somebody besides creator and assignee: takes part (writes), or only follows (reads)."""

    __tablename__ = "tickets_person"
    __versioned__: dict = {}
    __scope__ = Through("ticket_id", Ticket.__table__, TICKET_SCOPE)
    __table_args__ = (
        UniqueConstraint("ticket_id", "employee_id"),
        Index("ix_tickets_person_of", "employee_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets_ticket.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"))
    is_follower: Mapped[bool] = mapped_column(default=False)

    employee = relationship("Employee")
