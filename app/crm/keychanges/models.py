"""A change of a customer's key data that waits for approval, or did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, FromClause, Index, String, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import clock
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.fields import Choice, Field, Link, Moment, Text, field, fields_of
from app.base.fields.held import is_held
from app.base.i18n import _
from app.base.scope import is_everything
from app.base.sealed import SealedJSON
from app.crm.customers import queries as customers
from app.crm.keychanges.rules import CODE, State
from app.system.approvals import queries as approvals


class ChangeScope:
    """Seen by whoever proposed it, by whoever sees its customer, and by those who are asked to approve it."""

    def rows(self, table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
        parents = customers.Customer.__table__.alias()
        allowed = customers.SCOPE.rows(parents, actor, write=write)
        if is_everything(allowed):
            return allowed
        asked = table.c.id.in_(approvals.records_seen(CODE, actor))
        return or_(table.c.by_id == actor.id, table.c.customer_id.in_(select(parents.c.id).where(allowed)), asked)


class OfCustomer:
    """What a customer's owner and supervisors see in full of it, they see in full of its changes."""

    columns: Sequence[str] = ("customer_id",)

    def loads(self) -> Sequence[Any]:
        return ()

    def has(self, record: Any, actor: Actor) -> bool:
        return record.customer is not None and is_held(record.customer, actor)

    def rows(self, table: FromClause, actor: Actor) -> ColumnElement[bool]:
        parents = customers.Customer.__table__.alias()
        mine = or_(parents.c.owner_id == actor.id, parents.c.department_id.in_(sorted(actor.leads)))
        return table.c.customer_id.in_(select(parents.c.id).where(mine))


def _read(spec: Field, kept: Any) -> Any:
    """Return a kept value; one that the rules of today would not let in stays what it is."""
    try:
        return spec.parse(kept)
    except Invalid:
        return kept


class Change(Model):
    """New values of some key fields of a customer, and what these held when the change was proposed."""

    __tablename__ = "keychanges_change"
    __scope__ = ChangeScope()
    __held__ = OfCustomer()
    __table_args__ = (
        Index(
            "ux_keychanges_change_waiting",
            "customer_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_keychanges_change_customer", "customer_id", "id"),
        Index("ix_keychanges_change_by", "by_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customers_customer.id"),
        info=field(Link(_("Customer"), to="customer", relation="customer", nobody=_("Outside what you see"))),
    )
    state: Mapped[str] = mapped_column(
        String(20), default=State.WAITING, info=field(Choice(_("State"), dictionary="approval_state"))
    )
    #: By field name, as JSON writes them; sealed: among them may be what the customer's own column seals or masks.
    values_now: Mapped[Any] = mapped_column(SealedJSON("keychanges_change.values_now"))
    values_before: Mapped[Any] = mapped_column(SealedJSON("keychanges_change.values_before"))
    reason: Mapped[str | None] = mapped_column(String(500), info=field(Text(_("Reason"), max_length=500, wide=True)))
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Proposed by"), to="employee", relation="by"))
    )
    department_id: Mapped[int | None] = mapped_column(  # the customer's then: its head approves
        ForeignKey("security_department.id"),
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=field(Moment(_("Proposed at"), sortable=True)))
    decided_at: Mapped[datetime | None] = mapped_column(info=field(Moment(_("Decided at"), sortable=True)))

    customer = relationship("Customer")
    by = relationship("Employee")
    department = relationship("Department")

    def __str__(self) -> str:
        return str(self.customer) if self.customer is not None else f"#{self.customer_id}"

    def read(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return kept values as the customer holds them."""
        specs = fields_of(customers.Customer)
        return {name: _read(specs[name], value) for name, value in kept.items() if name in specs}

    @property
    def now(self) -> dict[str, Any]:
        """The values that were proposed."""
        return self.read(self.values_now)

    @property
    def before(self) -> dict[str, Any]:
        """The values that the customer held then."""
        return self.read(self.values_before)
