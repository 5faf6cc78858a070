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
from app.system.security.services.roles import grant, set_reach


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
    for button, view in fresh:
        db.session.add(PermissionView(permission=_named(Permission, button), view_menu=_named(ViewMenu, view)))
        db.session.flush()
    _note_new(screens)
    return fresh


def _note_new(screens: Mapping[str, Collection[str]]) -> None:
    """Keep since when each right exists, so that an upgrade can show the administrator what it brought."""
    known, now = {(row.permission, row.view) for row in db.session.scalars(select(KnownRight))}, clock.now()
    rights = {(button, view) for view, buttons in screens.items() for button in buttons}
    db.session.add_all(KnownRight(permission=right[0], view=right[1], known_at=now) for right in sorted(rights - known))


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
