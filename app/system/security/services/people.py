"""People: hire, change, disable, enable."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select

from app.base import inbox, logbook
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.stamps import raise_stamp
from app.base.transaction import announce, check_revision, transaction
from app.extensions import db
from app.system.security import queries, rules
from app.system.security.facts import AccountDisabled
from app.system.security.models import Department, Employee
from app.system.security.queries import STAMP

ACCOUNT_FIELDS = ("username", "email")


@transaction
def hire(values: Mapping[str, Any], *, actor: Actor) -> Employee:
    """Make an account and its employee. ``values``: fields of Employee, username, email, roles (names).

    Raises InvalidFields for a user name, e-mail address or employee number that is taken. The account has no
    password yet: nobody can sign in with it.
    """
    rules.check_may_touch(values.get("roles") or (), actor)
    _check_unique(values, but=None)
    user = User(username=values["username"], email=values["email"], first_name=values["name"], last_name="")
    user.active, user.roles = True, _roles(values.get("roles", ()))
    db.session.add(user)
    db.session.flush()
    employee = Employee(id=user.id)
    db.session.add(employee)
    _assign(employee, values)
    raise_stamp(STAMP)
    _note_standing(employee, before={}, actor=actor)
    return employee


@transaction
def change_employee(employee: Employee, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a person's data or roles. Raises Conflict, InvalidFields, or Invalid if no administrator is left."""
    check_revision(employee, revision=revision)
    rules.check_may_touch([*queries.roles_of(employee.id), *(values.get("roles") or ())], actor)
    _check_unique(values, but=employee.id)
    before = _standing(employee)
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
    if _note_standing(employee, before=before, actor=actor) and employee.id != actor.id:
        inbox.tell([employee.id], "own_rights", link=inbox.Place("SignInView.profile"), actor=actor)


def _standing(employee: Employee) -> dict[str, Any]:
    """Return what decides on a person's rights: roles and department, as they are called."""
    db.session.flush()
    house = db.session.get(Department, employee.department_id) if employee.department_id else None
    return {"roles": sorted(queries.roles_of(employee.id)), "department": str(house or "")}


def _note_standing(employee: Employee, *, before: Mapping[str, Any], actor: Actor) -> bool:
    """Leave a changed standing in the log; tell whether there was one."""
    now = _standing(employee)
    detail = {name: logbook.change(before.get(name), now[name]) for name in now if now[name] != before.get(name)}
    if detail:
        logbook.note(Kind.RIGHTS_CHANGED, **logbook.about(employee), detail=detail, actor=actor)
    return bool(detail)


def _note_access(employee: Employee, *, before: str, now: str, actor: Actor) -> None:
    detail = {"access": logbook.change(before, now)}
    logbook.note(Kind.RIGHTS_CHANGED, **logbook.about(employee), detail=detail, actor=actor)


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
    rules.check_may_touch(queries.roles_of(employee.id), actor)
    if employee.id == actor.id:
        raise Invalid(_("You cannot disable your own account."))
    employee.account.active = False
    _keep_governed()
    raise_stamp(STAMP)
    _note_access(employee, before="active", now="disabled", actor=actor)
    announce(AccountDisabled(employee_id=employee.id))


@transaction
def enable(employee: Employee, *, actor: Actor) -> None:
    """Open a disabled account again, with the password and roles it had."""
    rules.check_may_touch(queries.roles_of(employee.id), actor)
    employee.account.active = True
    raise_stamp(STAMP)
    _note_access(employee, before="disabled", now="active", actor=actor)
