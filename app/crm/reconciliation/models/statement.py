"""An account of the house, and the files a bank gave for it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import Choice, Date, Link, Moment, Money, Number, Text, field
from app.base.i18n import _
from app.base.scope import Restricted
from app.base.sealed import Sealed, SealedJSON, blind_of
from app.crm.reconciliation.rules import Upload

REACH = "fees"


class Account(Model):
    """One bank account of the house. ``masked``: how it is shown."""

    __tablename__ = "reconciliation_account"
    __scope__ = Restricted(REACH)
    __table_args__ = (Index("ux_reconciliation_account_number", "number_index", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bank: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(Sealed("reconciliation_account.number"))
    number_index: Mapped[str] = mapped_column(String(44), info=blind_of("number"))
    masked: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    def __str__(self) -> str:
        return self.masked


class Statement(Model):
    """One file, from its upload on; its lines stay when the file is long gone."""

    __tablename__ = "reconciliation_statement"
    __scope__ = Restricted(REACH)
    __table_args__ = (
        Index("ix_reconciliation_statement_state", "state", "id"),
        Index("ix_reconciliation_statement_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200), info=field(Text(_("Statement file"))))
    bank: Mapped[str] = mapped_column(String(20), info=field(Choice(_("Bank"), dictionary="bank")))
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("reconciliation_account.id"),
        index=True,
        info=field(Link(_("Bank account"), to="bank_account", relation="account")),
    )
    first_on: Mapped[date | None] = mapped_column(info=field(Date(_("First booking"), sortable=True)))
    last_on: Mapped[date | None] = mapped_column(info=field(Date(_("Last booking"), sortable=True)))
    line_count: Mapped[int] = mapped_column(default=0, info=field(Number(_("New lines"))))
    known_count: Mapped[int] = mapped_column(default=0, info=field(Number(_("Already known"))))
    problem_count: Mapped[int] = mapped_column(default=0, info=field(Number(_("Rows with problems"))))
    sum_in: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=Decimal(0), info=field(Money(_("Money in"))))
    sum_out: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=Decimal(0), info=field(Money(_("Money out"))))
    state: Mapped[str] = mapped_column(String(20), default=Upload.UPLOADED)
    sha256: Mapped[str | None] = mapped_column(String(64))
    sheet: Mapped[str] = mapped_column(String(200))
    heading_row: Mapped[int]
    columns: Mapped[list[Any]] = mapped_column(JSON)  # [{heading, field, is_sure}], left to right
    account_read: Mapped[str | None] = mapped_column(SealedJSON("reconciliation_statement.account_read"))
    problems: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [{number, cell, sentence}], the first of them
    uploaded_at: Mapped[datetime] = mapped_column(
        default=clock.now, info=field(Moment(_("Uploaded at"), sortable=True))
    )
    imported_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Imported at"), sortable=True)))
    uploaded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Uploaded by"), to="employee", relation="uploaded_by"))
    )

    account = relationship("Account")
    uploaded_by = relationship("Employee")

    def __str__(self) -> str:
        return self.file_name

    @property
    def revision(self) -> int:
        """As programs are told it: nobody edits a statement."""
        return 1
