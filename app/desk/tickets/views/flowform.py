"""The rows of a flow's form: states and transitions, read from an edition or as they were typed, moved, drawn anew."""

from itertools import count
from typing import Any

from app.base import choices, wording
from app.base.screens.asking import whole
from app.desk.tickets import queries
from app.desk.tickets.rules.flows import ASSIGNEE, CREATOR, MOST_ARROWS, MOST_STATES, NEEDS, Arrow, Flow, State
from app.desk.tickets.rules.phases import PHASES, WORKING, Phase
from app.desk.tickets.views.flowdrawing import PEOPLE

Row = dict[str, Any]
NAMES = ("zh_hans", "zh_hant", "en")
LONGEST_NAME = 40
COLORS = "gray blue sky teal green lime amber orange red pink purple indigo".split()


class Typed:
    """What a form holds: its states and arrows as rows, in their order."""

    def __init__(self, states: list[Row], arrows: list[Row]) -> None:
        self.states, self.arrows = states, arrows


def of_flow(flow: Flow) -> Typed:
    """Return the rows of an edition."""
    states = [
        {"code": one.code, **dict(zip(NAMES, one.names, strict=True)), "phase": one.phase, "color": one.color}
        for one in flow.states
    ]
    arrows = [
        {"source": one.source, "target": one.target, "name": one.name, "who": set(one.who), "needs": set(one.needs)}
        for one in flow.arrows
    ]
    return Typed(states, arrows)


def typed(form: Any) -> Typed:
    """Return the rows as they were typed, the wrong ones too."""
    states = [_state(form, f"state-{place}") for place in _places(form, "state", MOST_STATES)]
    arrows = [_arrow(form, f"arrow-{place}") for place in _places(form, "arrow", MOST_ARROWS)]
    return Typed(states, arrows)


def _places(form: Any, name: str, most: int) -> list[int]:
    found = [whole(text) for text in form.getlist(name)]
    return [place for place in found if place is not None][: most + 1]


def _text(form: Any, name: str) -> str:
    return str(form.get(name, "")).replace("\x00", "").strip()[:LONGEST_NAME]


def _state(form: Any, at: str) -> Row:
    names = {name: _text(form, f"{at}-{name}") for name in NAMES}
    return {
        "code": _text(form, f"{at}-code"),
        **names,
        "phase": form.get(f"{at}-phase"),
        "color": form.get(f"{at}-color"),
    }


def _arrow(form: Any, at: str) -> Row:
    known = who_choices()
    return {
        "source": _text(form, f"{at}-source"),
        "target": _text(form, f"{at}-target"),
        "name": _text(form, f"{at}-name"),
        "who": {code for code in form.getlist(f"{at}-who") if code in dict(known)},
        "needs": {name for name in form.getlist(f"{at}-needs") if name in NEEDS},
    }


def moved(rows: Typed, wish: str) -> Typed:
    """Return the rows after one of the buttons that only draw the form anew, such as "remove-state:2"."""
    verb, _colon, place = wish.partition(":")
    here = whole(place)
    if verb == "add-state":
        return Typed([*rows.states, _fresh(rows.states)], rows.arrows)
    if verb == "add-arrow":
        blank: Row = {"source": "", "target": "", "name": "", "who": set(), "needs": set()}
        return Typed(rows.states, [*rows.arrows, blank])
    if verb == "remove-arrow":
        return Typed(rows.states, [one for n, one in enumerate(rows.arrows) if n != here])
    if here is None or here >= len(rows.states):
        return rows
    if verb == "remove-state":
        return _without(rows, here)
    other = here + (-1 if verb == "up" else 1)
    if 0 <= other < len(rows.states):
        rows.states[here], rows.states[other] = rows.states[other], rows.states[here]
    return rows


def _fresh(states: list[Row]) -> Row:
    """Return a new state under a code that no other has or had, in whatever flow: lists name states by it."""
    known = {one["code"] for one in states} | {item.code for item in queries.state_items()}
    code = next(one for n in count(1) if (one := f"state_{n}") not in known)
    return {"code": code, **dict.fromkeys(NAMES, ""), "phase": WORKING, "color": "blue"}


def _without(rows: Typed, here: int) -> Typed:
    """Return the rows without a state, and without the transitions that began or ended there."""
    code = rows.states[here]["code"]
    arrows = [one for one in rows.arrows if code not in (one["source"], one["target"])]
    return Typed([one for n, one in enumerate(rows.states) if n != here], arrows)


def meant(rows: Typed) -> Flow:
    """Return the flow that the rows describe, whether or not it can be walked."""
    states = tuple(
        State(
            one["code"],
            (one["zh_hans"], one["zh_hant"] or None, one["en"] or None),
            Phase(one["phase"]) if one["phase"] in PHASES else WORKING,
            one["color"] if one["color"] in COLORS else "gray",
        )
        for one in rows.states
    )
    arrows = tuple(
        Arrow(
            one["source"],
            one["target"],
            one["name"],
            frozenset(one["who"]),
            tuple(name for name in NEEDS if name in one["needs"]),
        )
        for one in rows.arrows
        if one["source"] or one["target"]
    )
    return Flow(states, arrows)


def who_choices() -> list[tuple[str, str]]:
    """Return who can be named at a transition: the assignee, the creator, and the roles."""
    roles = [(item.code, item.label) for item in choices.values("role").active if item.code != "customer"]
    return [(ASSIGNEE, str(PEOPLE[ASSIGNEE])), (CREATOR, str(PEOPLE[CREATOR])), *roles]


def label(row: Row) -> str:
    """Return what a state is called in the reader's language, as far as it is typed."""
    name = {"zh_Hant": "zh_hant", "en": "en"}.get(wording.language(), "zh_hans")
    return str(row[name] or row["zh_hans"] or row["code"])


def offered(rows: Typed) -> dict[str, Any]:
    """Return what may be chosen in the rows."""
    colors = {item.code: item.label for item in choices.values("color").items}
    return {
        "phases": [(code, str(word)) for code, (word, _color) in PHASES.items()],
        "colors": [(code, colors.get(code, code)) for code in COLORS],
        "states": [("", ""), *((one["code"], label(one)) for one in rows.states)],
        "labels": [label(one) for one in rows.states],
        "who": who_choices(),
        "needs": [(name, str(word)) for name, word in NEEDS.items()],
    }
