"""Segments, to whom they are open, and where each person keeps them among their tabs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, FromClause, Index, String, Text, UniqueConstraint, or_, select, true
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import choices, clock
from app.base.actor import Actor, Level
from app.base.fields import Choice, Link, LongText, Moment, field
from app.base.fields import Text as Words
from app.base.history import Child
from app.base.i18n import _
from app.base.scope import Personal, Through
from app.system.segments.rules import LONGEST_NAME


class Circle:
    """One's own segments, and those open to one's person, roles, or department (or one above it).

    Who reaches everything in "logs", as for runs and jobs, also sees what others have shared; what is private stays so.
    """

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        if actor.is_system:
            return true()
        shares = Model.metadata.tables["segments_share"]
        allowed = [table.c.owner_id == actor.id]
        reach = actor.reach("logs")
        if (reach.write if write else reach.read) == Level.ALL:
            allowed.append(table.c.id.in_(select(shares.c.segment_id)))
        if not write:
            allowed.append(table.c.id.in_(select(shares.c.segment_id).where(open_to(shares, actor))))
        return or_(*allowed)


def open_to(shares: FromClause, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a share is meant for the actor."""
    return or_(
        shares.c.employee_id == actor.id,
        shares.c.role_id.in_(sorted(actor.role_ids)),
        shares.c.department_id.in_(sorted(actor.departments_above)),
    )


SCOPE = Circle()


class Segment(Model):
    """A filter of one list under a name."""

    __tablename__ = "segments_segment"
    __versioned__: dict = {}
    __scope__ = SCOPE
    __table_args__ = (
        CheckConstraint("name <> ''", name="ck_segment_name"),
        Index(
            "ux_segments_segment_name",
            "owner_id",
            "subject",
            "name",
            unique=True,
            postgresql_where=sql("deleted_at IS NULL"),
            sqlite_where=sql("deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(LONGEST_NAME), info=field(Words(_("Name"), required=True, max_length=LONGEST_NAME, sortable=True))
    )
    subject: Mapped[str] = mapped_column(  # the name of a screen, in base.segments.subjects
        String(60), info=field(Choice(_("List"), dictionary="segment_list"))
    )
    filter: Mapped[str] = mapped_column(Text, info=field(LongText(_("Conditions"))))  # canonical JSON
    sort: Mapped[str] = mapped_column(String(60), default="")
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Owner of the segment"), to="employee", relation="owner"))
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"))))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    updated_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Updated by"), to="employee", relation="updated_by"))
    )
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    owner = relationship("Employee", foreign_keys=[owner_id])
    updated_by = relationship("Employee", foreign_keys=[updated_by_id])
    shares: Mapped[list[SegmentShare]] = relationship(
        "SegmentShare", cascade="all, delete-orphan", order_by="SegmentShare.id"
    )

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (Words(_("Open to"), name="audience", needs="shares"),)

    @property
    def audience(self) -> str:
        """To whom it is open besides its owner, in the reader's words."""
        return "、".join(share.words for share in self.shares) or str(_("Only the owner"))

    def __str__(self) -> str:
        return self.name


class SegmentShare(Model):
    """One person, role or department (with those below it) to whom a segment is open. Gone with the role or house."""

    __tablename__ = "segments_share"
    __versioned__: dict = {}
    __scope__ = Through("segment_id", Segment.__table__, SCOPE)
    __table_args__ = (
        CheckConstraint(
            "(employee_id IS NOT NULL AND role_id IS NULL AND department_id IS NULL) OR "
            "(employee_id IS NULL AND role_id IS NOT NULL AND department_id IS NULL) OR "
            "(employee_id IS NULL AND role_id IS NULL AND department_id IS NOT NULL)",
            name="ck_segments_share_one",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments_segment.id"), index=True)
    employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), index=True, info=field(Link(_("Person"), to="employee"))
    )
    role_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_role.id", ondelete="CASCADE"), index=True, info=field(Link(_("Role"), to="role"))
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id", ondelete="CASCADE"),
        index=True,
        info=field(Link(_("Department and below"), to="department")),
    )

    employee = relationship("Employee", lazy="joined")
    role = relationship("Role", lazy="joined")
    department = relationship("Department", lazy="joined")

    @property
    def kind(self) -> str:
        """Return "employee", "role" or "department"."""
        keys = {"employee": self.employee_id, "role": self.role_id, "department": self.department_id}
        return next(kind for kind, key in keys.items() if key is not None)

    @property
    def words(self) -> str:
        """Whom it means, in the reader's words."""
        if self.employee is not None:
            return str(self.employee)
        if self.role is not None:
            known = choices.values("role").by_code
            return known[self.role.name].label if self.role.name in known else str(self.role.name)
        return str(_("%(department)s and below") % {"department": self.department})


class SegmentPlace(Model):
    """Where a person keeps a segment among their tabs, and whether they hide it. Nobody else's business."""

    __tablename__ = "segments_place"
    __scope__ = Personal("employee_id", "segments")  # no role reaches into this domain: each sees their own
    __table_args__ = (UniqueConstraint("employee_id", "segment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"))
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments_segment.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_hidden: Mapped[bool] = mapped_column(default=False)


def _whom(version: Any) -> str:
    """Return whom a version of a share meant."""
    for kind, key in (("employee", version.employee_id), ("role", version.role_id)):
        if key is not None:
            return choices.labels(kind, [key]).get(key, f"#{key}")
    key = version.department_id
    name = choices.labels("department", [key]).get(key, f"#{key}")
    return str(_("%(department)s and below") % {"department": name})


Segment.__history__ = (  # type: ignore[attr-defined]
    Child(_("Open to"), SegmentShare, "segment_id", ("employee", "role", "department"), _whom),
)
