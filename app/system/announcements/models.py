"""Announcements, to whom they are addressed, and who has read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    String,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import choices, clock
from app.base.actor import Actor, Level, current_actor
from app.base.fields import Boolean, Choice, Date, Link, LongText, Moment, Reckoned, Text, field
from app.base.history import Child
from app.base.i18n import _
from app.base.scope import Through
from app.system.announcements.rules import AUDIENCE, DRAFT, LONGEST_BODY, LONGEST_TITLE, PUBLISHED

REACH = "announcements"


class AnnouncementScope:
    """Seen by who wrote it and by reach ALL; once published, by those it is addressed to. Changed by the first two."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        reach = actor.reach(REACH)
        if (reach.write if write else reach.read) == Level.ALL:
            return true()
        mine = table.c.author_id == actor.id
        if write:
            return mine
        receipts = Receipt.__table__
        addressed = select(receipts.c.announcement_id).where(receipts.c.employee_id == actor.id)
        return or_(mine, and_(table.c.state == PUBLISHED, table.c.id.in_(addressed)))


class Announcement(Model):
    """What the house tells people. Without audience it is for everybody."""

    __tablename__ = "announcements_announcement"
    __versioned__: dict = {}
    __scope__ = AnnouncementScope()
    __table_args__ = (Index("ix_announcements_published", "published_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(
        String(LONGEST_TITLE),
        info=field(Text(_("Title"), required=True, max_length=LONGEST_TITLE, sortable=True, wide=True)),
    )
    body: Mapped[str] = mapped_column(
        String(LONGEST_BODY), info=field(LongText(_("Announcement text"), required=True, max_length=LONGEST_BODY))
    )
    until_on: Mapped[date | None] = mapped_column(
        info=field(Date(_("Shown until"), help=_("Stays on the first page until then. Empty: until it is read.")))
    )
    asks_receipt: Mapped[bool] = mapped_column(
        default=False,
        info=field(
            Boolean(_("Ask for a confirmation"), help=_("Readers press a button to say that they have read it."))
        ),
    )
    state: Mapped[str] = mapped_column(
        String(20), default=DRAFT, info=field(Choice(_("Announcement state"), dictionary="announcement_state"))
    )
    author_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), index=True, info=field(Link(_("Author"), to="employee", relation="author"))
    )
    published_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Published at"), sortable=True)))
    round: Mapped[int] = mapped_column(default=0)  # raised with every publishing: told once each
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    revision: Mapped[int] = mapped_column(nullable=False)

    author = relationship("Employee", foreign_keys=[author_id])
    parts: Mapped[list[Audience]] = relationship("Audience", cascade="all, delete-orphan", order_by="Audience.id")

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (Text(_("Audience"), name="audience", needs="parts"),)
    __filters__ = (
        Reckoned(
            _("Read by me"),
            name="is_read",
            inner=Boolean(_("Read by me"), name="is_read"),
            how=lambda table, code, _values: _read_by_me(table, code),
        ),
    )

    def of(self, kind: str) -> Sequence[Audience]:
        """Return the parts of one kind."""
        return [part for part in self.parts if part.kind == kind]

    @property
    def departments(self) -> Sequence[Audience]:
        return self.of("department")

    @property
    def roles(self) -> Sequence[Audience]:
        return self.of("role")

    @property
    def audience(self) -> str:
        """For whom it is, in the reader's words."""
        return "、".join(words_of(part) for part in self.parts) or str(_("Everybody"))

    def __str__(self) -> str:
        return self.title


def _read_by_me(table: FromClause, code: str) -> ColumnElement[bool]:
    if code != "true":  # it is never empty
        return false()
    receipts, me = Receipt.__table__.alias(), current_actor()
    read = select(receipts.c.announcement_id).where(receipts.c.read_at.is_not(None))
    return table.c.id.in_(read.where(receipts.c.employee_id == (me.id if me else None)))


class Audience(Model):
    """A department (with those below it) or a role that an announcement is addressed to."""

    __tablename__ = "announcements_audience"
    __versioned__: dict = {}
    __scope__ = Through("announcement_id", Announcement.__table__, Announcement.__scope__)
    __table_args__ = (UniqueConstraint("announcement_id", "kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements_announcement.id"))
    kind: Mapped[str] = mapped_column(String(20), info=field(Choice(_("What"), dictionary="announcement_audience")))
    code: Mapped[str] = mapped_column(String(64), info=field(Text(_("Which"))))


def words_of(part: Any) -> str:
    """Return what a part of an audience, or a version of one, means."""
    found = choices.values(AUDIENCE[part.kind]).by_code.get(part.code)
    return found.label if found else f"#{part.code}"


Announcement.__history__ = (Child(_("Audience"), Audience, "announcement_id", ("kind", "code"), words_of),)  # type: ignore[attr-defined]


class ReceiptScope:
    """Seen by whoever may change the announcement, and by reach ALL; one's own by oneself."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        if actor.reach(REACH).read == Level.ALL:
            return true()
        parents = Announcement.__table__.alias()
        written = select(parents.c.id).where(Announcement.__scope__.rows(parents, actor, write=True))
        mine = table.c.employee_id == actor.id
        return mine if write else or_(mine, table.c.announcement_id.in_(written))


class Receipt(Model):
    """One person to whom an announcement is addressed, and when they read it."""

    __tablename__ = "announcements_receipt"
    __scope__ = ReceiptScope()
    __table_args__ = (
        UniqueConstraint("announcement_id", "employee_id"),
        Index("ix_announcements_receipt_unread", "employee_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcements_announcement.id"),
        info=field(Link(_("Announcement"), to="announcement", relation="announcement")),
    )
    employee_id: Mapped[int] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Reader"), to="employee", relation="employee"))
    )
    department_id: Mapped[int | None] = mapped_column(  # the reader's when told
        ForeignKey("security_department.id"),
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    told_at: Mapped[datetime] = mapped_column(info=field(Moment(_("Told at"), sortable=True)))
    read_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Read at"), sortable=True)))

    announcement = relationship(Announcement)
    employee = relationship("Employee")
    department = relationship("Department")

    def __str__(self) -> str:
        return f"{self.announcement} · {self.employee}"
