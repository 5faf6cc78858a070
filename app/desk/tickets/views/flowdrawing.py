"""A flow as a drawing: states in a row, every transition an arrow; and the same in words, with what another has."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base import choices, wording
from app.base.i18n import _
from app.desk.tickets import queries
from app.desk.tickets.rules.flows import ASSIGNEE, CREATOR, NEEDS, Arrow, Flow, State
from app.desk.tickets.rules.phases import CANCELLED, PHASES, WORDS

#: In pixels: a state, the room between two, the height of the nearest arc, and how much each further one is higher.
WIDE, TALL, ROOM, RISE, STEP, EDGE = 116, 44, 36, 26, 13, 10
COUNT = 12  # the room above an arc for how often it was gone
PEOPLE: Mapping[str, object] = {ASSIGNEE: _("whoever has the ticket"), CREATOR: _("whoever took it in")}
FORWARD, BACK, OFF = "is-forward", "is-back", "is-off"


def picture(
    flow: Flow, *, notes: Mapping[str, str] | None = None, counts: Mapping[tuple[str, str], int] | None = None
) -> dict[str, Any]:
    """Return what ``zhike/macros/flows.html`` draws: states with their place, arrows as paths, and the size.

    ``notes``: what stands under a state in place of its phase; ``counts``: how often each way was gone.
    """
    places = {one.code: place for place, one in enumerate(flow.states)}
    reaches = [places[one.target] - places[one.source] for one in flow.arrows]
    above, below = _room(max(reaches, default=0)), _room(-min(reaches, default=0))
    states = [_state(one, places[one.code], above, notes) for one in flow.states]
    arrows = [_path(one, flow, places, above) | _counted(one, counts) for one in flow.arrows]
    size = (2 * EDGE + len(states) * WIDE + (len(states) - 1) * ROOM, above + TALL + below)
    return {"width": size[0], "height": size[1], "states": states, "arrows": arrows}


def _room(reach: int) -> int:
    """Return how high the furthest arc rises, and its count: a curve comes three quarters of the way to its handles."""
    return EDGE + (RISE + STEP * reach) * 3 // 4 + COUNT if reach > 0 else EDGE + COUNT


def _state(one: State, place: int, above: int, notes: Mapping[str, str] | None) -> dict[str, Any]:
    x = EDGE + place * (WIDE + ROOM)
    note = str(PHASES[one.phase][0]) if notes is None else notes.get(one.code, "—")
    words = queries.label(one)
    return {"x": x, "y": above, "wide": WIDE, "tall": TALL, "label": words, "note": note, "color": one.color}


def _counted(one: Arrow, counts: Mapping[tuple[str, str], int] | None) -> dict[str, Any]:
    if counts is None:
        return {}
    count = counts.get((one.source, one.target), 0)
    return {"count": wording.number(count) if count else "", "is_unused": not count}


def _path(one: Arrow, flow: Flow, places: Mapping[str, int], above: int) -> dict[str, Any]:
    """Return an arrow: forward ones run above the states, those that lead back below; neighbours straight."""
    source, target = places[one.source], places[one.target]
    words = f"{words_of(flow.state(one.source))} → {words_of(flow.state(one.target))}"
    is_forward = target > source
    kind = OFF if flow.state(one.target).phase == CANCELLED else FORWARD if is_forward else BACK
    middle = above + TALL / 2
    if target == source + 1:
        start, end = EDGE + source * (WIDE + ROOM) + WIDE, EDGE + target * (WIDE + ROOM)
        at = {"x": (start + end) / 2, "y": middle - 6}
        return {"d": f"M{start} {middle:g} H{end - 2}", "kind": kind, "words": words, "at": at}
    shift = 10 if is_forward else -10  # so that what goes out and what comes in do not meet
    x1, x2 = (EDGE + place * (WIDE + ROOM) + WIDE / 2 for place in (source, target))
    x1, x2 = x1 + shift, x2 - shift
    height = RISE + STEP * abs(target - source)
    y, top = (above, above - height) if is_forward else (above + TALL, above + TALL + height)
    return {
        "d": f"M{x1:g} {y} C{x1:g} {top} {x2:g} {top} {x2:g} {y + (-2 if is_forward else 2)}",
        "kind": kind,
        "words": words,
        "at": {"x": (x1 + x2) / 2, "y": y + (top - y) * 3 / 4 + (-4 if is_forward else COUNT)},  # outside its height
    }


def words_of(state: State) -> str:
    """Return a state's name in the reader's language."""
    return queries.label(state)


# ── in words ──


def lines(flow: Flow) -> list[dict[str, Any]]:
    """Return the transitions as a table: from, to, what its button says, who, what it asks for."""
    return [
        {
            "source": _chip(flow.state(one.source)),
            "target": _chip(flow.state(one.target)),
            "name": one.name or str(WORDS[flow.verb(one)]),
            "who": who(one),
            "needs": needs(one),
        }
        for one in flow.arrows
    ]


def _chip(state: State) -> dict[str, Any]:
    return {"label": queries.label(state), "color": state.color}


def who(one: Arrow) -> str:
    """Return who may take a step, in words."""
    roles = choices.values("role").by_code
    named = [
        str(PEOPLE[code]) if code in PEOPLE else roles[code].label if code in roles else code
        for code in sorted(one.who)
    ]
    return "、".join(named) or str(_("whoever has the button"))


def needs(one: Arrow) -> str:
    """Return what a step asks for, in words."""
    return "、".join(str(NEEDS[name]) for name in one.needs)


# ── the difference ──


def difference(before: queries.Walked | None, now: queries.Walked) -> list[dict[str, Any]]:
    """Return what an edition changed, each as (label, old words, new words); nothing for the first."""
    if before is None:
        return []
    found = [
        *_changed(_states_in_words(before.flow), _states_in_words(now.flow)),
        *_changed(_arrows_in_words(before.flow), _arrows_in_words(now.flow)),
    ]
    terms = ((_("To be done within (hours)"), "due_hours"), (_("Tells the supervisor of new ones"), "tells_supervisor"))
    for label, name in terms:
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            found.append({"label": label, "old": _plain(old), "new": _plain(new)})
    order = [[one.code for one in each.flow.states] for each in (before, now)]
    if order[0] != order[1] and set(order[0]) == set(order[1]):
        names = [" · ".join(queries.label(one) for one in each.flow.states) for each in (before, now)]
        found.append({"label": _("Order"), "old": names[0], "new": names[1]})
    return found


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return "" if value is None else str(value)


def _changed(old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the lines that differ. Each: key → (label, words)."""
    keys = [*old, *[key for key in new if key not in old]]
    return [
        {"label": (new.get(key) or old[key])[0], "old": old.get(key, ("", ""))[1], "new": new.get(key, ("", ""))[1]}
        for key in keys
        if old.get(key) != new.get(key)
    ]


def _states_in_words(flow: Flow) -> dict[str, tuple[str, str]]:
    return {
        one.code: (
            str(_("State")) + f" {queries.label(one)}",
            " · ".join([*filter(None, one.names), str(PHASES[one.phase][0])]),
        )
        for one in flow.states
    }


def _arrows_in_words(flow: Flow) -> dict[str, tuple[str, str]]:
    found = {}
    for one in flow.arrows:
        label = f"{queries.label(flow.state(one.source))} → {queries.label(flow.state(one.target))}"
        parts: Sequence[str] = [one.name or str(WORDS[flow.verb(one)]), who(one), needs(one)]
        found[f"{one.source} {one.target}"] = (label, " · ".join(filter(None, parts)))
    return found
