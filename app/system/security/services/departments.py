"""Departments: save, close."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.base import logbook
from app.base.actor import Actor
from app.base.errors import Invalid, InvalidFields
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, transaction
from app.extensions import db
from app.system.security import queries
from app.system.security.models import Department, Employee
from app.system.security.queries import STAMP


@transaction
def save_department(department: Department, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Make or change a department. Raises InvalidFields if the tree would bite its own tail."""
    if revision is not None:
        check_revision(department, revision=revision)
    parent_id = values.get("parent")
    if department.id and parent_id and parent_id in queries.departments_below(department.id):
        raise InvalidFields({"parent": _("A department cannot stand below itself.")})
    _check_name(department, values.get("name"))
    before = _above(department.parent_id)
    for name, column in (("name", "name"), ("kind", "kind"), ("parent", "parent_id"), ("head", "head_id")):
        if name in values:
            setattr(department, column, values[name])
    db.session.add(department)
    raise_stamp(STAMP)
    if (now := _above(department.parent_id)) != before:  # with the tree, what superiors see changes
        detail = {"parent": logbook.change(before, now)}
        logbook.note(Kind.RIGHTS_CHANGED, **_about(department), detail=detail, actor=actor)


def _above(key: int | None) -> str:
    return str(db.session.get_one(Department, key)) if key else ""


def _about(department: Department) -> dict[str, Any]:
    db.session.flush()
    return logbook.about(department)


def _check_name(department: Department, name: str | None) -> None:
    taken = select(Department.id).where(Department.name == name, Department.id != (department.id or 0))
    with db.session.no_autoflush:
        if name and db.session.scalar(taken) is not None:
            raise InvalidFields({"name": _("There is a department of this name.")})


@transaction
def close_department(department: Department, *, actor: Actor) -> None:
    """Remove an empty department. Raises Invalid while people or departments belong to it."""
    people = db.session.scalar(select(func.count()).where(Employee.department_id == department.id))
    below = db.session.scalar(select(func.count()).where(Department.parent_id == department.id))
    if people or below:
        raise Invalid(
            _("People in it: %(people)s; departments below it: %(below)s. Move them first."),
            people=people or 0,
            below=below or 0,
        )
    db.session.delete(department)
    raise_stamp(STAMP)
