"""Roles: what their holders may open and press, and how far they see."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu, assoc_permissionview_role
from sqlalchemy import delete, func, insert, literal, select

from app.base import inbox, logbook
from app.base.actor import Actor, Reach
from app.base.errors import Invalid, InvalidFields, Missing
from app.base.i18n import _
from app.base.logbook import Kind
from app.base.stamps import raise_stamp
from app.base.transaction import announce, transaction
from app.extensions import db
from app.system.security import queries, rules
from app.system.security.facts import RightsChanged
from app.system.security.models import DataScope
from app.system.security.queries import STAMP, Right


@transaction
def save_rights(
    role: Role,
    *,
    granted: Collection[Right] = (),
    withdrawn: Collection[Right] = (),
    reaches: Mapping[str, Reach] | None = None,
    actor: Actor,
) -> None:
    """Change a role's rights and reach at once; counts at the next request in every process.

    Raises Missing for a button that does not exist, Invalid for more hand than eye or for locking the
    administrator out. Then nothing was changed.
    """
    before = queries.reaches_of(role)
    grant_all([(role, right) for right in granted])
    for right in withdrawn:
        withdraw(role, right, actor=actor)
    for domain, reach in (reaches or {}).items():
        set_reach(role, domain, reach, actor=actor)
    announce(RightsChanged(role.id, role.name, tuple(granted), tuple(withdrawn), tuple(reaches or ()), actor.id))
    _tell(role, granted, withdrawn, before, actor)


def _tell(
    role: Role, granted: Collection[Right], withdrawn: Collection[Right], before: Mapping[str, Reach], actor: Actor
) -> None:
    """Leave what changed in the log, and tell those who hold the role."""
    detail: dict[str, Any] = {"granted": _said(granted), "withdrawn": _said(withdrawn)}
    now = queries.reaches_of(role)
    for domain in now:
        if now[domain] != before[domain]:
            detail[f"reach_{domain}"] = logbook.change(_level_words(before[domain]), _level_words(now[domain]))
    detail = {name: said for name, said in detail.items() if said}
    if detail:
        logbook.note(Kind.RIGHTS_CHANGED, **logbook.about(role), detail=detail, actor=actor)
        holders = [person.id for person in queries.people_with(role) if person.id != actor.id]
        inbox.tell(holders, "role_rights", params={"role": role.name}, actor=actor)


def _said(rights: Collection[Right]) -> list[str]:
    return sorted(f"{view}.{button}" for button, view in rights)


def _level_words(reach: Reach) -> str:
    return f"{reach.read.name}.{reach.write.name}"


@transaction
def grant(role: Role, right: Right, *, actor: Actor | None) -> None:
    """Let the holders of a role open a screen or press a button."""
    grant_all([(role, right)])


@transaction
def grant_all(grants: Sequence[tuple[Role, Right]]) -> None:
    """Let the holders of roles open screens and press buttons. Raises Missing for a button that there is not."""
    keys = _right_ids()
    for _holders, right in grants:
        if right not in keys:
            sentence = _("There is no button “%(button)s” on the screen “%(screen)s”.")
            raise Missing(sentence, button=right[0], screen=right[1])
    held = assoc_permissionview_role
    there = {(role, key) for role, key in db.session.execute(select(held.c.role_id, held.c.permission_view_id))}
    wanted = dict.fromkeys((role.id, keys[right]) for role, right in grants)
    if rows := [{"role_id": role, "permission_view_id": key} for role, key in wanted if (role, key) not in there]:
        db.session.execute(insert(held), rows)
        raise_stamp(STAMP)


@transaction
def withdraw(role: Role, right: Right, *, actor: Actor | None) -> None:
    """Take a screen or button away from the holders of a role. The administrator keeps the way to these screens."""
    if role.name == rules.ADMIN and right[1] in {"RoleView", "EmployeeView"}:
        raise Invalid(_("The administrator must be able to reach users and roles."))
    held = assoc_permissionview_role
    gone = delete(held).where(held.c.role_id == role.id, held.c.permission_view_id == _right_ids().get(right))
    db.session.execute(gone)
    raise_stamp(STAMP)


def _right_ids() -> Mapping[Right, int]:
    named = select(Permission.name, ViewMenu.name, PermissionView.id).select_from(PermissionView)
    rows = db.session.execute(named.join(Permission).join(ViewMenu))
    return {(permission, view): key for permission, view, key in rows}


@transaction
def set_reach(role: Role, domain: str, reach: Reach, *, actor: Actor | None) -> None:
    """Say how far the holders of a role see and write in a domain. Raises Invalid for more hand than eye."""
    if domain not in rules.SCOPE_DOMAINS:
        raise Missing(_("There is no data scope “%(domain)s”."), domain=domain)
    rules.check_reach(domain, reach)
    row = db.session.scalar(select(DataScope).where(DataScope.role_id == role.id, DataScope.domain == domain))
    row = row or DataScope(role_id=role.id, domain=domain)
    row.read, row.write = reach.read, reach.write
    db.session.add(row)
    raise_stamp(STAMP)


@transaction
def make_role(name: str, *, like: Role | None, actor: Actor) -> Role:
    """Make a role, with the rights and reach of another if ``like`` is given. Raises InvalidFields if it exists."""
    role = Role(name=_free_name(name))
    db.session.add(role)
    db.session.flush()
    detail: dict[str, Any] = {"name": logbook.change("", role.name)}
    if like is not None:
        _copy_rights(like, role)
        detail["like"] = like.name
    raise_stamp(STAMP)
    logbook.note(Kind.RIGHTS_CHANGED, **logbook.about(role), detail=detail, actor=actor)
    return role


def _copy_rights(source: Role, target: Role) -> None:
    held = assoc_permissionview_role
    db.session.execute(
        insert(held).from_select(
            ["permission_view_id", "role_id"],
            select(held.c.permission_view_id, literal(target.id)).where(held.c.role_id == source.id),
        )
    )
    for row in db.session.scalars(select(DataScope).where(DataScope.role_id == source.id)):
        db.session.add(DataScope(role_id=target.id, domain=row.domain, read=row.read, write=row.write))


@transaction
def rename_role(role: Role, name: str, *, actor: Actor) -> None:
    """Give a role of one's own another name. Raises Invalid for a built-in one, InvalidFields if it is taken."""
    rules.check_own_role(role.name)
    before, role.name = role.name, _free_name(name, but=role.id)
    raise_stamp(STAMP)
    detail = {"name": logbook.change(before, role.name)}
    logbook.note(Kind.RIGHTS_CHANGED, **logbook.about(role), detail=detail, actor=actor)


@transaction
def delete_role(role: Role, *, actor: Actor) -> None:
    """Delete a role that nobody holds. Raises Invalid for a built-in one, or while somebody holds it."""
    rules.check_own_role(role.name)
    if count := queries.holders_of_roles([role.id]).get(role.id):
        raise Invalid(_("People who hold this role: %(count)s. Give them another one first."), count=count)
    detail = {"name": logbook.change(role.name, "")}
    logbook.note(Kind.RIGHTS_CHANGED, **logbook.about(role), detail=detail, actor=actor)
    held = assoc_permissionview_role
    db.session.execute(delete(held).where(held.c.role_id == role.id))
    db.session.execute(delete(DataScope).where(DataScope.role_id == role.id))
    db.session.delete(role)
    raise_stamp(STAMP)


def _free_name(name: str, *, but: int = 0) -> str:
    chosen = rules.role_name(name)
    if db.session.scalar(select(Role.id).where(func.lower(Role.name) == chosen.lower(), Role.id != but)):
        raise InvalidFields({"name": _("There is a role of this name.")})
    return chosen
