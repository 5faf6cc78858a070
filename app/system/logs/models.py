"""Entries of the log, and the chain that seals them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy import Text as Long
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import logbook
from app.base.fields import Choice, Link, LongText, Moment, Number, Text, field
from app.base.fields.groups import ANY
from app.base.i18n import _
from app.base.scope import Restricted
from app.base.sentences import Sentence, Told, restored
from app.system.logs import rules

SCOPE = Restricted("logs")


@dataclass(frozen=True)
class Detail(LongText):
    """The lines of an entry's detail, kept as JSON, read as words."""

    def text(self, value: Any) -> str:
        return "; ".join(f"{label}: {words}" for label, words in plain_lines(restored(json.loads(value or "{}"))))


def plain_lines(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a detail's lines as (label, words); a change as old → new."""
    return [(str(item_of(code).label), _plain(item_of(code), said)) for code, said in detail.items()]


def item_of(code: str) -> logbook.Item:
    """Return what a line of a detail is called; its code, where nobody gave it a word."""
    return logbook.items.get(code) or logbook.Item(code.replace("_", " "))


def _plain(item: logbook.Item, said: Any) -> str:
    if rules.is_change(said):
        return f"{words_of(item, said['old'])} → {words_of(item, said['new'])}"
    return words_of(item, said)


def words_of(item: logbook.Item, said: Any) -> str:
    """Return a value of a detail as people read it; a dash for nothing."""
    return "、".join(str(item.read(value)) for value in rules.values(said) if value not in (None, "")) or "—"


class Entry(Model):
    """One thing that happened."""

    __tablename__ = "logs_entry"
    __scope__ = SCOPE
    __table_args__ = (
        Index("ix_logs_entry_at", "at"),
        Index("ix_logs_entry_person", "person_id", "at"),
        Index("ix_logs_entry_kind", "kind", "at"),
        Index("ix_logs_entry_subject", "subject_kind", "subject_id", "at"),
        Index("ix_logs_entry_seal", "seal_number"),  # also finds those without one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(info=field(Moment(_("Time"), sortable=True)))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id"),
        info=field(Link(_("Person"), to="employee", relation="person", nobody=_("System or nobody signed in"))),
    )
    kind: Mapped[str] = mapped_column(String(30), info=field(Choice(_("What happened"), dictionary="log_kind")))
    subject_kind: Mapped[str] = mapped_column(
        String(60), default="", info=field(Choice(_("Kind of record"), dictionary="log_subject"))
    )
    subject_id: Mapped[int | None] = mapped_column(info=field(Number(_("Number of the record"), low=1)))
    title: Mapped[Told] = mapped_column(Sentence, default="", info=field(Text(_("Subject"))))  # as shown then
    channel: Mapped[str] = mapped_column(String(10), info=field(Choice(_("Channel"), dictionary="log_channel")))
    address: Mapped[str | None] = mapped_column(String(50), info=field(Text(_("IP address"))))
    request_id: Mapped[str | None] = mapped_column(String(36), info=field(Text(_("Request number"))))
    detail: Mapped[str] = mapped_column(Long, default="{}", info=field(Detail(_("Details"), group=ANY)))
    seal_number: Mapped[int | None] = mapped_column(info=field(Number(_("Seal"))))
    erased_at: Mapped[datetime | None]

    person = relationship("Employee", primaryjoin="foreign(Entry.person_id) == Employee.id", viewonly=True)

    @property
    def details(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = restored(json.loads(self.detail or "{}"))
        return found

    def __str__(self) -> str:
        return f"{Moment().text(self.at)} {rules.KINDS[rules.Kind(self.kind)][0]}"


class RecordSet(Model):
    """The records an export held, as compressed ranges: so that one can ask who took a record out."""

    __tablename__ = "logs_record_set"
    __scope__ = SCOPE

    entry_id: Mapped[int] = mapped_column(ForeignKey("logs_entry.id"), primary_key=True, autoincrement=False)
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    packed: Mapped[bytes] = mapped_column(LargeBinary)  # zlib of JSON: [[first, last], …]


class Seal(Model):
    """A link of the chain. It holds hashes, no values: erasing a person leaves it whole."""

    __tablename__ = "logs_seal"
    __scope__ = SCOPE

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)  # no foreign key: a missing entry is what verifying finds
    content_hash: Mapped[str] = mapped_column(String(64))
    chain_hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]


class Head(Model):
    """The signed end of the chain, one row; whoever seals holds its lock. And what the last verifying found."""

    __tablename__ = "logs_head"
    __scope__ = SCOPE

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)
    chain_hash: Mapped[str] = mapped_column(String(64), default=rules.NO_HASH)
    signature: Mapped[str] = mapped_column(String(64))
    verified_at: Mapped[datetime | None]
    verified_number: Mapped[int | None]
    broken_reason: Mapped[str | None] = mapped_column(String(20))  # rules.Reason; verified_number says where


class Cut(Model):
    """The signed place up to which months were removed, one row."""

    __tablename__ = "logs_cut"
    __scope__ = SCOPE

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    chain_hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
    kept_from: Mapped[datetime]
    at: Mapped[datetime]
