"""A file at a record. Its content stands in the store; the row says what it is called and whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, ForeignKey, FromClause, Index, String, and_, false, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship
from sqlalchemy.sql import ColumnElement

from app.base import clock, wording
from app.base.actor import Actor
from app.base.fields import Choice, Email, Link, Moment, Number, Text, Value, field
from app.base.fields.groups import ANY
from app.base.fields.held import holding_of, is_held
from app.base.i18n import _
from app.base.scope import Through, policy_of


@dataclass(frozen=True)
class Holder:
    """A kind of record that has files. ``kind`` is its name in ``base.choices.references``."""

    kind: str
    label: object
    model: type[Any]
    page: Callable[[int], str]  # the address of a record's files, by its id


#: By kind. Filled by ``services.register``.
HOLDERS: dict[str, Holder] = {}


class OfHolder:
    """A file is seen and changed by whoever sees and changes its record."""

    def seen_at(self, kind: str, actor: Actor) -> ColumnElement[bool]:
        """Return the condition of the files of one kind of record alone, for whoever reads them."""
        holder, table = HOLDERS.get(kind), File.__table__
        if holder is None:
            return false()
        return true() if actor.is_system else self._of(holder, table, actor, write=False)

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        if actor.is_system:
            return true()
        return or_(false(), *[self._of(one, table, actor, write=write) for one in HOLDERS.values()])

    @staticmethod
    def _of(holder: Holder, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        policy = policy_of(holder.model)
        assert policy is not None  # noqa: S101 - every mapped class has one
        parent = holder.model.__table__
        return and_(table.c.kind == holder.kind, Through("record_id", parent, policy).rows(table, actor, write=write))


class HeldByHolder:
    """A file is theirs whose is the record it hangs on."""

    columns: Sequence[str] = ("kind", "record_id")

    def loads(self) -> Sequence[Any]:
        return ()

    def has(self, record: Any, actor: Actor) -> bool:
        holder, session = HOLDERS.get(record.kind), object_session(record)
        found = session.get(holder.model, record.record_id) if holder and session else None
        return found is not None and is_held(found, actor)

    def rows(self, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        return or_(false(), *[self._of(one, table, actor) for one in HOLDERS.values()])

    @staticmethod
    def _of(holder: Holder, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        holding, parent = holding_of(holder.model), holder.model.__table__.alias()
        if holding is None:
            return false()
        held = select(parent.c.id).where(holding.rows(parent, actor))
        return and_(table.c.kind == holder.kind, table.c.record_id.in_(held))


OF_HOLDER = OfHolder()
NUMBER_IN_NAME = re.compile(r"\+?\d[\d \-.()（）]{5,}\d")
MAIL_IN_NAME = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
SHORTEST_NUMBER, SHORTEST_MASKED = 7, 11  # digits


@dataclass(frozen=True)
class FileName(Text):
    """A file's name. Whoever sees some personal data masked sees numbers and addresses in names masked too."""

    def masked(self, value: Value) -> str:
        return NUMBER_IN_NAME.sub(_masked_number, MAIL_IN_NAME.sub(_masked_mail, value or ""))


def _masked_mail(found: re.Match[str]) -> str:
    return Email().masked(found[0])


def _masked_number(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if len(digits) < SHORTEST_NUMBER:
        return found[0]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= SHORTEST_MASKED else "****"


class Size(Number):
    """A number of bytes, read as KB and MB."""

    def text(self, value: Value) -> str:
        return wording.size(value) if value is not None else ""


class File(Model):
    """A file at a record."""

    __tablename__ = "files_file"
    __versioned__: dict = {}
    __scope__ = OF_HOLDER
    __held__ = HeldByHolder()
    __table_args__ = (
        Index("ix_files_file_sha256", "sha256"),
        Index("ix_files_file_thumbnail", "thumbnail_sha256"),
        Index("ix_files_file_preview", "preview_sha256"),
        Index("ix_files_file_uploaded", "uploaded_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    record_id: Mapped[int] = mapped_column(index=True)  # not a foreign key: of a table that ``kind`` names
    name: Mapped[str] = mapped_column(
        String(200), info=field(FileName(_("File name"), required=True, group=ANY, wide=True))
    )
    family: Mapped[str] = mapped_column(String(20), info=field(Choice(_("Kind"), dictionary="file_family")))
    mime: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int] = mapped_column(BigInteger, info=field(Size(_("Size"))))
    sha256: Mapped[str] = mapped_column(String(64))
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))  # of a picture: small, made by us
    preview_sha256: Mapped[str | None] = mapped_column(String(64))  # of a picture: to look at, made by us
    uploaded_at: Mapped[datetime] = mapped_column(
        default=clock.now, info=field(Moment(_("Uploaded at"), sortable=True))
    )
    uploaded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        index=True,
        info=field(Link(_("Uploaded by"), to="employee", relation="uploaded_by")),
    )
    deleted_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Removed at"))))
    revision: Mapped[int] = mapped_column(nullable=False)

    uploaded_by = relationship("Employee")

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (Text(_("Record"), name="holder"),)

    holder = ""  # the record's name, once a list has looked it up

    def __str__(self) -> str:
        return self.name
