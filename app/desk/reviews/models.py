"""Ratings, the links by which customers give them, and calls in which nobody was reached."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, FromClause, Index, Numeric, String, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.actor import Actor, Level
from app.base.fields import Choice, Link, LongText, Moment, Number, field
from app.base.i18n import _
from app.base.scope import Through, is_everything
from app.desk.reviews.rules import State
from app.desk.tickets.queries import REACH, TICKET_SCOPE, Ticket


class RatingScope:
    """Seen by whoever sees the ticket, and by the people rated while they see tickets at all."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        tickets = Ticket.__table__.alias()
        allowed = TICKET_SCOPE.rows(tickets, actor, write=write)
        if is_everything(allowed):
            return allowed
        inside = table.c.ticket_id.in_(select(tickets.c.id).where(allowed))
        reach = actor.reach(REACH)
        if actor.id is None or (reach.write if write else reach.read) == Level.NONE:
            return inside
        return or_(table.c.person_id == actor.id, table.c.agent_id == actor.id, inside)


RATING_SCOPE = RatingScope()


def _grade(label: object) -> dict:
    return field(Choice(label, dictionary="rating_grade"))


class Rating(Model):
    """What a customer thinks of what was done. ``solving``: how often the ticket had been reopened before.

    ``person_id``: the technician who solved it; ``agent_id``: who took it in or revisited it, where rated as well.
    """

    __tablename__ = "reviews_rating"
    __versioned__: dict = {}
    __scope__ = RATING_SCOPE
    __table_args__ = (
        CheckConstraint("overall IS NULL OR overall BETWEEN 1 AND 5", name="ck_reviews_overall"),
        Index(
            "ux_reviews_rating_living",
            "ticket_id",
            "solving",
            unique=True,
            postgresql_where=text("state <> 'void'"),
            sqlite_where=text("state <> 'void'"),
        ),
        Index("ix_reviews_rating_person", "person_id", "id"),
        Index("ix_reviews_rating_agent", "agent_id", "id"),
        Index("ix_reviews_rating_state", "state", "id"),
        Index("ix_reviews_rating_at", "rated_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets_ticket.id"),
        info=field(Link(_("Ticket"), to="ticket", relation="ticket", nobody=_("Outside what you see"))),
    )
    solving: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("Person rated"), to="employee", relation="person", nobody=_("Nobody"))),
    )
    agent_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Rated as well"), to="employee", relation="agent"))
    )
    state: Mapped[str] = mapped_column(
        String(20), default=State.PENDING, info=field(Choice(_("State"), dictionary="rating_state"))
    )
    attitude: Mapped[str | None] = mapped_column(String(1), info=_grade(_("Service attitude")))
    skill: Mapped[str | None] = mapped_column(String(1), info=_grade(_("Technical skill")))
    response: Mapped[str | None] = mapped_column(String(1), info=_grade(_("Speed of response")))
    score: Mapped[Decimal | None] = mapped_column(
        Numeric(3, 2), info=field(Number(_("Rating score"), low=1, high=4, places=2, sortable=True))
    )
    overall: Mapped[int | None] = mapped_column(info=field(Number(_("Overall (1 to 5)"), low=1, high=5)))
    words: Mapped[str | None] = mapped_column(
        String(2000), info=field(LongText(_("What the customer said"), max_length=2000))
    )
    rater: Mapped[str | None] = mapped_column(String(20), info=field(Choice(_("Rated by"), dictionary="rating_rater")))
    channel: Mapped[str | None] = mapped_column(String(20), info=field(Choice(_("Way"), dictionary="rating_channel")))
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Entered by"), to="employee", relation="by"))
    )
    rated_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Rated at"), sortable=True)))
    reply: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Reply"), max_length=2000)))
    replied_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Replied at"), sortable=True)))
    objection: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Objection"), max_length=2000)))
    objected_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Objected at"), sortable=True)))
    decision: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Decision"), max_length=2000)))
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Decided by"), to="employee", relation="decided_by"))
    )
    decided_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Decided at"), sortable=True)))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"), sortable=True)))
    revision: Mapped[int] = mapped_column(nullable=False)

    ticket = relationship(Ticket)
    person = relationship("Employee", foreign_keys=[person_id])
    agent = relationship("Employee", foreign_keys=[agent_id])
    by = relationship("Employee", foreign_keys=[by_id])
    decided_by = relationship("Employee", foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return str(_("Rating")) + f" {self.id}"

    @property
    def rated(self) -> tuple[int, ...]:
        """Return whom it is about: the technician, the agent, both or nobody."""
        return tuple(key for key in (self.person_id, self.agent_id) if key is not None)

    @property
    def grades(self) -> list[int]:
        """Return the three grades as numbers; nothing while nobody has rated."""
        return [int(one) for one in (self.attitude, self.skill, self.response) if one]


class RatingLink(Model):
    """A link that a customer was given. Who knows its token rates; the table knows the token's hash."""

    __tablename__ = "reviews_link"
    __scope__ = Through("rating_id", Rating.__table__, RATING_SCOPE)
    __table_args__ = (Index("ix_reviews_link_rating", "rating_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("reviews_rating.id"))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RevisitAttempt(Model):
    """A revisit in which the customer was not reached. Never changed."""

    __tablename__ = "reviews_attempt"
    __scope__ = Through("ticket_id", Ticket.__table__, TICKET_SCOPE)
    __table_args__ = (Index("ix_reviews_attempt_of", "ticket_id", "solving", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets_ticket.id"))
    solving: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    again_at: Mapped[datetime | None]
    words: Mapped[str | None] = mapped_column(String(300))
