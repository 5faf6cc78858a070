"""Deliveries: the outbox. One row for each message, recipient and channel, written together with the message."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Boolean, Choice, Link, Moment, Number, Text, field
from app.base.i18n import _
from app.base.scope import Personal
from app.base.sentences import Sentence, Told


class Delivery(Model):
    """One message on its way to one person by one channel.

    Rows of one ``letter`` leave together; the row whose ``mail_id`` the letter is called after is its head, and
    whoever sends holds that row alone. Rows without a letter are gathered, by ``gather``, when they are due.
    """

    __tablename__ = "channels_delivery"
    __scope__ = Personal("person_id", "logs")
    __table_args__ = (
        UniqueConstraint("message_id", "channel_id"),
        Index("ix_channels_delivery_due", "state", "next_try_at"),
        Index("ix_channels_delivery_letter", "letter"),
        Index("ix_channels_delivery_person", "person_id", "id"),
        Index("ix_channels_delivery_ended", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("notifications_message.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40), info=field(Choice(_("Message"), dictionary="told_kind")))
    person_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id"), info=field(Link(_("Recipient"), to="employee", relation="person"))
    )
    channel_id: Mapped[int] = mapped_column(
        ForeignKey("channels_channel.id"),
        index=True,
        info=field(Link(_("Message channel"), to="channel", relation="channel")),
    )
    state: Mapped[str] = mapped_column(String(10), info=field(Choice(_("State"), dictionary="delivery_state")))
    problem: Mapped[Told | None] = mapped_column(Sentence, info=field(Text(_("Problem"))))
    tries: Mapped[int] = mapped_column(default=0, info=field(Number(_("Tries"))))  # the fence of a sender, too
    created_at: Mapped[datetime] = mapped_column(info=field(Moment(_("Message of"), sortable=True)))
    next_try_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Next try"))))  # none: at once
    ended_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Ended at"))))  # sent, or given up
    is_urgent: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("Urgent"))))
    answer: Mapped[str | None] = mapped_column(String(200), info=field(Text(_("Answer of the other side"))))
    since_at: Mapped[datetime]  # told, or sent again by hand: tries are counted out from then
    mail_id: Mapped[str] = mapped_column(String(200), unique=True)  # the Message-ID, fixed for good
    gather: Mapped[str | None] = mapped_column(String(80))
    letter: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[datetime | None]

    channel = relationship("Channel", viewonly=True)
    person = relationship("Employee", primaryjoin="foreign(Delivery.person_id) == Employee.id", viewonly=True)

    def __str__(self) -> str:
        return str(_("Delivery %(number)s") % {"number": self.id})
