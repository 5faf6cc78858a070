"""What can be done to people, departments, roles and their reach. One verb, one transaction."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import delete, func, insert, select

from app.base.actor import Actor, Reach
from app.base.errors import Invalid, InvalidFields, Missing
from app.base.i18n import _
from app.base.stamps import raise_stamp
from app.base.transaction import announce, check_revision, transaction
from app.extensions import db
from app.system.security import queries, rules
from app.system.security.facts import AccountDisabled
from app.system.security.models import DataScope, Department, Employee, Seed
from app.system.security.queries import STAMP, Right

ACCOUNT_FIELDS = ("username", "email")


@transaction
def hire(values: Mapping[str, Any], *, actor: Actor) -> Employee:
    """Make an account and its employee. ``values``: fields of Employee, username, email, roles (names).

    Raises InvalidFields for a user name, e-mail address or employee number that is taken. The account has no
    password yet: nobody can sign in with it.
    """
    _check_unique(values, but=None)
    user = User(username=values["username"], email=values["email"], first_name=values["name"], last_name="")
    user.active, user.roles = True, _roles(values.get("roles", ()))
    db.session.add(user)
    db.session.flush()
    employee = Employee(id=user.id)
    db.session.add(employee)
    _assign(employee, values)
    raise_stamp(STAMP)
    return employee


@transaction
def change_employee(employee: Employee, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a person's data or roles. Raises Conflict, InvalidFields, or Invalid if no administrator is left."""
    check_revision(employee, revision=revision)
    _check_unique(values, but=employee.id)
    _assign(employee, values)
    user = employee.account
    for name in ACCOUNT_FIELDS:
        if name in values:
            setattr(user, name, values[name])
    user.first_name = employee.name
    if "roles" in values:
        user.roles = _roles(values["roles"])
    _keep_governed()
    raise_stamp(STAMP)


def _assign(employee: Employee, values: Mapping[str, Any]) -> None:
    for name in ("name", "number", "position", "phone", "language"):
        if name in values:
            setattr(employee, name, values[name])
    if "department" in values:
        employee.department_id = values["department"]


def _check_unique(values: Mapping[str, Any], *, but: int | None) -> None:
    problems: dict[str, object] = {}
    for name, column in (("username", User.username), ("email", User.email), ("number", Employee.number)):
        key = User.id if column.class_ is User else Employee.id
        taken = values.get(name) and db.session.scalar(
            select(key).where(func.lower(column) == str(values[name]).lower(), key != (but or 0)).limit(1)
        )
        if taken:
            problems[name] = _("Somebody else has this already.")
    if problems:
        raise InvalidFields(problems)


def _roles(names: Collection[str]) -> list[Role]:
    return list(db.session.scalars(select(Role).where(Role.name.in_(list(names)))))


def _keep_governed() -> None:
    db.session.flush()
    rules.check_still_governed(admins_left=queries.accounts_with_role(rules.ADMIN))


@transaction
def disable(employee: Employee, *, actor: Actor) -> None:
    """Shut an account: nobody signs in with it, and what is open ends. Raises Invalid for one's own."""
    if employee.id == actor.id:
        raise Invalid(_("You cannot disable your own account."))
    employee.account.active = False
    _keep_governed()
    raise_stamp(STAMP)
    announce(AccountDisabled(employee_id=employee.id))


@transaction
def enable(employee: Employee, *, actor: Actor) -> None:
    """Open a disabled account again, with the password and roles it had."""
    employee.account.active = True
    raise_stamp(STAMP)


@transaction
def save_department(department: Department, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Make or change a department. Raises InvalidFields if the tree would bite its own tail."""
    if revision is not None:
        check_revision(department, revision=revision)
    parent_id = values.get("parent")
    if department.id and parent_id and parent_id in queries.departments_below(department.id):
        raise InvalidFields({"parent": _("A department cannot stand below itself.")})
    for name, column in (("name", "name"), ("kind", "kind"), ("parent", "parent_id"), ("head", "head_id")):
        if name in values:
            setattr(department, column, values[name])
    db.session.add(department)
    raise_stamp(STAMP)


@transaction
def close_department(department: Department, *, actor: Actor) -> None:
    """Remove an empty department. Raises Invalid while people or departments belong to it."""
    people = db.session.scalar(select(func.count()).where(Employee.department_id == department.id))
    below = db.session.scalar(select(func.count()).where(Department.parent_id == department.id))
    if people or below:
        raise Invalid(
            _("%(people)s people and %(below)s departments belong to it. Move them first."),
            people=people or 0,
            below=below or 0,
        )
    db.session.delete(department)
    raise_stamp(STAMP)


@transaction
def grant(role: Role, right: Right, *, actor: Actor | None) -> None:
    """Let the holders of a role open a screen or press a button."""
    key = _right_id(right)
    if key is None:
        raise Missing(
            _("There is no button “%(button)s” on the screen “%(screen)s”."), button=right[0], screen=right[1]
        )
    held = assoc_permissionview_role
    there = select(held.c.id).where(held.c.role_id == role.id, held.c.permission_view_id == key)
    if db.session.scalar(there) is None:
        db.session.execute(insert(held).values(role_id=role.id, permission_view_id=key))
        raise_stamp(STAMP)


@transaction
def withdraw(role: Role, right: Right, *, actor: Actor | None) -> None:
    """Take a screen or button away from the holders of a role. The administrator keeps the way to these screens."""
    if role.name == rules.ADMIN and right[1] in {"RoleView", "EmployeeView"}:
        raise Invalid(_("The administrator must be able to reach users and roles."))
    held = assoc_permissionview_role
    gone = delete(held).where(held.c.role_id == role.id, held.c.permission_view_id == _right_id(right))
    db.session.execute(gone)
    raise_stamp(STAMP)


def _right_id(right: Right) -> int | None:
    permission, view = right
    named = select(PermissionView.id).join(Permission).join(ViewMenu)
    return db.session.scalar(named.where(Permission.name == permission, ViewMenu.name == view))


@transaction
def set_reach(role: Role, domain: str, reach: Reach, *, actor: Actor | None) -> None:
    """Say how far the holders of a role see and write in a domain. Raises Invalid for more hand than eye."""
    rules.check_reach(reach)
    row = db.session.scalar(select(DataScope).where(DataScope.role_id == role.id, DataScope.domain == domain))
    row = row or DataScope(role_id=role.id, domain=domain)
    row.read, row.write = reach.read, reach.write
    db.session.add(row)
    raise_stamp(STAMP)


@transaction
def make_role(name: str, *, like: Role | None, actor: Actor) -> Role:
    """Make a role, with the rights and reach of another if ``like`` is given. Raises InvalidFields if it exists."""
    if db.session.scalar(select(Role.id).where(func.lower(Role.name) == name.lower())):
        raise InvalidFields({"name": _("There is a role of this name.")})
    role = Role(name=name)
    db.session.add(role)
    db.session.flush()
    if like is not None:
        _copy_rights(like, role)
    raise_stamp(STAMP)
    return role


def _copy_rights(source: Role, target: Role) -> None:
    held = assoc_permissionview_role
    db.session.execute(
        insert(held).from_select(
            ["permission_view_id", "role_id"],
            select(held.c.permission_view_id, db.literal(target.id)).where(held.c.role_id == source.id),
        )
    )
    for row in db.session.scalars(select(DataScope).where(DataScope.role_id == source.id)):
        db.session.add(DataScope(role_id=target.id, domain=row.domain, read=row.read, write=row.write))


@transaction
def know(screens: Mapping[str, Collection[str]]) -> list[Right]:
    """Write down every screen and its buttons (view → permissions), as the code has them; return the new ones.

    Unlike upstream's own way this gives nothing to anybody: rights come from the grants and the administrator.
    """
    known = set(
        db.session.execute(
            select(Permission.name, ViewMenu.name).select_from(PermissionView).join(Permission).join(ViewMenu)
        ).all()
    )
    fresh = [(button, view) for view, buttons in screens.items() for button in buttons if (button, view) not in known]
    for button, view in fresh:
        db.session.add(PermissionView(permission=_named(Permission, button), view_menu=_named(ViewMenu, view)))
        db.session.flush()
    return fresh


def _named(model: type[Any], name: str) -> Any:
    return db.session.scalar(select(model).where(model.name == name)) or model(name=name)


@transaction
def seed(grants: Mapping[str, Mapping[str, Collection[str]]]) -> list[Right]:
    """Hand out the built-in grants that were never handed out before; return the rights that are new here.

    ``grants``: role → view → permissions. What an administrator has taken away stays away.
    """
    known = {(row.role, row.view, row.permission) for row in db.session.scalars(select(Seed))}
    roles = {name: _role(name) for name in rules.ROLES}
    fresh: list[Right] = []
    for role, views in grants.items():
        for view, permissions in views.items():
            for permission in permissions:
                if (role, view, permission) not in known:
                    db.session.add(Seed(role=role, view=view, permission=permission))
                    grant(roles[role], (permission, view), actor=None)
                    fresh.append((permission, view))
    return fresh


@transaction
def seed_reaches() -> None:
    """Give each built-in role its data scope, for every domain that the installation does not know yet."""
    for (name, domain), reach in rules.REACHES.items():
        role = _role(name)
        there = select(DataScope.id).where(DataScope.role_id == role.id, DataScope.domain == domain)
        if db.session.scalar(there) is None:
            set_reach(role, domain, reach, actor=None)


def _role(name: str) -> Role:
    role = db.session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name)
        db.session.add(role)
        db.session.flush()
    return role
