"""A fee: one entry of the ledger 流水账. Source: FEE-1, DECISIONS on fees."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import Choice, Date, Link, LongText, Moment, Money, Name, Text, field
from app.base.i18n import _
from app.crm.customers.queries import OfCustomer
from app.crm.fees.rules import LIVING, UNREVIEWED, FeeState

REACH = "fees"
_LIVING = text("state IN (" + ", ".join(f"'{state}'" for state in sorted(LIVING)) + ") AND reverses_id IS NOT NULL")


class Fee(Model):
    """Money received from, or given back to, one customer, and for which period of which product.

    ``amount`` is what was received: negative for a refund or a reversing entry. ``agreed_amount`` is what was agreed
    for the period; later payments of the same sum name the first in ``part_of_id`` and have neither period nor agreed
    amount. ``agent_id``: to whom it counts.
    """

    __tablename__ = "fees_fee"
    __versioned__: dict = {"exclude": ["form_token", "bank_state"]}
    __scope__ = OfCustomer(REACH, "entered_by_id", "agent_id")
    __table_args__ = (
        CheckConstraint("amount <> 0", name="ck_fees_amount"),
        CheckConstraint("period_to IS NULL OR period_to >= period_from", name="ck_fees_period"),
        Index("ix_fees_fee_received", "received_on", "id"),
        Index("ix_fees_fee_customer", "customer_id", "product_id", "period_to"),
        Index("ix_fees_fee_state", "state", "id"),
        Index("ix_fees_fee_agent", "agent_id", "received_on"),
        Index("ix_fees_fee_entered_by", "entered_by_id", "id"),
        Index("ix_fees_fee_amount", "amount", "received_on"),  # a bank's line looks for its fee
        Index("ux_fees_fee_form_token", "form_token", unique=True),
        Index("ux_fees_fee_reverses", "reverses_id", unique=True, postgresql_where=_LIVING, sqlite_where=_LIVING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True, info=field(Text(_("Fee number"), sortable=True)))
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        info=field(
            Link(_("Customer"), to="customer", relation="customer", required=True, nobody=_("Outside what you see"))
        ),
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey("products_product.id"),
        index=True,
        info=field(Link(_("Product or service"), to="product", relation="product", required=True)),
    )
    kind: Mapped[str | None] = mapped_column(String(40), info=field(Choice(_("Kind of fee"), dictionary="fee_kind")))
    amount: Mapped[Decimal] = mapped_column(
        Numeric(12, 2),
        info=field(Money(_("Amount"), required=True, low=-9_999_999_999, high=9_999_999_999, sortable=True)),
    )
    agreed_amount: Mapped[Decimal | None] = mapped_column(
        Numeric(12, 2),
        info=field(
            Money(
                _("Agreed amount"),
                help=_("What was agreed for the period, if it is paid in parts. Empty: it is paid at once."),
                low=0,
                high=9_999_999_999,
            )
        ),
    )
    period_from: Mapped[date | None] = mapped_column(info=field(Date(_("Period from"))))
    period_to: Mapped[date | None] = mapped_column(info=field(Date(_("Period to"), sortable=True)))
    method: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Paid by way of"), dictionary="payment_method"))
    )
    received_on: Mapped[date] = mapped_column(info=field(Date(_("Received on"), required=True, sortable=True)))
    payer: Mapped[str | None] = mapped_column(
        String(200),
        info=field(Name(_("Payer"), help=_("As the bank names it. Empty: the customer itself."))),
    )
    invoice_number: Mapped[str | None] = mapped_column(String(60), info=field(Text(_("Invoice number"), max_length=60)))
    notes: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Notes"), max_length=2000)))
    state: Mapped[FeeState] = mapped_column(
        String(20), default=UNREVIEWED, info=field(Choice(_("Fee state"), dictionary="fee_state"))
    )
    reason: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Reason of rejection"), dictionary="fee_reject_reason"))
    )
    reason_text: Mapped[str | None] = mapped_column(  # of a rejection, voiding, refund or reversal
        String(500), info=field(Text(_("Reason in words"), max_length=500))
    )
    bank_state: Mapped[str | None] = mapped_column(  # what the bank says of it: set by the domain of bank lines
        String(20), info=field(Choice(_("Bank"), dictionary="fee_bank_state"))
    )
    source: Mapped[str] = mapped_column(
        String(20), default="entered", info=field(Choice(_("Source"), dictionary="fee_source"))
    )
    agent_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Counts to"), to="employee", relation="agent"))
    )
    department_id: Mapped[int | None] = mapped_column(  # the agent's then
        ForeignKey("security_department.id"),
        index=True,
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    entered_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Entered by"), to="employee", relation="entered_by"))
    )
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Decided by"), to="employee", relation="decided_by"))
    )
    decided_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Decided at"), sortable=True)))
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("fees_fee.id"), info=field(Link(_("Reverses"), to="fee", relation="reverses"))
    )
    refunds_id: Mapped[int | None] = mapped_column(
        ForeignKey("fees_fee.id"), index=True, info=field(Link(_("Refund of"), to="fee", relation="refunds"))
    )
    part_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("fees_fee.id"), index=True, info=field(Link(_("Further payment of"), to="fee", relation="part_of"))
    )
    renews_id: Mapped[int | None] = mapped_column(
        ForeignKey("fees_fee.id"), index=True, info=field(Link(_("Renews"), to="fee", relation="renews"))
    )
    deal_id: Mapped[int | None] = mapped_column(  # paid for a deal that stands already: approving makes no other
        ForeignKey("deals_deal.id"), index=True, info=field(Link(_("Deal"), to="deal", relation="deal"))
    )
    form_token: Mapped[str | None] = mapped_column(String(64))  # a form sent twice makes one fee
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Entered at"), sortable=True)))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"))))
    revision: Mapped[int] = mapped_column(nullable=False)

    customer = relationship("Customer")
    product = relationship("Product")
    agent = relationship("Employee", foreign_keys=[agent_id])
    department = relationship("Department")
    entered_by = relationship("Employee", foreign_keys=[entered_by_id])
    decided_by = relationship("Employee", foreign_keys=[decided_by_id])
    reverses: Mapped[Fee | None] = relationship(foreign_keys=[reverses_id], remote_side=[id])
    refunds: Mapped[Fee | None] = relationship(foreign_keys=[refunds_id], remote_side=[id])
    part_of: Mapped[Fee | None] = relationship(foreign_keys=[part_of_id], remote_side=[id])
    renews: Mapped[Fee | None] = relationship(foreign_keys=[renews_id], remote_side=[id])
    deal = relationship("Deal")

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return self.number
