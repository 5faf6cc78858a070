"""How many customers somebody may hold, and a row per person that is locked while customers come to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import choices
from app.base.fields import Boolean, Choice, Link, Number, Text, field
from app.base.history import Child
from app.base.i18n import _
from app.base.scope import PUBLIC, Personal
from app.crm.pool.rules import CATCH_ALL, KINDS, LONGEST_NAME


class Pool(Model):
    """Ownerless customers of some regions and departments, and who may take them."""

    __tablename__ = "pool_pool"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (CheckConstraint("name <> ''", name="ck_pool_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(LONGEST_NAME), info=field(Text(_("Name"), required=True, max_length=LONGEST_NAME))
    )
    position: Mapped[int] = mapped_column(
        default=1,
        info=field(
            Number(
                _("Order"),
                required=True,
                low=1,
                high=CATCH_ALL,
                sortable=True,
                help=_("A customer stands in the first pool whose conditions it meets."),
            )
        ),
    )
    may_claim: Mapped[bool] = mapped_column(
        default=True,
        info=field(Boolean(_("Members claim"), help=_("If not, they see it, and customers are assigned."))),
    )
    is_active: Mapped[bool] = mapped_column(default=True, info=field(Boolean(_("In use"))))
    is_catch_all: Mapped[bool] = mapped_column(default=False)  # what meets no other pool's conditions stands here
    revision: Mapped[int] = mapped_column(nullable=False)

    parts: Mapped[list[PoolPart]] = relationship("PoolPart", cascade="all, delete-orphan", order_by="PoolPart.id")

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Text(_("Takes in"), name="conditions", needs="parts"),
        Text(_("Members"), name="audience", needs="parts"),
        Text(_("Hidden until claimed"), name="concealed", needs="parts"),
    )

    def of(self, kind: str) -> Sequence[PoolPart]:
        """Return the parts of one kind."""
        return [part for part in self.parts if part.kind == kind]

    @property
    def regions(self) -> Sequence[PoolPart]:
        return self.of("region")

    @property
    def houses(self) -> Sequence[PoolPart]:
        return self.of("house")

    @property
    def hidden(self) -> Sequence[PoolPart]:
        return self.of("hidden")

    @property
    def people(self) -> Sequence[PoolPart]:
        return self.of("employee")

    @property
    def teams(self) -> Sequence[PoolPart]:
        return self.of("team")

    @property
    def roles(self) -> Sequence[PoolPart]:
        return self.of("role")

    @property
    def conditions(self) -> str:
        """Which customers stand in it, in the reader's words."""
        return _words([*self.regions, *self.houses]) or str(_("Whatever stands in no other"))

    @property
    def audience(self) -> str:
        """Whose pool it is, in the reader's words."""
        return _words([*self.roles, *self.teams, *self.people]) or str(_("Nobody"))

    @property
    def concealed(self) -> str:
        """What its members do not see, in the reader's words."""
        return _words(self.hidden)

    def __str__(self) -> str:
        return self.name


class PoolPart(Model):
    """One thing that is said of a pool: a region or department it takes in, a member, a field it hides.

    ``code``: of the dictionary that belongs to the kind (``rules.KINDS``); of a department or person, the id.
    """

    __tablename__ = "pool_part"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("pool_id", "kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pool_pool.id"))
    kind: Mapped[str] = mapped_column(String(20), info=field(Choice(_("What"), dictionary="pool_part")))
    code: Mapped[str] = mapped_column(String(64), info=field(Text(_("Which"))))

    @property
    def words(self) -> str:
        """What it means, in the reader's words."""
        return words_of(self)


def words_of(part: Any) -> str:
    """Return what a part of a pool, or a version of one, means."""
    found = choices.values(KINDS[part.kind]).by_code.get(part.code)
    return found.label if found else f"#{part.code}"


def _words(parts: Sequence[PoolPart]) -> str:
    return "、".join(part.words for part in parts)


Pool.__history__ = (Child(_("Conditions and members"), PoolPart, "pool_id", ("kind",), words_of),)  # type: ignore[attr-defined]


class HoldLimit(Model):
    """At most so many customers, of one level or in all, for a person, a role or a department; 0 is no limit."""

    __tablename__ = "pool_hold_limit"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (CheckConstraint("most >= 0", name="ck_pool_hold_limit_most"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id"),
        info=field(
            Link(
                _("Person"),
                help=_("A person, a role or a department; none of them: everybody."),
                to="employee",
                relation="employee",
            )
        ),
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"), info=field(Link(_("Department"), to="department", relation="department"))
    )
    role: Mapped[str | None] = mapped_column(String(64), info=field(Choice(_("Role"), dictionary="role")))
    level: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Level"), dictionary="customer_level", nothing=_("Any level")))
    )
    most: Mapped[int] = mapped_column(info=field(Number(_("Customers at most"), required=True, low=0, high=1_000_000)))
    revision: Mapped[int] = mapped_column(nullable=False)

    employee = relationship("Employee", lazy="selectin")
    department = relationship("Department", lazy="selectin")

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (Text(_("For"), name="holder", needs="employee"),)

    @property
    def holder(self) -> str:
        """For whom it is, in the reader's words."""
        role = choices.values("role").by_code.get(self.role or "")
        return str(self.employee or self.department or (role.label if role else self.role or _("Everybody")))

    def __str__(self) -> str:
        level = choices.values("customer_level").by_code.get(self.level or "")
        return " · ".join(str(part) for part in (self.holder, level.label if level else "", self.most) if part != "")


class Hand(Model):
    """A person to whom customers come. Whoever gives or takes locks the row: limits are counted under the lock.

    The claims of the day are counted here, so that letting a customer go does not give a claim back.
    """

    __tablename__ = "pool_hand"
    __scope__ = Personal("employee_id", "pool")

    employee_id: Mapped[int] = mapped_column(ForeignKey("security_employee.id"), primary_key=True, autoincrement=False)
    claimed_on: Mapped[date | None]  # business zone
    claimed_count: Mapped[int] = mapped_column(default=0)
