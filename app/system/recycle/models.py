"""An entry of the recycle bin: that a record was deleted, by whom, when and why."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, ForeignKey, FromClause, Index, String, and_, exists, false, or_, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock, recycle
from app.base.actor import Actor
from app.base.fields import Choice, Link, LongText, Moment, Name, field
from app.base.i18n import _
from app.base.recycle import Kind
from app.base.scope import is_everything, policy_of


class OfRecord:
    """An entry is seen and worked on by whoever saw and could change its record when it lived."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        if actor.is_system:
            return true()
        return or_(false(), *[self._of(one, table, actor, write=write) for one in recycle.kinds.values()])

    @staticmethod
    def _of(kind: Kind, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        policy = policy_of(kind.model)
        assert policy is not None  # noqa: S101 - every mapped class has one
        record = kind.model.__table__.alias()  # type: ignore[attr-defined]
        allowed = policy.rows(record, actor, write=write)
        if is_everything(allowed):
            return table.c.kind == kind.code
        # one probe of the record for each entry: within OR, PostgreSQL would gather all that the actor sees for IN
        return and_(table.c.kind == kind.code, exists().where(record.c.id == table.c.record_id, allowed))


class BinEntry(Model):
    """One deleting of one record. ``deleted_at``: when the record left the bin; the scope hides such entries."""

    __tablename__ = "recycle_entry"
    __versioned__: dict = {}
    __scope__ = OfRecord()
    __table_args__ = (
        Index(
            "ux_recycle_entry_record",
            "kind",
            "record_id",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
            sqlite_where=text("deleted_at IS NULL"),
        ),
        Index("ix_recycle_entry_binned", "binned_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), info=field(Choice(_("Kind"), dictionary="recycle_kind")))
    record_id: Mapped[int]  # not a foreign key: of a table that ``kind`` names
    name: Mapped[str] = mapped_column(String(200), info=field(Name(_("Name"), sortable=True)))  # as it was then
    reason: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Reason for deleting"), dictionary=recycle.REASONS))
    )
    words: Mapped[str | None] = mapped_column(
        String(300), info=field(LongText(_("Explanation"), max_length=300, wide=True))
    )
    binned_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        index=True,
        info=field(Link(_("Deleted by"), to="employee", relation="binned_by", nobody=_("System"))),
    )
    binned_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Deleted at"), sortable=True)))
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    binned_by = relationship("Employee")

    __mapper_args__ = {"version_id_col": revision}

    is_mine = False  # to restore or purge, once a list has looked it up

    def __str__(self) -> str:
        return self.name
