"""Who is who, in whose name somebody decides, and whom a seat reaches: read once for a whole call."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select

from app.base import clock
from app.base.actor import Actor
from app.base.scope import unscoped
from app.extensions import db
from app.system.approvals.models import Delegation, DelegationSubject, Subject, standing_in
from app.system.approvals.rules.deciding import Voice
from app.system.security import queries as security
from app.system.security.queries import Department, Employee, Role, User, assoc_user_role

ADMIN = "admin"


class House:
    """People, roles and departments as they are now. Lives for one call."""

    def __init__(self) -> None:
        self._active: dict[int, bool] = {}
        self._holders: dict[int, Sequence[int]] = {}
        self._limits: dict[tuple[str, int], Decimal | None] = {}

    def is_active(self, key: int | None) -> bool:
        if key is None:
            return False
        if key not in self._active:
            self._active[key] = bool(db.session.scalar(select(User.active).where(User.id == key)))
        return self._active[key]

    def holders(self, role_id: int) -> Sequence[int]:
        if role_id not in self._holders:
            held = select(User.id).join(assoc_user_role, assoc_user_role.c.user_id == User.id)
            wanted = held.where(assoc_user_role.c.role_id == role_id, User.active).order_by(User.id)
            self._holders[role_id] = list(db.session.scalars(wanted))
        return self._holders[role_id]

    @cached_property
    def _departments(self) -> dict[int, tuple[int | None, int | None]]:
        rows = db.session.execute(select(Department.id, Department.parent_id, Department.head_id))
        return {key: (parent, head) for key, parent, head in rows}

    def _heads(self, department_id: int | None) -> Iterable[int]:
        """Yield the heads of a department and of all above it, the nearest first."""
        seen: set[int] = set()
        while department_id is not None and department_id not in seen:
            seen.add(department_id)
            department_id, head = self._departments.get(department_id, (None, None))
            if head is not None:
                yield head

    def head_of(self, department_id: int | None) -> int | None:
        return next(iter(self._heads(department_id)), None)

    @cached_property
    def _houses(self) -> dict[int, int | None]:
        return {}

    def department_of(self, key: int) -> int | None:
        if key not in self._houses:
            self._houses[key] = db.session.scalar(select(Employee.department_id).where(Employee.id == key))
        return self._houses[key]

    def superiors(self, key: int) -> Sequence[int]:
        return [head for head in dict.fromkeys(self._heads(self.department_of(key))) if head != key]

    @cached_property
    def _administrators(self) -> int:
        return db.session.scalars(select(Role.id).where(Role.name == ADMIN)).one()

    def administrators(self) -> int:
        return self._administrators

    def limit(self, subject: Subject, key: int) -> Decimal | None:
        """Return up to which amount somebody decides alone. Whoever has left decides nothing."""
        at = (subject.code, key)
        if at not in self._limits:
            person = security.actor(key)
            self._limits[at] = subject.limit(person) if person is not None else Decimal(0)
        return self._limits[at]


def voice(code: str, actor: Actor) -> Voice:
    """Return in whose name somebody decides on a kind of record today: their own, and of those they represent."""
    if actor.id is None:
        return Voice({}, None)
    principals = {actor.id: actor.role_ids}
    with unscoped("whom somebody represents decides on what they see"):
        represented = list(db.session.scalars(standing_in(actor.id, clock.today(), code)))
    for key in represented:
        person = security.actor(key)
        if person is not None:
            principals.setdefault(key, person.role_ids)
    return Voice(principals, actor.id)


def delegates(code: str, people: Iterable[int], day: date) -> dict[int, list[int]]:
    """Return who represents which of these people on a day: person → delegates."""
    table, kinds = Delegation.__table__, DelegationSubject.__table__
    limited = select(kinds.c.delegation_id)
    meant = table.c.id.not_in(limited) | table.c.id.in_(limited.where(kinds.c.code == code))
    wanted = select(table.c.from_id, table.c.to_id).where(
        table.c.from_id.in_(sorted(set(people))), table.c.from_on <= day, table.c.to_on >= day, meant
    )
    found: dict[int, list[int]] = {}
    with unscoped("whoever is asked meanwhile has to hear of it"):
        rows: Any = db.session.execute(wanted)
    for key, delegate in rows:
        found.setdefault(key, []).append(delegate)
    return found


def roles() -> Sequence[Role]:
    """Return every role that a step may ask."""
    return [one for one in security.roles() if one.name != "customer"]
