"""Letters, and to whom each went. Seen by their sender and recipients alone: no role reaches into this domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, ForeignKey, FromClause, Index, String, UniqueConstraint, and_, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock, wording
from app.base.actor import Actor, current_actor
from app.base.fields import Boolean, Link, LongText, Moment, Reckoned, Related, Text, field
from app.base.i18n import _
from app.base.scope import Through
from app.system.letters.rules import LONGEST_BODY, LONGEST_SUBJECT

MOST_NAMED = 3


class LetterScope:
    """One's own: sent, or received, until one has put it away. Never changed."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        if write:
            return false()
        went = Recipient.__table__
        mine = select(went.c.letter_id).where(went.c.employee_id == actor.id, went.c.put_away_at.is_(None))
        sent = and_(table.c.sender_id == actor.id, table.c.put_away_at.is_(None))
        return or_(sent, table.c.id.in_(mine))


def _recipients(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    went = Recipient.__table__.alias()
    return went, went.c.letter_id == table.c.id


def _read_by_me(table: FromClause, code: str, _values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that whoever acts has read a letter, or sent it. It is never empty."""
    if code != "true":
        return false()
    went, me = Recipient.__table__.alias(), current_actor()
    key = me.id if me else None
    read = select(went.c.letter_id).where(went.c.employee_id == key, went.c.read_at.is_not(None))
    return or_(table.c.sender_id == key, table.c.id.in_(read))


class Letter(Model):
    """What one person wrote to others. ``conversation_id``: the letter that began it, which names itself."""

    __tablename__ = "letters_letter"
    __scope__ = LetterScope()
    __table_args__ = (
        Index("ix_letters_letter_sender", "sender_id", "id"),
        Index("ix_letters_letter_conversation", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(
        String(LONGEST_SUBJECT),
        info=field(Text(_("Letter subject"), required=True, max_length=LONGEST_SUBJECT, sortable=True, wide=True)),
    )
    body: Mapped[str] = mapped_column(
        String(LONGEST_BODY), info=field(LongText(_("Letter text"), required=True, max_length=LONGEST_BODY))
    )
    sender_id: Mapped[int] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Sender"), to="employee", relation="sender"))
    )
    sent_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Sent at"), sortable=True)))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("letters_letter.id"))
    put_away_at: Mapped[datetime | None]  # by its sender

    sender = relationship("Employee")
    recipients: Mapped[list[Recipient]] = relationship("Recipient", order_by="Recipient.id", back_populates="letter")

    __fields__ = (Text(_("Sent to"), name="addressees", needs="recipients"),)
    __filters__ = (
        Reckoned(
            _("Read by me"),
            name="is_read",
            inner=Boolean(_("Read by me"), name="is_read"),
            how=_read_by_me,
        ),
        Related(
            _("Recipient"),
            name="recipient",
            column="employee_id",
            inner=Link(_("Recipient"), to="employee"),
            path=_recipients,
        ),
    )

    @property
    def addressees(self) -> str:
        """To whom it went, in words: the first of them, and how many more."""
        names = [str(one.employee) for one in self.recipients[:MOST_NAMED]]
        more = len(self.recipients) - len(names)
        words = "、".join(names)
        return str(_("%(names)s and %(count)s more", names=words, count=wording.number(more))) if more else words

    def __str__(self) -> str:
        return self.subject


class Recipient(Model):
    """One person a letter went to."""

    __tablename__ = "letters_recipient"
    __scope__ = Through("letter_id", Letter.__table__, Letter.__scope__)
    __table_args__ = (
        UniqueConstraint("letter_id", "employee_id"),
        Index("ix_letters_recipient_unread", "employee_id", "read_at", "letter_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters_letter.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"))
    read_at: Mapped[datetime | None]
    put_away_at: Mapped[datetime | None]

    letter: Mapped[Letter] = relationship(Letter, back_populates="recipients")
    employee = relationship("Employee", lazy="joined")

    def __str__(self) -> str:
        return str(self.employee)
