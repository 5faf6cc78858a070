"""An opportunity 商机, as it is stored."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock
from app.base.fields import Choice, Date, Link, LongText, Moment, Money, Number, Text, field
from app.base.i18n import _
from app.crm.customers.queries import OfCustomer
from app.crm.followups.queries import Followup
from app.crm.products.queries import Product

REACH = "opportunities"
SCOPE = OfCustomer(REACH, "owner_id", "created_by_id")
_FOLLOWS = text("followup_id IS NOT NULL AND deleted_at IS NULL")


class Opportunity(Model):
    """What one customer may buy. ``stage``: the code of a Stage; ``state``: its phase (rules.Phase)."""

    __tablename__ = "opportunities_opportunity"
    __versioned__: dict = {}
    __scope__ = SCOPE
    __table_args__ = (
        CheckConstraint("amount IS NULL OR amount >= 0", name="ck_opportunities_amount"),
        CheckConstraint("probability BETWEEN 0 AND 100", name="ck_opportunities_probability"),
        Index("ix_opportunities_customer", "customer_id", "id"),
        Index("ix_opportunities_owner", "owner_id", "state", "expected_on"),
        Index("ix_opportunities_stage", "stage", "moved_at"),
        Index("ix_opportunities_state", "state", "expected_on", "id"),
        Index(
            "ux_opportunities_followup", "followup_id", unique=True, postgresql_where=_FOLLOWS, sqlite_where=_FOLLOWS
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(
        String(120), info=field(Text(_("Opportunity"), required=True, max_length=120, wide=True))
    )
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        info=field(
            Link(_("Customer"), to="customer", relation="customer", required=True, nobody=_("Outside what you see"))
        ),
    )
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers_contact.id"), index=True, info=field(Link(_("Contact"), to="contact", relation="contact"))
    )
    followup_id: Mapped[int | None] = mapped_column(
        ForeignKey("followups_followup.id"), info=field(Link(_("From follow-up"), to="followup", relation="followup"))
    )
    type: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Type of opportunity"), dictionary="opportunity_type"))
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("products_product.id"), index=True, info=field(Link(_("Product"), to="product", relation="product"))
    )
    stage: Mapped[str] = mapped_column(
        ForeignKey("opportunities_stage.code"), info=field(Choice(_("Stage"), dictionary="opportunity_step"))
    )
    state: Mapped[str] = mapped_column(String(20), info=field(Choice(_("State"), dictionary="opportunity_phase")))
    amount: Mapped[Decimal | None] = mapped_column(
        Numeric(12, 2), info=field(Money(_("Expected amount"), low=0, high=9_999_999_999, sortable=True))
    )
    probability: Mapped[int] = mapped_column(info=field(Number(_("Probability (%)"), low=0, high=100, sortable=True)))
    expected_on: Mapped[date | None] = mapped_column(info=field(Date(_("Expected on"), sortable=True)))
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("Owner of the opportunity"), to="opportunity_owner", relation="owner", nobody=_("Nobody"))),
    )
    department_id: Mapped[int | None] = mapped_column(  # the owner's, when it came to them
        ForeignKey("security_department.id"),
        index=True,
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    moved_at: Mapped[datetime] = mapped_column(
        default=clock.now, info=field(Moment(_("In the stage since"), sortable=True))
    )
    closed_on: Mapped[date | None] = mapped_column(info=field(Date(_("Decided on"), sortable=True)))
    loss_reason: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Reason of the loss"), dictionary="loss_reason"))
    )
    loss_words: Mapped[str | None] = mapped_column(
        String(300), info=field(Text(_("In words"), max_length=300, wide=True))
    )
    competitor: Mapped[str | None] = mapped_column(String(60), info=field(Text(_("Competitor"), max_length=60)))
    notes: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Notes"), max_length=2000)))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"), sortable=True)))
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Created by"), to="employee", relation="created_by"))
    )
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"), sortable=True)))
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    customer = relationship("Customer")
    contact = relationship("Contact")
    followup = relationship(Followup)
    product = relationship(Product)
    owner = relationship("Employee", foreign_keys=[owner_id])
    department = relationship("Department")
    created_by = relationship("Employee", foreign_keys=[created_by_id])

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return self.title
