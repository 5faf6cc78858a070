"""How many customers somebody may hold, and a row per person that is locked while customers come to them."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.fields import Choice, Link, Number, field
from app.base.i18n import _
from app.base.scope import PUBLIC, Personal


class HoldLimit(Model):
    """At most so many customers, of one level or in all, for a person, a role or a department; 0 is no limit."""

    __tablename__ = "pool_hold_limit"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (CheckConstraint("most >= 0", name="ck_pool_hold_limit_most"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"), info=field(Link(_("Person"), to="employee", relation="employee"))
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"), info=field(Link(_("Department"), to="department", relation="department"))
    )
    role: Mapped[str | None] = mapped_column(String(64), info=field(Choice(_("Role"), dictionary="role")))
    level: Mapped[str | None] = mapped_column(String(40), info=field(Choice(_("Level"), dictionary="customer_level")))
    most: Mapped[int] = mapped_column(info=field(Number(_("Customers at most"), required=True, low=0, high=1_000_000)))
    revision: Mapped[int] = mapped_column(nullable=False)

    employee = relationship("Employee")
    department = relationship("Department")

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return f"{self.employee or self.department or self.role or '*'} · {self.level or '*'} · {self.most}"


class Hand(Model):
    """A person to whom customers come. Whoever gives or takes locks the row: limits are counted under the lock.

    The claims of the day are counted here, so that letting a customer go does not give a claim back.
    """

    __tablename__ = "pool_hand"
    __scope__ = Personal("employee_id", "pool")

    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"), primary_key=True, autoincrement=False)
    claimed_on: Mapped[date | None]  # business zone
    claimed_count: Mapped[int] = mapped_column(default=0)
