"""Attempts to come in, open sessions, and the keys of programs."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Choice, Link, Moment, Text, field
from app.base.i18n import _
from app.base.scope import PUBLIC, Personal, Restricted


class Attempt(Model):
    """One attempt to come in, by form or API, and how it ended."""

    __tablename__ = "sign_in_attempt"
    __scope__ = Restricted("logs")
    __table_args__ = (Index("ix_sign_in_attempt_name", "username", "at"), Index("ix_sign_in_attempt_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(
        String(128), info=field(Text(_("Name as typed"), max_length=128))
    )  # in lower case
    user_id: Mapped[int | None] = mapped_column(
        Integer, index=True, info=field(Link(_("Person"), to="employee", relation="person", nobody=_("Unknown name")))
    )
    at: Mapped[datetime] = mapped_column(info=field(Moment(_("Time"), sortable=True)))
    address: Mapped[str | None] = mapped_column(String(50), info=field(Text(_("IP address"), max_length=50)))
    channel: Mapped[str] = mapped_column(
        String(10), info=field(Choice(_("Way"), dictionary="sign_in_channel"))
    )  # base.actor.Channel
    outcome: Mapped[str] = mapped_column(
        String(20), info=field(Choice(_("Outcome"), dictionary="sign_in_outcome"))
    )  # rules.Outcome

    person = relationship("Employee", primaryjoin="foreign(Attempt.user_id) == Employee.id", viewonly=True)

    def __str__(self) -> str:
        return self.username


class Unlock(Model):
    """An administrator opened a locked account: failures before that no longer count."""

    __tablename__ = "sign_in_unlock"
    __scope__ = PUBLIC

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class LoginSession(Model):
    """A browser that is signed in. The cookie carries a secret; the table knows its hash, and when it ends."""

    __tablename__ = "sign_in_session"
    __scope__ = Personal("user_id", "logs")

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(String(50))
    browser: Mapped[str | None] = mapped_column(String(200))


class PersonalToken(Model):
    """A key with which a program acts as its owner over REST. Shown once; the table knows its hash."""

    __tablename__ = "sign_in_token"
    __scope__ = Personal("user_id", "logs")

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(60), info=field(Text(_("Name"), required=True, max_length=60)))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))  # its first characters, to tell one from another
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
