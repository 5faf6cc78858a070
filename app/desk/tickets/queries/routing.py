"""Queues, and the route that a type and a category decide."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from app.base import choices
from app.base.actor import Actor
from app.base.choices import Found
from app.desk.tickets.models import Queue, QueueMember, Route
from app.extensions import db


def queue(key: int | None) -> Queue | None:
    """Return a queue."""
    return db.session.get(Queue, key) if key is not None else None


def queues(*, is_active: bool | None = None) -> Sequence[Queue]:
    """Return the queues by name."""
    found = select(Queue).order_by(Queue.name)
    return list(db.session.scalars(found if is_active is None else found.where(Queue.is_active.is_(is_active))))


def members_of(queue_id: int) -> list[int]:
    """Return who works in a queue."""
    found = select(QueueMember.employee_id).where(QueueMember.queue_id == queue_id).order_by(QueueMember.id)
    return list(db.session.scalars(found))


def is_member(queue_id: int | None, employee_id: int | None) -> bool:
    """Tell whether somebody works in a queue."""
    return queue_id is not None and employee_id in members_of(queue_id)


def route_for(kind: str | None, category: str | None) -> Route | None:
    """Return the most particular route in use: of type and category, of the category, of the type, of none.

    A route of a category is that of what stands below it, too, as long as nothing nearer has one.
    """
    near = [None, *reversed(choices.lineage(choices.values("ticket_category"), category or None))]
    rows = db.session.scalars(select(Route).where(Route.is_active).order_by(Route.id.desc()))
    fits = [one for one in rows if one.type in (None, kind) and one.category in near and _works(one)]
    return max(fits, key=lambda one: (near.index(one.category), one.type is not None), default=None)


def _works(route: Route) -> bool:
    return bool(route.queue.is_active)


class QueueNames:
    """How queues are named and offered."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        rows = db.session.execute(select(Queue.id, Queue.name).where(Queue.id.in_(list(ids))))
        return {key: name for key, name in rows}  # noqa: C416 - rows are no pairs to mypy

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - queues are public
        found = select(Queue).where(Queue.is_active).order_by(Queue.name)
        if words.strip():
            found = found.where(Queue.name.icontains(words.strip(), autoescape=True))
        return [Found(str(row.id), row.name) for row in db.session.scalars(found.limit(limit))]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - queues are public
        found = queue(key)
        return found is not None and found.is_active
