"""A deal 成交记录, as it is stored. Source: CUS-15."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import clock, wording
from app.base.fields import Choice, Date, Link, LongText, Moment, Money, field
from app.base.i18n import _
from app.crm.customers.queries import OfCustomer
from app.crm.products.queries import Product

REACH = "deals"
_SOURCED = text("origin_id IS NOT NULL")


class Deal(Model):
    """One sale to one customer. ``origin_id``: the record it follows from, by the kind that ``origin`` names."""

    __tablename__ = "deals_deal"
    __versioned__: dict = {}
    __scope__ = OfCustomer(REACH, "agent_id", "created_by_id")
    __table_args__ = (
        Index("ix_deals_deal_customer", "customer_id", "dealt_on"),
        Index("ix_deals_deal_agent", "agent_id", "dealt_on"),
        Index("ix_deals_deal_day", "dealt_on", "id"),
        Index(
            "ux_deals_deal_origin",
            "origin",
            "origin_id",
            unique=True,
            postgresql_where=_SOURCED,
            sqlite_where=_SOURCED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        info=field(
            Link(_("Customer"), to="customer", relation="customer", required=True, nobody=_("Outside what you see"))
        ),
    )
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("products_product.id"), index=True, info=field(Link(_("Product"), to="product", relation="product"))
    )
    dealt_on: Mapped[date] = mapped_column(info=field(Date(_("Deal on"), required=True, sortable=True)))
    amount: Mapped[Decimal] = mapped_column(
        Numeric(12, 2), info=field(Money(_("Deal amount"), required=True, low=0, high=9_999_999_999, sortable=True))
    )
    agent_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Deal agent"), to="employee", relation="agent"))
    )
    department_id: Mapped[int | None] = mapped_column(  # the agent's then
        ForeignKey("security_department.id"),
        index=True,
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    origin: Mapped[str] = mapped_column(
        String(20), default="manual", info=field(Choice(_("Origin"), dictionary="deal_origin"))
    )
    origin_id: Mapped[int | None]
    notes: Mapped[str | None] = mapped_column(String(2000), info=field(LongText(_("Notes"), max_length=2000)))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Created at"))))
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Created by"), to="employee", relation="created_by"))
    )
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Updated at"))))
    deleted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(nullable=False)

    customer = relationship("Customer")
    product = relationship(Product)
    agent = relationship("Employee", foreign_keys=[agent_id])
    department = relationship("Department")
    created_by = relationship("Employee", foreign_keys=[created_by_id])

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        said = f"{wording.day(self.dealt_on)} · {wording.yuan(self.amount)}"
        return f"{self.customer} · {said}" if self.customer is not None else said
