"""Named filters over lists: what lists, exports and bulk actions need to know of them. A domain above keeps them.

A segment is a filter and nothing else: it is applied in the scope of whoever uses it, "me" is the user and "the last
days" are counted from today. Where a condition cannot be meant any more, the segment shows nothing until it is mended.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.base import filters
from app.base.actor import Actor
from app.base.errors import Invalid, Missing
from app.base.fields import Field
from app.base.filters import Group
from app.base.i18n import _
from app.base.masked_filters import check_asked

LONGEST_KEY = 9  # digits: more do not fit an INTEGER of PostgreSQL


@dataclass(frozen=True)
class Subject:
    """A list that can have segments. ``name``: of its screen."""

    name: str
    title: object
    model: type[Any]
    fields: Mapping[str, Field] = field(hash=False)  # that a filter may name


@dataclass(frozen=True)
class Segment:
    """A named filter as those who may use it know it."""

    id: int
    name: str
    subject: str
    text: str  # the filter's JSON
    sort: str
    owner_id: int | None
    owner: str
    revision: int


Find = Callable[[int, Actor], Segment | None]
Furnish = Callable[[Any, Any], dict[str, Any]]
#: Every list that can have segments, by the name of its screen. Screens say so when they are complete.
subjects: dict[str, Subject] = {}
_finders: list[Find] = []
_furnishers: list[Furnish] = []


def keep_with(find: Find, furnish: Furnish) -> None:
    """Name what finds a segment in an actor's scope, and what a list's page shows of them (view, listing)."""
    _finders[:], _furnishers[:] = [find], [furnish]


def find(key: str, *, subject: str, actor: Actor) -> Segment:
    """Return a segment of a list that the actor may use. Raises Missing for any other."""
    number = int(key) if key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY else 0
    found = next((segment for look in _finders if (segment := look(number, actor))), None)
    if found is None or found.subject != subject:
        raise Missing(_("This segment does not exist any more, or is no longer shared with you."))
    return found


def furnish(view: Any, listing: Any) -> dict[str, Any]:
    """Return what a list's page shows of segments: tabs, what can be done with the current one."""
    return next((furnish(view, listing) for furnish in _furnishers), {})


def read(segment: Segment, fields: Mapping[str, Field], *, actor: Actor) -> Group:
    """Return a segment's conditions. Raises Invalid, with the reasons for its owner, while it has to be mended."""
    problems = [problem for _node, problem in sifted(segment.text, fields) if problem]
    if not problems:
        return filters.parse(segment.text, fields)
    if segment.owner_id != actor.id:
        who = {"name": segment.name, "owner": segment.owner}
        said = _(
            "The segment “%(name)s” shows you nothing: a condition has to be mended, or names what you do not see. "
            "Ask %(owner)s."
        )
        raise Invalid(said, **who)
    why = " ".join(str(problem) for problem in problems)
    raise Invalid(_("The segment “%(name)s” shows nothing until you mend it: %(why)s"), name=segment.name, why=why)


def check_kept(group: Group) -> None:
    """Raise Invalid for a condition on an encrypted value: a segment would store it in the clear."""
    for condition in filters.conditions(group):
        if condition.field.is_sealed and condition.values:
            raise Invalid(
                _("A condition on “%(label)s” is not kept in a segment: search for the number instead."),
                label=condition.field.label,
            )


def canonical(text: str, fields: Mapping[str, Field], *, actor: Actor) -> str:
    """Return a filter's JSON as it is kept. Raises Invalid for none, for one that cannot be meant or asked."""
    group = check_asked(filters.parse(text, fields), actor=actor)
    if not list(filters.conditions(group)):
        raise Invalid(_("Set at least one condition first: a segment of all rows is the list itself."))
    check_kept(group)
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))


def sound(text: str, fields: Mapping[str, Field]) -> str:
    """Return the filter without the conditions that cannot be meant any more: what its owner mends it from."""
    kept = [node for node, problem in sifted(text, fields) if not problem]
    joint = next(iter(json.loads(text))) if kept else "all"
    return json.dumps({joint: kept}, ensure_ascii=False) if kept else ""


def sifted(text: str, fields: Mapping[str, Field]) -> Iterator[tuple[Any, object | None]]:
    """Yield each node of the upper level with the sentence that says why it cannot be meant; None if it can."""
    try:
        raw = json.loads(text)
        ((_joint, nodes),) = raw.items()
    except (ValueError, AttributeError):
        yield None, _("This filter cannot be read. Build it anew.")
        return
    for node in nodes:
        yield node, _why_not(node, fields)


def _why_not(node: Any, fields: Mapping[str, Field]) -> object | None:
    try:
        filters.parse(json.dumps({"all": [node]}), fields)
    except Invalid as refusal:
        spec = fields.get(str(node.get("field"))) if isinstance(node, dict) else None
        return f"{spec.label}: {refusal}" if spec else refusal
    return None
