"""Who held a customer, from when to when, and why that began and ended. Source: POOL-4."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import ColumnElement, ForeignKey, FromClause, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Choice, Link, Moment, Name, Related, Text, field
from app.base.i18n import _
from app.base.scope import Through
from app.base.sentences import Sentence, Told
from app.crm.customers.models.customer import SCOPE, Customer

OPEN = text("until_at IS NULL")


class Holding(Model):
    """One spell in which somebody held a customer. At most one of a customer's is open.

    Written by ``services.holding`` alone, whatever way the owner changes; a history by itself, so it has no versions.
    """

    __tablename__ = "customers_holding"
    __scope__ = Through("customer_id", Customer.__table__, SCOPE)
    __table_args__ = (
        Index("ux_customers_holding_open", "customer_id", unique=True, postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_customers_holding_customer", "customer_id", "id"),
        Index("ix_customers_holding_employee", "employee_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"), info=field(Link(_("Customer"), to="customer", relation="customer"))
    )
    employee_id: Mapped[int] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Held by"), to="employee", relation="employee"))
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"), info=field(Link(_("Department"), to="department", relation="department"))
    )
    from_at: Mapped[datetime] = mapped_column(info=field(Moment(_("Held from"))))
    begun_how: Mapped[str] = mapped_column(String(40), info=field(Choice(_("Came by"), dictionary="assignment_kind")))
    begun_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(Link(_("Given by"), to="employee", relation="begun_by", nobody=_("by itself"))),
    )
    until_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Held until"))))
    ended_how: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Ended by"), dictionary="assignment_kind"))
    )
    ended_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Taken by"), to="employee", relation="ended_by"))
    )
    # A code of recall_reason, or of release_reason if it was released.
    reason: Mapped[str | None] = mapped_column(String(40), info=field(Choice(_("Reason"), dictionary="spell_reason")))
    words: Mapped[Told | None] = mapped_column(Sentence, info=field(Text(_("Why"))))

    customer = relationship(Customer)
    employee = relationship("Employee", foreign_keys=[employee_id])
    department = relationship("Department")
    begun_by = relationship("Employee", foreign_keys=[begun_by_id])
    ended_by = relationship("Employee", foreign_keys=[ended_by_id])

    __filters__ = (
        Related(
            _("Customer name"),
            name="customer_name",
            column="name",
            inner=Name(_("Customer name")),
            path=lambda table: _customer_of(table),  # noqa: PLW0108 - defined below
        ),
    )

    def __str__(self) -> str:
        return str(self.customer)


def _customer_of(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = Customer.__table__.alias()
    return rows, rows.c.id == table.c.customer_id
