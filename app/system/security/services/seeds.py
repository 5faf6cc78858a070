"""What the program brings along: its screens and buttons, the built-in roles with their grants and reach."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select

from app.base import clock
from app.base.transaction import transaction
from app.extensions import db
from app.system.security import rules
from app.system.security.models import DataScope, KnownRight, Seed
from app.system.security.queries import Right
from app.system.security.services.roles import grant_all, set_reach


@transaction
def know(screens: Mapping[str, Collection[str]]) -> list[Right]:
    """Write down every screen and its buttons (view → permissions), as the code has them; return the new ones.

    Unlike upstream's own way this gives nothing to anybody: rights come from the grants and the administrator.
    """
    known = set(
        db.session.execute(
            select(Permission.name, ViewMenu.name).select_from(PermissionView).join(Permission).join(ViewMenu)
        )
    )
    fresh = [(button, view) for view, buttons in screens.items() for button in buttons if (button, view) not in known]
    buttons, views = _named(Permission), _named(ViewMenu)
    for button, view in fresh:
        permission = buttons.setdefault(button, Permission(name=button))
        db.session.add(PermissionView(permission=permission, view_menu=views.setdefault(view, ViewMenu(name=view))))
    _note_new(screens)
    return fresh


def _note_new(screens: Mapping[str, Collection[str]]) -> None:
    """Keep since when each right exists, so that an upgrade can show the administrator what it brought."""
    known, now = {(row.permission, row.view) for row in db.session.scalars(select(KnownRight))}, clock.now()
    rights = {(button, view) for view, buttons in screens.items() for button in buttons}
    db.session.add_all(KnownRight(permission=right[0], view=right[1], known_at=now) for right in sorted(rights - known))


def _named(model: type[Any]) -> dict[str, Any]:
    return {row.name: row for row in db.session.scalars(select(model))}


@transaction
def seed(grants: Mapping[str, Mapping[str, Collection[str]]]) -> list[Right]:
    """Hand out the built-in grants that were never handed out before; return the rights that are new here.

    ``grants``: role → view → permissions. What an administrator has taken away stays away.
    """
    known = {(row.role, row.view, row.permission) for row in db.session.scalars(select(Seed))}
    fresh = [
        (role, view, permission)
        for role, views in grants.items()
        for view, permissions in views.items()
        for permission in permissions
        if (role, view, permission) not in known
    ]
    if fresh:
        db.session.add_all(Seed(role=role, view=view, permission=name) for role, view, name in fresh)
        roles = {name: _role(name) for name in rules.ROLES}
        grant_all([(roles[role], (permission, view)) for role, view, permission in fresh])
    return [(permission, view) for _role_name, view, permission in fresh]


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
