"""What can be done with segments. One verb, one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select

from app.base import clock, inbox, segments
from app.base.actor import Actor
from app.base.errors import Invalid
from app.base.history import explain
from app.base.i18n import _
from app.base.stamps import raise_stamp
from app.base.transaction import check_revision, lock, transaction
from app.extensions import db
from app.system.audit import queries as audit
from app.system.security import queries as security
from app.system.segments import queries, rules
from app.system.segments.models import Segment, SegmentPlace, SegmentShare
from app.system.segments.queries import STAMP


@dataclass(frozen=True)
class Audience:
    """To whom a segment is opened, by id."""

    employees: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    departments: tuple[int, ...] = ()

    @property
    def keys(self) -> Sequence[tuple[str, int]]:
        kinds = (("employee_id", self.employees), ("role_id", self.roles), ("department_id", self.departments))
        return [(column, key) for column, ids in kinds for key in dict.fromkeys(ids)]


NOBODY = Audience()


@transaction
def save(
    subject: str, *, name: str, filter_text: str, sort: str = "", audience: Audience = NOBODY, actor: Actor
) -> Segment:
    """Keep a filter of a list under a name.

    Raises InvalidFields for a name that is missing, too long or in use, Invalid for a filter without a condition or
    one that cannot be meant, and for too many segments.
    """
    assert actor.id is not None  # noqa: S101 - the system keeps none
    kept, taken = rules.name(name), queries.own_names(actor.id, subject)
    rules.check_count(len(taken))
    rules.check_free(taken, wanted=kept)
    segment = Segment(name=kept, subject=subject, owner_id=actor.id, updated_by_id=actor.id)
    segment.filter, segment.sort = _canonical(subject, filter_text, actor), _order(subject, sort)
    db.session.add(segment)
    db.session.flush()
    _open_to(segment, audience, actor=actor)
    _place_last(segment, actor=actor)
    raise_stamp(STAMP)
    return segment


def _canonical(subject: str, text: str, actor: Actor) -> str:
    known = segments.subjects.get(subject)
    if known is None:
        raise Invalid(_("This list has no segments."))
    return segments.canonical(text, known.fields, actor=actor)


def _order(subject: str, sort: str) -> str:
    """Return the order asked for, none for one by a field that there is not."""
    return sort if sort.removeprefix("-") in segments.subjects[subject].fields else ""


def _place_last(segment: Segment, *, actor: Actor) -> None:
    last = select(func.max(SegmentPlace.position)).where(SegmentPlace.employee_id == actor.id)
    position = (db.session.scalar(last) or 0) + 1
    db.session.add(SegmentPlace(employee_id=actor.id, segment_id=segment.id, position=position))


@transaction
def rename(segment: Segment, values: Mapping[str, Any], *, actor: Actor, revision: int | None) -> None:
    """Give a segment another name. Raises NotAllowed to all but its owner, Conflict, InvalidFields as ``save``."""
    _check_mine(segment, actor=actor, revision=revision)
    kept = rules.name(values.get("name") or "")
    rules.check_free(queries.own_names(segment.owner_id, segment.subject, but=segment.id), wanted=kept)
    segment.name = kept
    _sign(segment, actor=actor)


@transaction
def change_filter(segment: Segment, *, filter_text: str, sort: str, actor: Actor, revision: int | None) -> None:
    """Let a segment mean other rows. Raises NotAllowed to all but its owner, Conflict, Invalid as ``save``."""
    _check_mine(segment, actor=actor, revision=revision)
    segment.filter, segment.sort = _canonical(segment.subject, filter_text, actor), _order(segment.subject, sort)
    _sign(segment, actor=actor)


def _check_mine(segment: Segment, *, actor: Actor, revision: int | None) -> None:
    lock(segment)
    rules.check_own(segment.owner_id, actor_id=actor.id)
    check_revision(segment, revision=revision)


def _sign(segment: Segment, *, actor: Actor) -> None:
    segment.updated_at, segment.updated_by_id = clock.now(), actor.id
    raise_stamp(STAMP)


@transaction
def share(segment: Segment, audience: Audience, *, actor: Actor) -> int:
    """Open a segment to people, roles and departments; return to how many it was not open before.

    Raises NotAllowed to all but its owner, Invalid if nobody was chosen, for whom there is not, and for too many.
    """
    lock(segment)
    rules.check_own(segment.owner_id, actor_id=actor.id)
    if not audience.keys:
        raise Invalid(_("Choose people, roles or departments."))
    fresh = _open_to(segment, audience, actor=actor)
    _sign(segment, actor=actor)
    return fresh


def _open_to(segment: Segment, audience: Audience, *, actor: Actor) -> int:
    _check_there(audience)
    known = {(column, getattr(row, column)) for row in segment.shares for column in COLUMNS}
    fresh = [key for key in audience.keys if key not in known and key != ("employee_id", segment.owner_id)]
    rules.check_shares(len(segment.shares) + len(fresh))
    segment.shares += [SegmentShare(**{column: key}) for column, key in fresh]
    people = [key for column, key in fresh if column == "employee_id"]
    place = inbox.Place("SegmentView.show", segment.id)
    inbox.tell([key for key in people if key != actor.id], "segment_shared", link=place, actor=actor)
    return len(fresh)


COLUMNS = ("employee_id", "role_id", "department_id")


def _check_there(audience: Audience) -> None:
    wanted = (
        (security.Employee.id, audience.employees),
        (Role.id, audience.roles),
        (security.Department.id, audience.departments),
    )
    for key, ids in wanted:
        if ids and len(set(ids)) != db.session.scalar(select(func.count(key)).where(key.in_(ids))):
            raise Invalid(_("Somebody you chose does not exist any more. Choose again."))


@transaction
def stop_sharing(segment: Segment, share_id: int, *, actor: Actor) -> None:
    """Close a segment again to one of those it is open to. Raises NotAllowed to all but its owner."""
    lock(segment)
    rules.check_own(segment.owner_id, actor_id=actor.id)
    segment.shares = [row for row in segment.shares if row.id != share_id]
    _sign(segment, actor=actor)


@transaction
def delete(segment: Segment, *, actor: Actor) -> None:
    """Take a segment away from everybody who had it. It can be restored from its history."""
    lock(segment)
    if segment.deleted_at is not None:
        raise Invalid(_("This segment is deleted already."))
    segment.deleted_at = clock.now()
    _sign(segment, actor=actor)


@transaction
def restore(segment: Segment, *, actor: Actor) -> None:
    """Bring a deleted segment back, open to whom it was. Raises InvalidFields if its name is in use meanwhile."""
    lock(segment)
    if segment.deleted_at is None:
        raise Invalid(_("This segment is not deleted."))
    rules.check_free(queries.own_names(segment.owner_id, segment.subject), wanted=segment.name)
    segment.deleted_at = None
    _sign(segment, actor=actor)


@transaction
def take_over(segment: Segment, *, owner_id: int, actor: Actor) -> None:
    """Make somebody else's shared segment one's own, as when its owner has left; they go on seeing it.

    ``owner_id``: who was shown as its owner. Raises WrongState if it is somebody else by now, or oneself, and
    InvalidFields if one has another segment of this name on the list.
    """
    lock(segment)
    rules.check_others(segment.owner_id, shown=owner_id, actor_id=actor.id)
    assert actor.id is not None  # noqa: S101 - check_others let the system pass
    rules.check_free(queries.own_names(actor.id, segment.subject), wanted=segment.name)
    former, segment.owner_id = segment.owner_id, actor.id
    segment.shares = [row for row in segment.shares if row.employee_id != actor.id]
    _open_to(segment, Audience(employees=(former,)), actor=actor)
    explain(_("Taken over"))
    _sign(segment, actor=actor)


@transaction
def hide(segment: Segment, *, actor: Actor) -> None:
    """Take a segment off one's own tabs; others keep it, and it can be shown again."""
    place = queries.places(actor, [segment.id]).get(segment.id)
    place = place or SegmentPlace(employee_id=actor.id, segment_id=segment.id)
    place.is_hidden = True
    db.session.add(place)
    raise_stamp(STAMP)


#: What taking a version back gives back; sharing, owner and deleting have buttons of their own.
TAKEN_BACK = ("name", "filter")


@transaction
def take_back(segment: Segment, *, number: int, only: Collection[tuple[str, int, str]] | None, actor: Actor) -> None:
    """Give a segment the name and the conditions it had after change set ``number``. Refused as changing it is."""
    then = audit.snapshot(Segment, segment.id, number).rows.get((Segment, segment.id))
    if then is None:
        raise Invalid(_("The segment did not exist then."))
    _check_mine(segment, actor=actor, revision=None)
    names = TAKEN_BACK if only is None else [name for _table, _key, name in only if name in TAKEN_BACK]
    if "name" in names and then["name"] != segment.name:
        rename(segment, {"name": then["name"]}, actor=actor, revision=None)
    if "filter" in names:
        change_filter(segment, filter_text=then["filter"], sort=segment.sort, actor=actor, revision=None)


@transaction
def arrange(order: Iterable[int], *, shown: Iterable[int], actor: Actor) -> None:
    """Keep the order in which a person wants their tabs, and which they hide. What is not theirs is left out."""
    wanted, kept = list(dict.fromkeys(order)), set(shown)
    allowed = {tab.segment.id for tab in queries.tabs(actor)}
    known = queries.places(actor, wanted)
    for position, key in enumerate((key for key in wanted if key in allowed), start=1):
        place = known.get(key) or SegmentPlace(employee_id=actor.id, segment_id=key)
        place.position, place.is_hidden = position, key not in kept
        db.session.add(place)
    raise_stamp(STAMP)
