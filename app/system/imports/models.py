"""Files on their way in, and their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.scope import Personal, Through
from app.base.sealed import SealedJSON

SCOPE = Personal("user_id", "logs")


class ImportRun(Model):
    """One file, from its upload to its undoing."""

    __tablename__ = "imports_run"
    __scope__ = SCOPE
    __table_args__ = (Index("ix_imports_run_user", "user_id", "id"), Index("ix_imports_run_state", "state", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))
    kind: Mapped[str] = mapped_column(String(40))  # of the target: "customers"
    template: Mapped[str] = mapped_column(String(20))  # of the target: "company", "person"
    state: Mapped[str] = mapped_column(String(20))  # rules.State
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the file in the store; none once it is let go
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sheet: Mapped[str] = mapped_column(String(200))
    heading_row: Mapped[int]
    row_count: Mapped[int]
    columns: Mapped[list[Any]] = mapped_column(JSON)  # [{heading, field, confidence}], left to right
    samples: Mapped[list[str] | None] = mapped_column(SealedJSON("imports_run.samples"))  # a filled cell of each column
    options: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # {code|name|phone: choice, words: [[dict, word]]}
    proposals: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [{field, dictionary, word, rows}]
    counts: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # created, updated, skipped, rejected; kept, removed
    job_id: Mapped[int | None]  # the last one that worked on it in the background
    at: Mapped[datetime]  # of the upload
    checked_at: Mapped[datetime | None]
    imported_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    user = relationship("Employee")

    def __str__(self) -> str:
        return self.file_name

    @property
    def sampled(self) -> list[dict[str, Any]]:
        """Return the columns with a filled cell of each, to be recognized by."""
        samples = [*(self.samples or []), *[""] * len(self.columns)]
        return [{"sample": sample} | column for column, sample in zip(self.columns, samples, strict=False)]


class ImportRow(Model):
    """One row of a file, as it was read and as it would be stored: encrypted, for it may hold any personal value."""

    __tablename__ = "imports_row"
    __scope__ = Through("run_id", ImportRun.__table__, SCOPE)
    __table_args__ = (
        Index("ux_imports_row_number", "run_id", "number", unique=True),
        Index("ix_imports_row_verdict", "run_id", "verdict", "number"),
        Index("ix_imports_row_done", "run_id", "done", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("imports_run.id"))
    number: Mapped[int]  # as Excel counts
    title: Mapped[str] = mapped_column(String(200))
    raw: Mapped[list[Any]] = mapped_column(SealedJSON("imports_row.raw"))  # services.cells
    values: Mapped[dict[str, Any]] = mapped_column(SealedJSON("imports_row.values"))  # by field, dates in ISO form
    words: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # field → new words of an open dictionary
    verdict: Mapped[str] = mapped_column(String(10))  # rules.Verdict
    problems: Mapped[list[Any] | None] = mapped_column(SealedJSON("imports_row.problems"))  # [{field, cell, sentence}]
    reason: Mapped[str | None] = mapped_column(String(10))  # of a duplicate: code, name, phone
    duplicate_of: Mapped[int | None]  # the record it equals
    may_update: Mapped[bool] = mapped_column(default=False)  # the importer may change that record
    choice: Mapped[str | None] = mapped_column(String(10))  # for this row alone
    record_id: Mapped[int | None]  # what the import made or changed
    done: Mapped[str | None] = mapped_column(String(10))  # rules.Action, after the import
    change_set_id: Mapped[int | None] = mapped_column(BigInteger)  # in which that was
    before: Mapped[dict[str, Any] | None] = mapped_column(SealedJSON("imports_row.before"))  # of an updated record
    undone: Mapped[str | None] = mapped_column(String(10))  # rules.Return, once the import was taken back
