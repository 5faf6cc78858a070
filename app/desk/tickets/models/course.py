"""What happened to a ticket: flow records 流转记录, notes, work with its parts, the checklist."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.base import clock
from app.base.fields import Choice, Link, Moment, Span, Text, field
from app.base.i18n import _
from app.base.scope import Through
from app.desk.tickets.models.scope import TICKET_SCOPE
from app.desk.tickets.models.ticket import Ticket

OF_TICKET = Through("ticket_id", Ticket.__table__, TICKET_SCOPE)


class TicketMove(Model):
    """One step: from where to where, from whom to whom, and how long the step before took. Never changed."""

    __tablename__ = "tickets_move"
    __scope__ = OF_TICKET
    __table_args__ = (
        Index("ix_tickets_move_of", "ticket_id", "id"),
        Index("ix_tickets_move_at", "at", "id"),
        Index("ix_tickets_move_by", "by_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets_ticket.id"), info=field(Link(_("Ticket"), to="ticket", relation="ticket"))
    )
    verb: Mapped[str] = mapped_column(String(20), info=field(Choice(_("Step"), dictionary="ticket_verb")))
    from_state: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("From"), dictionary="ticket_step", beside="edition_id"))
    )
    to_state: Mapped[str] = mapped_column(
        String(40), info=field(Choice(_("To"), dictionary="ticket_step", beside="edition_id"))
    )
    from_phase: Mapped[str | None] = mapped_column(String(20))
    to_phase: Mapped[str] = mapped_column(String(20))
    from_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("From whom"), to="employee", relation="from_"))
    )
    to_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("To whom"), to="employee", relation="to"))
    )
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("tickets_queue.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("When"), sortable=True)))
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Moved by"), to="employee", relation="by"))
    )
    seconds: Mapped[int | None] = mapped_column(info=field(Span(_("Time in the step before"), sortable=True)))
    words: Mapped[str | None] = mapped_column(String(300), info=field(Text(_("Why"), max_length=300)))
    edition_id: Mapped[int] = column_property(  # which names the states; read where a list asks for it
        select(Ticket.__table__.c.edition_id).where(Ticket.__table__.c.id == ticket_id).scalar_subquery(), deferred=True
    )

    ticket = relationship("Ticket")
    from_ = relationship("Employee", foreign_keys=[from_id])
    to = relationship("Employee", foreign_keys=[to_id])
    by = relationship("Employee", foreign_keys=[by_id])
    queue = relationship("Queue")


class TicketNote(Model):
    """What was said: internally, to the customer, or by the customer (rules.NOTE_KINDS)."""

    __tablename__ = "tickets_note"
    __versioned__: dict = {}
    __scope__ = OF_TICKET
    __table_args__ = (Index("ix_tickets_note_of", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets_ticket.id"))
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(4000))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    revision: Mapped[int] = mapped_column(nullable=False)

    ticket = relationship("Ticket")
    by = relationship("Employee")

    __mapper_args__ = {"version_id_col": revision}


class TicketWork(Model):
    """A step of work: what was done, on which day, how many minutes it took, which parts it used."""

    __tablename__ = "tickets_work"
    __versioned__: dict = {}
    __scope__ = OF_TICKET
    __table_args__ = (
        CheckConstraint("minutes IS NULL OR minutes >= 0", name="ck_tickets_work_minutes"),
        Index("ix_tickets_work_of", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets_ticket.id"))
    what: Mapped[str] = mapped_column(String(2000))
    minutes: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    revision: Mapped[int] = mapped_column(nullable=False)

    ticket = relationship("Ticket")
    by = relationship("Employee")
    parts: Mapped[list[TicketPart]] = relationship(
        "TicketPart", order_by="TicketPart.id", cascade="all, delete-orphan", passive_deletes=False
    )

    __mapper_args__ = {"version_id_col": revision}


class TicketPart(Model):
    """A spare part that a step of work used."""

    __tablename__ = "tickets_part"
    __versioned__: dict = {}
    __scope__ = OF_TICKET
    __table_args__ = (CheckConstraint("quantity > 0", name="ck_tickets_part_quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets_ticket.id"), index=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("tickets_work.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 2), default=Decimal(1))


class TicketCheck(Model):
    """A point of a ticket's checklist. The share of those done is its progress."""

    __tablename__ = "tickets_check"
    __versioned__: dict = {}
    __scope__ = OF_TICKET
    __table_args__ = (Index("ix_tickets_check_of", "ticket_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets_ticket.id"))
    place: Mapped[int]
    words: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))

    done_by = relationship("Employee")
