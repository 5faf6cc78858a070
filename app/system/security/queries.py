"""People, their rights and their reach. Rights are cached in every process, under the stamp "security"."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import ColumnElement, Integer, Select, func, literal_column, or_, select
from sqlalchemy.orm import selectinload

from app.base.actor import Actor, Reach
from app.base.choices import Found, Item
from app.base.fields.groups import groups
from app.base.scope import unscoped
from app.base.stamps import Cached
from app.extensions import db
from app.system.security import rules
from app.system.security.models import DataScope, Department, Employee, KnownRight, Seed

STAMP = "security"
Right = tuple[str, str]  # (permission, view)


def _role_rights(role_ids: frozenset[int]) -> frozenset[Right]:
    rights = (
        select(Permission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(assoc_permissionview_role.c.role_id.in_(role_ids))
    )
    return frozenset((permission, view) for permission, view in db.session.execute(rights))


#: ``rights(role_ids)``: everything the holders of these roles may open and press.
rights = Cached(STAMP, _role_rights)


def _actor(user_id: int) -> Actor | None:
    user = db.session.get(User, user_id)
    if user is None or not user.active:
        return None
    staff = db.session.get(Employee, user_id)
    roles = _roles_of(user_id)
    house = staff.department_id if staff else None
    below = frozenset(departments_below(house) if house else ())
    return Actor(
        id=user_id,
        name=staff.name if staff else user.username,
        roles=frozenset(roles.values()),
        role_ids=frozenset(roles),
        department_id=house,
        departments_below=below,
        departments_above=frozenset(departments_above(house) if house else ()),
        reaches=_reaches(roles),
        leads=below if rules.SUPERVISOR in roles.values() else frozenset(),
        hidden_groups=_hidden(frozenset(roles)),
        must_change_password=bool(staff and staff.must_change_password),
    )


#: ``actor(user_id)``: the person as services know them; None for a disabled or unknown account.
actor = Cached(STAMP, _actor)


def _roles_of(user_id: int) -> dict[int, str]:
    held = select(Role.id, Role.name).join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
    return dict(db.session.execute(held.where(assoc_user_role.c.user_id == user_id)).all())


def roles_of(user_id: int) -> frozenset[str]:
    """Return the names of the roles a person holds."""
    return frozenset(_roles_of(user_id).values())


def check_may_touch(user_id: int, *, actor: Actor) -> None:
    """Raise NotAllowed if the account is an administrator's and the actor is none."""
    rules.check_may_touch(roles_of(user_id), actor)


def _reaches(roles: Mapping[int, str]) -> dict[str, Reach]:
    found: dict[str, Reach] = {}
    for row in db.session.scalars(select(DataScope).where(DataScope.role_id.in_(roles))):
        reach = Reach(row.read, row.write)
        found[row.domain] = rules.wider(found.get(row.domain, Reach()), reach)
    return found


def _hidden(role_ids: frozenset[int]) -> frozenset[str]:
    held = _role_rights(role_ids)
    return frozenset(group.code for group in groups.values() if group.permission not in held)


def departments_below(department_id: int) -> Sequence[int]:
    """Return a department and all below it, by id."""
    table = Department.__table__
    tree = select(table.c.id).where(table.c.id == department_id).cte("tree", recursive=True)
    tree = tree.union(select(table.c.id).join(tree, table.c.parent_id == tree.c.id))
    return list(db.session.scalars(select(tree.c.id)))


def departments_above(department_id: int) -> Sequence[int]:
    """Return a department and all that it stands below, by id, the nearest first."""
    table = Department.__table__
    depth: ColumnElement[int] = literal_column("0", Integer).label("depth")
    here = select(table.c.id, table.c.parent_id, depth).where(table.c.id == department_id)
    way = here.cte("way", recursive=True)
    above = select(table.c.id, table.c.parent_id, way.c.depth + 1).join(way, way.c.parent_id == table.c.id)
    way = way.union_all(above.where(way.c.depth < DEEPEST))
    return list(db.session.scalars(select(way.c.id).order_by(way.c.depth)))


DEEPEST = 50  # levels of departments


def _department_name(department_id: int | None) -> str:
    return db.session.scalar(select(Department.name).where(Department.id == department_id)) or ""


#: ``department_name(id)``: what a department is called; "" for none.
department_name = Cached(STAMP, _department_name)


def head_of(department_id: int) -> int | None:
    """Return who heads a department, or the nearest one above it that has a head; None if there is none."""
    return next(iter(heads_of(department_id)), None)


def heads_of(department_id: int) -> Iterator[int]:
    """Return who heads a department and those above it, the nearest first, as far as they have heads."""
    here: Department | None = db.session.get(Department, department_id)
    while here is not None:
        if here.head_id is not None:
            yield here.head_id
        here = here.parent


def employee(key: int) -> Employee | None:
    """Return a person by id, None if there is none."""
    return db.session.get(Employee, key)


def _administrators() -> tuple[str, ...]:
    held = select(Employee.name).join(User, User.id == Employee.id).join(User.roles)
    return tuple(db.session.scalars(held.where(Role.name == rules.ADMIN, User.active).order_by(Employee.id).limit(3)))


#: ``administrators()``: the names of some who may give rights.
administrators = Cached(STAMP, _administrators)


def accounts_with_role(role: str) -> int:
    """Return how many active accounts hold a role."""
    held = select(func.count()).select_from(User).join(User.roles).where(Role.name == role, User.active)
    return db.session.scalar(held) or 0


def holders_of_roles(role_ids: Iterable[int]) -> Mapping[int, int]:
    """Return how many people hold each of the roles."""
    table = assoc_user_role
    counted = select(table.c.role_id, func.count()).where(table.c.role_id.in_(list(role_ids))).group_by(table.c.role_id)
    return dict(db.session.execute(counted).all())


def _own_roles() -> tuple[Item, ...]:
    """Return the roles an administrator made: their name is their label, in every language."""
    made = select(Role.name).where(Role.name.not_in([*rules.ROLES, *rules.HIDDEN_ROLES])).order_by(Role.id)
    return tuple(Item(name, name) for name in db.session.scalars(made))


#: ``own_roles()``: the roles an administrator made, as further items of the dictionary "role".
own_roles = Cached(STAMP, _own_roles)


def roles() -> Sequence[Role]:
    """Return every role a person can be given: the built-in ones in their order, then those made here."""
    order = {name: place for place, name in enumerate(rules.ROLES)}
    found = db.session.scalars(select(Role).where(Role.name.not_in(rules.HIDDEN_ROLES)).order_by(Role.id))
    return sorted(found, key=lambda role: (order.get(role.name, len(order)), role.id))


def people_with(role: Role) -> Sequence[Employee]:
    """Return who holds a role, by name."""
    held = select(Employee).join(assoc_user_role, assoc_user_role.c.user_id == Employee.id)
    wanted = held.where(assoc_user_role.c.role_id == role.id).order_by(Employee.name, Employee.id)
    return list(db.session.scalars(wanted.options(selectinload(Employee.department), selectinload(Employee.account))))


def reaches_of(role: Role) -> dict[str, Reach]:
    """Return how far one role reaches in each domain; domains without a row: nowhere."""
    rows = db.session.scalars(select(DataScope).where(DataScope.role_id == role.id))
    return dict.fromkeys(rules.SCOPE_DOMAINS, Reach()) | {row.domain: Reach(row.read, row.write) for row in rows}


def standard_rights(role: str) -> frozenset[Right]:
    """Return what the program gave to a built-in role, whatever became of it."""
    rows = select(Seed.permission, Seed.view).where(Seed.role == role)
    return frozenset(db.session.execute(rows))


def new_rights(*, since: datetime) -> dict[Right, datetime]:
    """Return the rights that upgrades brought since then, not those of the installation itself."""
    first = select(func.min(KnownRight.known_at)).scalar_subquery()
    rows = db.session.scalars(select(KnownRight).where(KnownRight.known_at > first, KnownRight.known_at >= since))
    return {(row.permission, row.view): row.known_at for row in rows}


def department_tree() -> list[tuple[Department, int]]:
    """Return every department with its depth, each followed by those below it, in two statements."""
    below: dict[int | None, list[Department]] = defaultdict(list)
    wanted = select(Department).options(selectinload(Department.head)).order_by(Department.id)
    for department in db.session.scalars(wanted):
        below[department.parent_id].append(department)
    found: list[tuple[Department, int]] = []
    open_ones = [(department, 0) for department in reversed(below[None])]
    while open_ones:
        department, depth = open_ones.pop()
        found.append((department, depth))
        open_ones += [(child, depth + 1) for child in reversed(below[department.id])]
    return found


def people_by_department() -> dict[int, int]:
    """Return how many active people belong to each department itself."""
    counted = select(Employee.department_id, func.count()).join(User, User.id == Employee.id).where(User.active)
    rows = db.session.execute(counted.where(Employee.department_id.is_not(None)).group_by(Employee.department_id))
    return {key: count for key, count in rows if key is not None}


class EmployeeNames:
    """How people are named and found in searching choices."""

    is_active_only = True

    def out_of_use(self, ids: Iterable[int]) -> Collection[int]:
        """Return those whose account is disabled."""
        found = list(db.session.scalars(select(User.id).where(User.id.in_(list(ids)), ~User.active)))
        return frozenset(found)

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return dict(db.session.execute(select(Employee.id, Employee.name).where(Employee.id.in_(list(ids)))).all())

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - all see all names
        found = select(Employee).join(User, User.id == Employee.id)
        found = found.where(User.active) if self.is_active_only else found
        if words:
            found = found.where(
                or_(Employee.name.contains(words, autoescape=True), User.username.startswith(words, autoescape=True))
            )
        rows: Any = db.session.scalars(found.order_by(Employee.name).limit(limit))
        return [Found(str(row.id), row.name, str(row.department or "")) for row in rows]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - all see all names
        return db.session.get(Employee, key) is not None


def disabled() -> Select[int]:
    """Return a statement of the ids of the accounts that are disabled."""
    return select(User.id).where(~User.active)


class EverybodyNames(EmployeeNames):
    """How people are named and found where also those who have left are meant."""

    is_active_only = False


class DepartmentNames:
    """How departments are named and found in searching choices."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        wanted = select(Department.id, Department.name).where(Department.id.in_(list(ids)))
        return dict(db.session.execute(wanted).all())

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - all see all names
        found = select(Department).where(Department.name.contains(words, autoescape=True))
        return [Found(str(row.id), row.name) for row in db.session.scalars(found.order_by(Department.id).limit(limit))]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - all see all names
        return db.session.get(Department, key) is not None


def employee_by_words(words: str) -> Employee | None:
    """Return the one active person with this name, user name or employee number; None if none or several."""
    with unscoped("names of colleagues are no secret"):
        found = select(Employee).join(User, User.id == Employee.id).where(User.active)
        named = or_(Employee.name == words, User.username == words, Employee.number == words)
        rows = db.session.scalars(found.where(named).limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def employees_by_words(words: Iterable[str]) -> Mapping[str, int]:
    """Return the id of the one active person for each of the words, as ``employee_by_words`` does, in one query."""
    wanted = sorted(set(words))
    with unscoped("names of colleagues are no secret"):
        found = select(Employee.id, Employee.name, User.username, Employee.number)
        found = found.join(User, User.id == Employee.id).where(User.active)
        named = or_(Employee.name.in_(wanted), User.username.in_(wanted), Employee.number.in_(wanted))
        rows = db.session.execute(found.where(named)).all() if wanted else []
    meant: dict[str, set[int]] = {}
    for key, *names in rows:
        for word in filter(None, names):
            meant.setdefault(word, set()).add(key)
    return {word: next(iter(people)) for word, people in meant.items() if len(people) == 1}


def departments_of(people: Iterable[int]) -> Mapping[int, int | None]:
    """Return the department of each of the people, by id; those without a department have None."""
    found = select(Employee.id, Employee.department_id).where(Employee.id.in_(sorted(set(people))))
    return {key: house for key, house in db.session.execute(found)}  # noqa: C416 - dict() is not typed here
