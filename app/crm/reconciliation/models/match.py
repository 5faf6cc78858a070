"""Which fees a bank line is for: as the program proposes it, and as a person confirmed it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import Link, Moment, Money, Name, Number, field
from app.base.i18n import _
from app.base.scope import Restricted
from app.crm.reconciliation.models.statement import REACH


class Proposal(Model):
    """A fee that a line may be for. ``is_chosen``: it is proposed; else only possible. Made anew by the program."""

    __tablename__ = "reconciliation_proposal"
    __scope__ = Restricted(REACH)
    __table_args__ = (UniqueConstraint("line_id", "fee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_line.id"))
    fee_id: Mapped[int] = mapped_column(ForeignKey("fees_fee.id", info={"lets_go": True}), index=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))  # of the line, for this fee
    points: Mapped[int]
    why: Mapped[list[Any]] = mapped_column(JSON)  # rules.scoring.Reason
    is_chosen: Mapped[bool] = mapped_column(default=False)
    seen: Mapped[str] = mapped_column(String(64))  # what was compared of the fee: rules.scoring.Fee.seen

    fee = relationship("Fee")


class Match(Model):
    """That a person said so: this part of the line is for this fee. One line for several fees, one fee of several."""

    __tablename__ = "reconciliation_match"
    __versioned__ = {"exclude": ["why", "fee_amount", "customer_id", "points"]}
    __scope__ = Restricted(REACH)
    __table_args__ = (
        UniqueConstraint("line_id", "fee_id"),
        CheckConstraint("amount <> 0", name="ck_reconciliation_match_amount"),
        Index("ix_reconciliation_match_fee", "fee_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_line.id"))
    fee_id: Mapped[int] = mapped_column(
        ForeignKey("fees_fee.id"), info=field(Link(_("Service fee"), to="fee", relation="fee"))
    )
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2), info=field(Money(_("Amount"))))
    fee_amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))  # of the fee, then
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))  # of the fee, then
    points: Mapped[int | None]  # of the proposal that was confirmed
    why: Mapped[list[Any]] = mapped_column(JSON, default=list)
    confirmed_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("security_employee.id"))

    fee = relationship("Fee")
    confirmed_by = relationship("Employee")


class Payer(Model):
    """A name under which somebody paid for a customer before: learned from confirmations, forgotten on demand."""

    __tablename__ = "reconciliation_payer"
    __scope__ = Restricted(REACH)
    __table_args__ = (UniqueConstraint("word", "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(200))  # rules.names.core of the name
    name: Mapped[str] = mapped_column(String(200), info=field(Name(_("Payer"), sortable=True)))
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        index=True,
        info=field(Link(_("Pays for"), to="customer", relation="customer")),
    )
    times: Mapped[int] = mapped_column(default=1, info=field(Number(_("Times confirmed"), sortable=True)))
    last_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Last confirmed"), sortable=True)))

    customer = relationship("Customer")

    def __str__(self) -> str:
        return self.name
