"""To whom a customer is open besides its owner."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, FromClause, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql import ColumnElement

from app.base import clock
from app.base.actor import Actor, Level
from app.base.fields import Boolean, Date, field
from app.base.i18n import _


class Collaborator(Model):
    """Someone besides the owner to whom a customer is open, to read or to write, perhaps until a day."""

    __tablename__ = "customers_collaborator"
    __versioned__: dict = {}
    __table_args__ = (UniqueConstraint("customer_id", "employee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"), index=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"), index=True)
    can_write: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("May also change it"))))
    until_on: Mapped[date | None] = mapped_column(info=field(Date(_("Until (last day)"))))  # business zone

    employee = relationship("Employee", lazy="joined", innerjoin=True)


def shared_with(table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
    """Return the condition that the actor, or someone whose superior they are, collaborates on the row."""
    shares = Collaborator.__table__
    open_still = or_(shares.c.until_on.is_(None), shares.c.until_on >= clock.today())
    terms = [_is_mine_or_belows(shares.c.employee_id, actor, write=write), open_still]
    if write:
        terms.append(shares.c.can_write)
    return table.c.id.in_(select(shares.c.customer_id).where(and_(*terms)))


NAMED = ("service_person_id", "deputy_id")


def named_for(table: FromClause, actor: Actor, *, write: bool) -> ColumnElement[bool]:
    """Return the condition that the actor, or someone whose superior they are, is a row's service person or deputy."""
    return or_(*[_is_mine_or_belows(table.c[name], actor, write=write) for name in NAMED])


def _is_mine_or_belows(employee_id: ColumnElement[int], actor: Actor, *, write: bool) -> ColumnElement[bool]:
    people, reach = Model.metadata.tables["security_employee"], actor.reach("customers")
    level = reach.write if write else reach.read
    houses = {actor.department_id} if level == Level.DEPARTMENT else actor.departments_below
    if level <= Level.OWN or not houses:
        return employee_id == actor.id
    theirs = select(people.c.id).where(people.c.department_id.in_(sorted(filter(None, houses))))
    return or_(employee_id == actor.id, employee_id.in_(theirs))
