"""Named reads of segments. All of them stay within the scope of whoever acts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import ColumnElement, and_, or_, select

from app.base import choices, segments
from app.base.actor import Actor, acting
from app.base.choices import Found
from app.base.errors import Invalid, Missing
from app.base.filters import Group
from app.base.i18n import _
from app.base.scope import condition
from app.base.stamps import Cached, number
from app.extensions import db
from app.system.security.queries import Employee, EmployeeNames
from app.system.security.queries import department_name as name_of_department
from app.system.security.queries import roles as all_roles
from app.system.segments.models import Segment, SegmentPlace, SegmentShare, open_to

STAMP = "segments"


class Tab(NamedTuple):
    """A segment that a person has among their tabs. ``is_shared``: also open to others."""

    segment: segments.Segment
    is_hidden: bool
    is_shared: bool


# ── for other domains: reports, campaigns, rules ──


class Conditions(NamedTuple):
    """What a segment asks for. ``group.sql(model, actor)`` is the condition, without the scope."""

    segment: segments.Segment
    group: Group


def filter_of(segment_id: int, *, actor: Actor) -> Conditions:
    """Return what a segment asks for, as far as it is open to the actor.

    Raises Missing if it is not, Invalid (with a sentence to show) while one of its conditions cannot be meant any
    more: never use a part of it.
    """
    segment = by_key(segment_id, actor)
    if segment is None:
        raise Missing(_("This segment does not exist any more, or is no longer shared with you."))
    if segment.subject not in segments.subjects:
        raise Invalid(_("The list of the segment “%(name)s” does not exist any more."), name=segment.name)
    fields = segments.subjects[segment.subject].fields
    return Conditions(segment, segments.read(segment, fields, actor=actor))


def matching(model: type[Any], segment_id: int, *, actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the rows of ``model`` that a segment finds in the actor's scope.

    Good for statements on classes and on tables alike; "me" is the actor, relative dates count from today. To use a
    segment as its owner meant it, act as its owner. Raises as ``filter_of``, and Invalid for a list of other records.
    """
    found = filter_of(segment_id, actor=actor)
    if segments.subjects[found.segment.subject].model is not model:
        raise Invalid(_("The segment “%(name)s” is one of another list."), name=found.segment.name)
    return and_(found.group.sql(model, actor), condition(model, actor))


# ── finding ──

_COLUMNS = (Segment.id, Segment.name, Segment.subject, Segment.filter, Segment.sort, Segment.owner_id)


def by_key(key: int, actor: Actor) -> segments.Segment | None:
    """Return a segment in scope as those who use it know it."""
    known = {tab.segment.id: tab.segment for tab in tabs(actor)}
    if key in known:
        return known[key]
    wanted = select(*_COLUMNS, Employee.name, Segment.revision).join(Employee, Employee.id == Segment.owner_id)
    with acting(actor):
        row = db.session.execute(wanted.where(Segment.id == key)).first()
    return segments.Segment(*row) if row is not None else None


def tabs(actor: Actor, subject: str = "") -> Sequence[Tab]:
    """Return the actor's own segments and those shared with them, of one list or of all, as they have ordered them."""
    with acting(actor):
        found: Sequence[Tab] = _tabs(actor.id, actor.role_ids, actor.departments_above, number("security"))
    return [tab for tab in found if not subject or tab.segment.subject == subject]


def _read_tabs(
    actor_id: int | None, role_ids: frozenset[int], departments_above: frozenset[int], _security: int
) -> Sequence[Tab]:
    reader = Actor(actor_id, role_ids=role_ids, departments_above=departments_above)
    shares = SegmentShare.__table__
    mine = and_(SegmentPlace.segment_id == Segment.id, SegmentPlace.employee_id == actor_id)
    is_shared = select(shares.c.id).where(shares.c.segment_id == Segment.id).exists()
    open_ones = select(shares.c.segment_id).where(open_to(shares, reader))
    wanted = (
        select(*_COLUMNS, Employee.name, Segment.revision, SegmentPlace.is_hidden, is_shared)
        .join(Employee, Employee.id == Segment.owner_id)
        .outerjoin(SegmentPlace, mine)
        .where(or_(Segment.owner_id == actor_id, Segment.id.in_(open_ones)))
        .order_by(SegmentPlace.position.asc().nulls_last(), Segment.id)
    )
    rows: Any = db.session.execute(wanted)
    return [Tab(segments.Segment(*row[:-2]), bool(row[-2]), bool(row[-1])) for row in rows]


#: What stands on every list's page, read again only when a segment, a role or a department was changed.
_tabs = Cached(STAMP, _read_tabs)


def department_name(actor: Actor) -> str:
    """Return what the actor's department is called; "" for who belongs to none."""
    name: str = name_of_department(actor.department_id)
    return name


def is_out_of_use(owner_id: int) -> bool:
    """Tell whether an owner's account is disabled: what they shared goes on, and can be taken over."""
    return bool(EmployeeNames().out_of_use([owner_id]))


def own_names(owner_id: int, subject: str, *, but: int | None = None) -> Sequence[str]:
    """Return the names of a person's segments on a list, without one of them, and without deleted ones."""
    wanted = select(Segment.name).where(Segment.owner_id == owner_id, Segment.subject == subject)
    return list(db.session.scalars(wanted.where(Segment.id != (but or 0), Segment.deleted_at.is_(None))))


def places(actor: Actor, ids: Iterable[int]) -> Mapping[int, SegmentPlace]:
    """Return where the actor keeps segments, by segment."""
    wanted = select(SegmentPlace).where(SegmentPlace.employee_id == actor.id, SegmentPlace.segment_id.in_(list(ids)))
    return {place.segment_id: place for place in db.session.scalars(wanted)}


class SegmentNames:
    """How segments are named, to those who may use them."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        return dict(db.session.execute(select(Segment.id, Segment.name).where(Segment.id.in_(list(ids)))).all())

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:
        hits = [tab.segment for tab in tabs(actor) if words.casefold() in tab.segment.name.casefold()]
        return [Found(str(one.id), one.name, one.owner) for one in hits[:limit]]

    def exists(self, key: int, *, actor: Actor) -> bool:
        return by_key(key, actor) is not None


class RoleNames:
    """How roles are named and found in searching choices."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:
        known = choices.values("role").by_code
        rows = db.session.execute(select(Role.id, Role.name).where(Role.id.in_(list(ids))))
        return {key: known[code].label if code in known else code for key, code in rows}

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - no secret
        names = self.labels([role.id for role in all_roles()])
        hits = [Found(str(key), label) for key, label in names.items() if words.casefold() in label.casefold()]
        return hits[:limit]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - no secret
        return bool(self.labels([key]))
