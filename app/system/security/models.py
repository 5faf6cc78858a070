"""People and their place in the house. The accounts themselves (name, password hash) are Flask-AppBuilder's."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import (
    ApiKey,
    Group,
    Permission,
    PermissionView,
    RegisterUser,
    Role,
    User,
    ViewMenu,
    assoc_user_role,
)
from sqlalchemy import ColumnElement, Enum, ForeignKey, FromClause, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base.actor import Level
from app.base.fields import Boolean, Choice, Choices, Email, Link, Moment, Name, Phone, Related, Text, field
from app.base.i18n import _
from app.base.scope import PUBLIC

for theirs in (ApiKey, Group, Permission, PermissionView, RegisterUser, Role, User, ViewMenu):
    theirs.__scope__ = PUBLIC  # who may open their screens is a matter of permissions alone


class Department(Model):
    """A company, branch, department or team: one node of the organisation's tree."""

    __tablename__ = "security_department"
    __versioned__: dict = {}
    __scope__ = PUBLIC

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(60), unique=True, info=field(Name(_("Department"), required=True, max_length=60, sortable=True))
    )
    kind: Mapped[str] = mapped_column(
        String(40), default="department", info=field(Choice(_("Kind"), dictionary="org_kind", required=True))
    )
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"),
        index=True,
        info=field(Link(_("Belongs to"), to="department", relation="parent")),
    )
    head_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_employee.id", use_alter=True, name="fk_security_department_head"),
        info=field(Link(_("Head"), to="employee", relation="head")),
    )
    revision: Mapped[int] = mapped_column(nullable=False)

    parent: Mapped[Department | None] = relationship(remote_side=[id])
    head: Mapped[Employee | None] = relationship("Employee", foreign_keys=[head_id], post_update=True)

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return self.name


def _account(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    rows = User.__table__.alias()
    return rows, rows.c.id == table.c.id


def _roles(table: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
    held = (
        select(assoc_user_role.c.user_id, Role.__table__.c.name).join_from(assoc_user_role, Role.__table__).subquery()
    )
    return held, held.c.user_id == table.c.id


class Employee(Model):
    """A person who works here; shares its id with the account they sign in with."""

    __tablename__ = "security_employee"
    __versioned__: dict = {}
    __scope__ = PUBLIC

    id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(
        String(60), info=field(Name(_("Full name"), required=True, max_length=60, sortable=True))
    )
    number: Mapped[str | None] = mapped_column(
        String(30), unique=True, info=field(Text(_("Employee number"), max_length=30, sortable=True))
    )
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("security_department.id"),
        index=True,
        info=field(Link(_("Department"), to="department", relation="department")),
    )
    position: Mapped[str | None] = mapped_column(
        String(40), info=field(Choice(_("Position"), dictionary="user_position"))
    )
    phone: Mapped[str | None] = mapped_column(String(32), info=field(Phone(_("Phone"))))
    language: Mapped[str] = mapped_column(
        String(10), default="zh_Hans", info=field(Choice(_("Language"), dictionary="language", required=True))
    )
    password_changed_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(nullable=False)

    department: Mapped[Department | None] = relationship(Department, foreign_keys=[department_id])
    account: Mapped[User] = relationship(User)

    held_roles: Mapped[list[Role]] = relationship(
        Role,
        secondary=assoc_user_role,
        primaryjoin=lambda: Employee.id == assoc_user_role.c.user_id,
        secondaryjoin=lambda: Role.id == assoc_user_role.c.role_id,
        order_by=Role.id,
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": revision}
    __fields__ = (
        Text(_("User name"), name="username", required=True, max_length=64, needs="account"),
        Email(_("E-mail"), name="email", required=True, max_length=254, needs="account"),
        Choices(
            _("Roles"),
            name="roles",
            dictionary="role",
            through="held_roles",
            code="name",
            path=_roles,
        ),
        Moment(_("Last sign-in"), name="last_sign_in", needs="account"),
        Boolean(_("Active"), name="is_active", needs="account"),
    )
    __filters__ = (
        Related(_("User name"), name="username", column="username", inner=Text(), path=_account),
        Related(_("E-mail"), name="email", column="email", inner=Text(), path=_account),
        Related(
            _("Last sign-in"),
            name="last_sign_in",
            column="last_login",
            inner=Moment(),
            path=_account,
        ),
        Related(_("Active"), name="is_active", column="active", inner=Boolean(), path=_account),
    )

    access = ""  # "active", "locked" or "disabled": told by sign_in.queries.with_access

    @property
    def username(self) -> str:
        return self.account.username

    @property
    def email(self) -> str:
        return self.account.email

    @property
    def is_active(self) -> bool:
        return bool(self.account.active)

    @property
    def last_sign_in(self) -> datetime | None:
        return self.account.last_login

    def __str__(self) -> str:
        return self.name


class DataScope(Model):
    """How far the holders of a role see and write in one domain."""

    __tablename__ = "security_data_scope"
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("role_id", "domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"))
    domain: Mapped[str] = mapped_column(String(40))
    read: Mapped[Level] = mapped_column(Enum(Level, native_enum=False, length=16))
    write: Mapped[Level] = mapped_column(Enum(Level, native_enum=False, length=16))


class Seed(Model):
    """A built-in grant that was once handed out: what an administrator took away is not given again."""

    __tablename__ = "security_seed"
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("role", "view", "permission"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(64))
    view: Mapped[str] = mapped_column(String(120))
    permission: Mapped[str] = mapped_column(String(100))


class KnownRight(Model):
    """Since when a right exists in this installation: an upgrade shows the administrator what it brought."""

    __tablename__ = "security_known_right"
    __scope__ = PUBLIC
    __table_args__ = (UniqueConstraint("view", "permission"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    view: Mapped[str] = mapped_column(String(120))
    permission: Mapped[str] = mapped_column(String(100))
    known_at: Mapped[datetime]
