"""Named reads of announcements, their readers and receipts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.base.actor import Actor
from app.base.choices import Found
from app.base.scope import unscoped
from app.extensions import db
from app.system.announcements.models import Announcement, Receipt
from app.system.announcements.rules import PUBLISHED
from app.system.security import queries as security
from app.system.security.queries import Employee


def readers(departments: Iterable[int], roles: Collection[str]) -> Select[Any]:
    """Return the statement of the active people of an audience, with their departments.

    Departments include those below; with roles as well, people must meet both; with neither it is everybody.
    """
    table = Employee.__table__
    found = select(table.c.id, table.c.department_id).join(User, User.id == table.c.id).where(User.active)
    houses = {below for one in departments for below in security.departments_below(one)}
    if houses:
        found = found.where(table.c.department_id.in_(sorted(houses)))
    if roles:
        held = select(assoc_user_role.c.user_id).join(Role, Role.id == assoc_user_role.c.role_id)
        found = found.where(table.c.id.in_(held.where(Role.name.in_(sorted(roles)))))
    return found.order_by(table.c.id)


def receipt(announcement_id: int, employee_id: int | None) -> Receipt | None:
    """Return one person's receipt; None if the announcement is not addressed to them."""
    mine = Receipt.announcement_id == announcement_id, Receipt.employee_id == employee_id
    return db.session.scalar(select(Receipt).where(*mine))


def counts(announcement_id: int) -> tuple[int, int]:
    """Return how many people an announcement was addressed to, and how many of them have read it."""
    table = Receipt.__table__
    counted = select(func.count(), func.count(table.c.read_at)).where(table.c.announcement_id == announcement_id)
    with unscoped("how many have read it is told to those who may see the announcement's receipts"):
        total, read = db.session.execute(counted).one()
    return total, read


def unread(announcement_id: int) -> list[int]:
    """Return who has not read an announcement."""
    table = Receipt.__table__
    wanted = select(table.c.employee_id).where(table.c.announcement_id == announcement_id, table.c.read_at.is_(None))
    with unscoped("whoever wrote it reminds all who have not read it"):
        return list(db.session.scalars(wanted.order_by(table.c.employee_id)))


def current(actor: Actor, *, today: date, limit: int) -> Sequence[tuple[Announcement, Receipt]]:
    """Return what a person is to read now: not read yet first, each newest first; what has no last day until read."""
    mine = and_(Receipt.announcement_id == Announcement.id, Receipt.employee_id == actor.id)
    found = select(Announcement, Receipt).join(Receipt, mine).where(Announcement.state == PUBLISHED)
    shown = found.where(
        or_(Announcement.until_on >= today, and_(Announcement.until_on.is_(None), Receipt.read_at.is_(None)))
    )
    ordered = shown.order_by(Receipt.read_at.is_not(None), Announcement.published_at.desc(), Announcement.id.desc())
    return [(one, receipt) for one, receipt in db.session.execute(ordered.limit(limit))]


def running(*, today: date) -> Sequence[Announcement]:
    """Return what is published and not over, whoever may see it."""
    found = select(Announcement).where(Announcement.state == PUBLISHED)
    lasting = found.where(or_(Announcement.until_on.is_(None), Announcement.until_on >= today))
    with unscoped("newcomers are told of what is addressed to them"):
        return list(db.session.scalars(lasting.options(joinedload(Announcement.parts))).unique())


class AnnouncementNames:
    """How announcements are named and found in searching choices."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return dict(
            db.session.execute(select(Announcement.id, Announcement.title).where(Announcement.id.in_(list(ids)))).all()
        )

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - in the scope of who asks
        found = select(Announcement).order_by(Announcement.id.desc()).limit(limit)
        if words:
            found = found.where(Announcement.title.contains(words, autoescape=True))
        return [Found(str(one.id), one.title) for one in db.session.scalars(found)]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - in the scope of who asks
        return db.session.scalar(select(Announcement.id).where(Announcement.id == key)) is not None
