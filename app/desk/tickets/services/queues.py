"""Setting up queues with their people, and the routes that lead there. Source: TKT-15."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.base.actor import Actor
from app.base.errors import InvalidFields
from app.base.i18n import _
from app.base.transaction import check_revision, lock, transaction
from app.desk.tickets import queries
from app.desk.tickets.models import Queue, QueueMember, Route
from app.desk.tickets.rules.tickets import NEEDED
from app.extensions import db


@transaction
def add_queue(values: Mapping[str, Any], *, actor: Actor) -> Queue:
    """Make a queue. Raises InvalidFields without name or group, or for a name in use."""
    made = Queue(is_active=True)
    _fill_queue(made, values)
    db.session.add(made)
    db.session.flush()
    return made


@transaction
def change_queue(found: Queue, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a queue, or take it out of use: its tickets stay in it. Raises Conflict; else as ``add_queue``."""
    lock(found)
    check_revision(found, revision=revision)
    _fill_queue(found, values)
    db.session.flush()


def _fill_queue(queue: Queue, values: Mapping[str, Any]) -> None:
    name, group = (values.get("name") or "").strip(), values.get("department")
    problems: dict[str, object] = {}
    if not name:
        problems["name"] = _("Please fill this in.")
    if not group:
        problems["department"] = _("Please fill this in.")
    with db.session.no_autoflush:
        if name and db.session.scalar(select(Queue.id).where(Queue.name == name, Queue.id != (queue.id or 0))):
            problems["name"] = _("There is a queue of this name already.")
        if problems:
            raise InvalidFields(problems)
        queue.name, queue.department_id, queue.notes = name, int(group or 0), values.get("notes")
        queue.is_active = values.get("is_active") is not False
        _man(queue, values.get("people") or ())


def _man(queue: Queue, people: Sequence[int]) -> None:
    """Let exactly these people work in a queue."""
    wanted = set(people)
    for one in list(queue.members):
        if one.employee_id not in wanted:
            queue.members.remove(one)
            db.session.delete(one)
    known = {one.employee_id for one in queue.members}
    queue.members += [QueueMember(employee_id=key) for key in dict.fromkeys(people) if key not in known]


@transaction
def add_route(values: Mapping[str, Any], *, actor: Actor) -> Route:
    """Make a route. Raises InvalidFields without a queue in use."""
    made = Route(is_active=True)
    _fill_route(made, values)
    db.session.add(made)
    db.session.flush()
    return made


@transaction
def change_route(found: Route, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Change a route, or take it out of use. Raises Conflict; else as ``add_route``."""
    lock(found)
    check_revision(found, revision=revision)
    _fill_route(found, values)
    db.session.flush()


def _fill_route(route: Route, values: Mapping[str, Any]) -> None:
    with db.session.no_autoflush:
        queue = queries.queue(values.get("queue"))
        if queue is None or not (queue.is_active or queue.id == route.queue_id):
            raise InvalidFields({"queue": _("This queue is not in use any more: choose another.")})
        route.queue_id = queue.id
        for name in ("type", "category", "priority", "due_hours", "answer"):
            setattr(route, name, values.get(name))
        route.needs = [name for name in values.get("needs") or () if name in NEEDED]
        route.is_active = values.get("is_active") is not False
