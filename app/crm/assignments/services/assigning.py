"""Giving customers to one person or several: ticked ones, or all that match. Source: POOL-1, POOL-2.

Whoever receives is locked first (pool.locked_hands), then the customers; what fits is counted under the lock. How
many each person is still to get stands in ``given`` and moves on with every part of the run, in its transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from app.base import choices, wording
from app.base.actor import Actor
from app.base.bulk import Applied, Given, Plan
from app.base.fields import fields_of
from app.base.history import change_set, explain
from app.base.i18n import Spoken, _
from app.base.sentences import Told, joined, lasting
from app.crm.assignments import queries, rules
from app.crm.assignments.queries import Customer
from app.crm.assignments.rules import Dealing, Full, Receiver, Way
from app.crm.assignments.services.receivers import check_may_exceed, check_receivers, departments
from app.crm.customers import services as customers
from app.crm.pool import services as pool

HEADS = (_("Person"), _("Holds now"), _("Gets"), _("Will hold"), _("May hold"))
NOBODY = _("Nobody of those chosen can receive customers any more.")
NOT_YOURS = _("No longer yours to change.")


def check_assign(given: Given, actor: Actor) -> None:
    """Raise Invalid or NotAllowed for receivers or weights that cannot be meant, or a limit not to be exceeded."""
    people = given.get("people", ())
    check_receivers(people, actor)
    if rules.way(given.get("how"), len(people)) == Way.BY_WEIGHT:
        rules.weights(given.get("weights"), receivers=len(people))
    if given.get("beyond"):
        check_may_exceed(actor)


# ── the plan ──


def plan_assign(where: ColumnElement[bool], count: int, given: Given, actor: Actor, *, house: int) -> Plan:
    """Return who would get how many, what they would hold then, and who would exceed their limit.

    ``house``: the setting hold_limit.
    """
    people, meant = list(given["people"]), queries.groups(where, actor)
    how, loads = rules.way(given.get("how"), len(people)), queries.loads(people, meant)
    weighing = rules.weights(given["weights"], receivers=len(people)) if how == Way.BY_WEIGHT else [1] * len(people)
    receivers = [Receiver(key, loads[key], weight) for key, weight in zip(people, weighing, strict=True)]
    shares = rules.shares(how, count, receivers)
    rooms = pool.rooms(people, house=house)
    names = choices.labels("employee", people)
    lines = [_line(names[key], rooms[key], shares[key], loads[key] + shares[key]) for key in people]
    beyond = bool(given.get("beyond"))
    warnings = [one for key in people for one in _warnings(names[key], rooms[key], loads[key] + shares[key], beyond)]
    warnings += _level_warnings(names, rooms, shares, meant, beyond=beyond)
    planned = {**given, "how": str(how), "shares": [[key, shares[key]] for key in people], "got": []}
    return Plan(planned, HEADS, lines, warnings)


def _line(name: str, room: Any, share: int, after: int) -> Sequence[object]:
    limit = room.limits.get(None)
    shown = wording.number(limit) if limit is not None else _("none")
    return (name, wording.number(room.total), wording.number(share), wording.number(after), shown)


def _warnings(name: str, room: Any, after: int, beyond: bool) -> Sequence[object]:  # noqa: FBT001 - as planned
    limit = room.limits.get(None)
    if limit is None or after <= limit:
        return []
    values = {"name": name, "most": wording.number(limit), "over": wording.number(after - limit)}
    if beyond:
        return [_("%(name)s may hold %(most)s customers and will hold %(over)s more than that.") % values]
    return [_("%(name)s may hold %(most)s customers: %(over)s will be left alone.") % values]


def _level_warnings(
    names: Mapping[int, str],
    rooms: Mapping[int, Any],
    shares: Mapping[int, int],
    meant: queries.Groups,
    *,
    beyond: bool,
) -> Sequence[object]:
    """Tell of limits of single levels, as far as can be foreseen: every share has its part of each level."""
    by_level, whole = Counter[str | None](), sum(meant.values()) or 1
    for (_owner, level), count in meant.items():
        by_level[level] += count
    found: list[object] = []
    for key, share in () if beyond else shares.items():
        for level, limit in rooms[key].limits.items():
            due = -(-by_level[level] * share // whole) if level is not None else 0
            if due and rooms[key].held.get(level, 0) + due > limit:
                values = {"name": names[key], "most": wording.number(limit), "level": level_name(level)}
                found.append(
                    _("%(name)s may hold %(most)s customers of the level “%(level)s”: some will be left alone.")
                    % values
                )
    return found


def level_name(level: str | None) -> Spoken:
    """Return what a level is called, in the reader's language."""
    return Spoken(lambda: fields_of(Customer)["level"].text(level))


# ── the deed ──


def assign(ids: Sequence[int], given: Given, actor: Actor, *, house: int) -> Applied:
    """Give some of a run's customers to those who are still to get some; refuse what is beyond their limits."""
    left = {key: count for key, count in given["shares"]}  # noqa: C416 - pairs come out of JSON as lists
    pool.locked_hands(left)
    rows = queries.locked(ids, actor)
    beyond = bool(given.get("beyond"))
    dealing = Dealing(left, pool.rooms(left, house=house, beyond=beyond), beyond=beyond)
    to, refused = _dealt(rows, dealing)
    gone = set(ids) - {row.id for row in rows}
    refused |= dict.fromkeys(gone, lasting(NOT_YOURS))
    changed = _give(to, given, actor)
    got = rules.added(given["got"], {key: len(keys) for key, keys in to.items()})
    return Applied(changed, refused, {**given, "shares": [[*pair] for pair in dealing.left.items()], "got": got})


def _dealt(rows: Sequence[Any], dealing: Dealing) -> tuple[dict[int, list[int]], dict[int, object]]:
    """Return person → customers that come to them, and customer → why it comes to nobody."""
    to: dict[int, list[int]] = defaultdict(list)
    refused: dict[int, object] = {}
    said: dict[object, Told] = {}
    for row in rows:
        found = dealing.give(row.owner_id, row.level)
        if isinstance(found, int):
            if found != row.owner_id:
                to[found].append(row.id)
            continue
        if found not in said:
            said[found] = lasting(sentence_of(found))
        refused[row.id] = said[found]
    return to, refused


def sentence_of(full: Full | None) -> object:
    """Return why nobody gets a customer: because of a limit, or because nobody may receive any more."""
    if full is None:
        return NOBODY
    name = choices.labels("employee", [full.person]).get(full.person, full.person)
    if full.level is None:
        return _("%(name)s may hold %(most)s customers, and does.", name=name, most=wording.number(full.most))
    return _(
        "%(name)s may hold %(most)s customers of the level “%(level)s”, and does.",
        name=name,
        most=wording.number(full.most),
        level=level_name(full.level),
    )


def _give(to: Mapping[int, Sequence[int]], given: Given, actor: Actor) -> list[int]:
    houses, words = departments(list(to)), given.get("words", "")
    if words and to:
        explain(joined(change_set().note, words))
    with customers.because(given.get("why", given["how"]), reason=given.get("reason"), words=words):
        return customers.deal_out(to, houses=houses, actor=actor)
