"""A bank line: one booking on an account of the house."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock, wording
from app.base.fields import Boolean, Choice, Date, Link, Moment, Money, Name, Number, Text, field
from app.base.history import Child
from app.base.i18n import _
from app.base.scope import Restricted
from app.crm.reconciliation.models.match import Match
from app.crm.reconciliation.models.statement import REACH
from app.crm.reconciliation.rules import UNMATCHED


class Line(Model):
    """One booking. ``amount``: positive for money that came in. ``points``: of its proposal, or of its match then.

    ``has_several``: several fees are possible, so that none is proposed. Both follow from proposals.
    """

    __tablename__ = "reconciliation_line"
    __versioned__ = {"exclude": ["fingerprint", "points", "has_several", "customer_id"]}
    __scope__ = Restricted(REACH)
    __table_args__ = (
        UniqueConstraint("account_id", "fingerprint", name="uq_reconciliation_line_fingerprint"),
        CheckConstraint("amount <> 0", name="ck_reconciliation_line_amount"),
        Index("ix_reconciliation_line_amount", "amount", "booked_on"),
        Index("ix_reconciliation_line_state", "state", "booked_on"),
        Index("ix_reconciliation_line_booked", "booked_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(
        ForeignKey("reconciliation_statement.id"),
        index=True,
        info=field(Link(_("Statement"), to="bank_statement", relation="statement")),
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("reconciliation_account.id"),
        info=field(Link(_("Bank account"), to="bank_account", relation="account")),
    )
    row_number: Mapped[int] = mapped_column(info=field(Number(_("Row of the file"))))
    booked_on: Mapped[date] = mapped_column(info=field(Date(_("Booked on"), sortable=True)))
    amount: Mapped[Decimal] = mapped_column(
        Numeric(14, 2), info=field(Money(_("Amount"), low=-999_999_999_999, high=999_999_999_999, sortable=True))
    )
    payer: Mapped[str | None] = mapped_column(String(200), info=field(Name(_("Payer"))))
    payer_account: Mapped[str | None] = mapped_column(String(40), info=field(Text(_("Payer's account"))))
    summary: Mapped[str | None] = mapped_column(String(500), info=field(Text(_("Summary"), max_length=500, wide=True)))
    serial: Mapped[str | None] = mapped_column(String(60), info=field(Text(_("Serial number"))))
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(
        String(20), default=UNMATCHED, info=field(Choice(_("Bank state"), dictionary="reconcile_state"))
    )
    points: Mapped[int | None] = mapped_column(info=field(Number(_("Score"), low=0, high=100, sortable=True)))
    has_several: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("Several possible"))))
    customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers_customer.id"),
        index=True,
        info=field(Link(_("Customer"), to="customer", relation="customer")),
    )
    reason: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Reason"), dictionary="reconcile_ignore_reason"))
    )
    reason_text: Mapped[str | None] = mapped_column(String(500), info=field(Text(_("Reason in words"), max_length=500)))
    decided_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Handled at"), sortable=True)))
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Handled by"), to="employee", relation="decided_by"))
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Imported at"), sortable=True)))
    revision: Mapped[int] = mapped_column(nullable=False)

    statement = relationship("Statement")
    account = relationship("Account")
    customer = relationship("Customer")
    decided_by = relationship("Employee")

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return f"{wording.day(self.booked_on)} {wording.yuan(self.amount)} {self.payer or self.summary or ''}".strip()


Line.__history__ = (Child(_("Matched fee"), Match, "line_id", ("fee", "amount"), lambda _row: ""),)
