"""What can be done with announcements. One verb, one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.base import clock
from app.base.actor import Actor
from app.base.history import explain
from app.base.i18n import _
from app.base.inbox import Place, tell
from app.base.scope import unscoped
from app.base.transaction import check_revision, lock, transaction
from app.extensions import db
from app.system.announcements import queries, rules
from app.system.announcements.models import Announcement, Audience, Receipt
from app.system.announcements.rules import after

TABLE = Receipt.__table__
OWN = ("title", "body", "until_on", "asks_receipt")
#: What the form calls the parts of each kind.
PARTS: Mapping[str, str] = {"departments": "department", "roles": "role"}


@transaction
def create(values: Mapping[str, Any], *, actor: Actor) -> Announcement:
    """Write an announcement, which nobody else sees until it is published. Raises InvalidFields as ``rules.check``."""
    announcement = Announcement(author_id=actor.id, asks_receipt=False, round=0)
    db.session.add(announcement)
    with db.session.no_autoflush:
        _set(announcement, values)
    return announcement


@transaction
def change(announcement: Announcement, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change what is not published. Raises Conflict, WrongState for a published one, InvalidFields as ``create``."""
    lock(announcement)
    check_revision(announcement, revision=revision)
    state = after("edit", announcement.state)
    with db.session.no_autoflush:
        _set(announcement, values)
        announcement.state = state


def _set(announcement: Announcement, values: Mapping[str, Any]) -> None:
    rules.check(until_on=values.get("until_on", announcement.until_on), today=clock.today())
    for name in OWN:
        if name in values:
            value = values[name]
            setattr(announcement, name, bool(value) if name == "asks_receipt" else value)
    announcement.updated_at = clock.now()
    for name, kind in PARTS.items():
        if name in values:
            _renew(announcement, kind, values[name])


def _renew(announcement: Announcement, kind: str, codes: Sequence[str]) -> None:
    kept = {part.code: part for part in announcement.of(kind)}
    others = [part for part in announcement.parts if part.kind != kind]
    announcement.parts = [*others, *[kept.get(code) or Audience(kind=kind, code=code) for code in codes]]


@transaction
def publish(announcement: Announcement, *, actor: Actor) -> None:
    """Tell its audience, each person once; what an earlier publishing left of receipts begins anew.

    Raises WrongState if it is published already, is over, or would have no reader.
    """
    lock(announcement)
    state = after("publish", announcement.state)
    rules.check(until_on=announcement.until_on, today=clock.today())
    announcement.state, announcement.published_at = state, clock.now()
    announcement.round += 1
    announcement.updated_at = clock.now()
    db.session.flush()
    with unscoped("a new round: what somebody has read of the last one says nothing of this"):
        db.session.execute(delete(TABLE).where(TABLE.c.announcement_id == announcement.id))
    told = _address(announcement, actor=actor)
    rules.check_has_readers(told)
    explain(_("Published"))


def _address(announcement: Announcement, *, actor: Actor) -> list[int]:
    """Give everybody of the audience who has none yet a receipt, and tell them; return who they are."""
    departments = [int(part.code) for part in announcement.departments]
    roles = [part.code for part in announcement.roles]
    people = db.session.execute(queries.readers(departments, roles)).all()
    now = clock.now()
    rows = [
        {
            "announcement_id": announcement.id,
            "employee_id": key,
            "department_id": house,
            "told_at": now,
            "read_at": None,
        }
        for key, house in people
    ]
    if not rows:
        return []
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.session.get_bind().dialect.name]
    made = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.employee_id)
    told = sorted(db.session.scalars(made, rows))
    tell(
        told,
        "announcement",
        params={"title": announcement.title},
        link=Place("AnnouncementView.show", announcement.id),
        key=f"announcement:{announcement.id}:{announcement.round}",
        actor=actor,
    )
    return told


@transaction
def withdraw(announcement: Announcement, *, actor: Actor) -> None:
    """Take an announcement back: its readers see it no more. Raises WrongState unless it is published."""
    lock(announcement)
    announcement.state = after("withdraw", announcement.state)
    announcement.updated_at = clock.now()
    explain(_("Withdrawn"))


@transaction
def remove(announcement: Announcement, *, actor: Actor) -> None:
    """Delete what is not published, with its receipts. Raises WrongState for a published one."""
    lock(announcement)
    after("edit", announcement.state)
    with unscoped("they go with the announcement"):
        db.session.execute(delete(TABLE).where(TABLE.c.announcement_id == announcement.id))
    db.session.delete(announcement)


@transaction
def read(announcement_id: int, *, actor: Actor) -> bool:
    """Note that the actor has read what is addressed to them; return whether it was the first time."""
    unread = TABLE.c.employee_id == actor.id, TABLE.c.read_at.is_(None)
    mine = update(TABLE).where(TABLE.c.announcement_id == announcement_id, *unread).values(read_at=clock.now())
    return bool(db.session.execute(mine).rowcount)  # type: ignore[attr-defined]


@transaction
def confirm(announcement: Announcement, *, actor: Actor) -> None:
    """Say that one has read it. Raises WrongState if it is not published (any more)."""
    lock(announcement)
    after("confirm", announcement.state)
    read(announcement.id, actor=actor)


@transaction
def remind(announcement: Announcement, *, actor: Actor) -> int:
    """Tell those who have not read it again, each at most once a day; return how many they are."""
    lock(announcement)
    after("remind", announcement.state)
    people = queries.unread(announcement.id)
    tell(
        people,
        "announcement_again",
        params={"title": announcement.title},
        link=Place("AnnouncementView.show", announcement.id),
        key=f"announcement:{announcement.id}:{announcement.round}:{clock.today()}",
        actor=actor,
    )
    return len(people)


@transaction
def tell_newcomers(*, actor: Actor) -> int:
    """Address what is published and not over to whoever belongs to its audience by now; return how many were told."""
    told = 0
    for announcement in queries.running(today=clock.today()):
        locked = select(Announcement).where(Announcement.id == announcement.id).with_for_update()
        if db.session.scalar(locked.execution_options(populate_existing=True)).state == rules.PUBLISHED:  # type: ignore[union-attr]
            told += len(_address(announcement, actor=actor))
    return told
