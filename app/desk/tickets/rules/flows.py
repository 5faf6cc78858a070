"""What a flow must be, and which arrow is meant. Pure. Source: TKT-2, TKT-11."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.base.errors import Invalid, WrongState
from app.base.i18n import _
from app.desk.tickets.rules.phases import (
    CLOSED,
    DISPATCH,
    ENDED,
    NEW,
    PHASES,
    REFUSALS,
    TAKE,
    VERB_BETWEEN,
    Phase,
    Verb,
)

MOST_STATES, MOST_ARROWS = 30, 120
#: Besides roles: who may be named at an arrow.
ASSIGNEE, CREATOR = "assignee", "creator"
#: What an arrow may ask for before it is gone.
NEEDS: Mapping[str, object] = {
    "solution": _("Solution"),
    "category": _("Category"),
    "product": _("Product"),
    "contact": _("Contact"),
    "due_at": _("To be done by"),
    "words": _("Remark"),
}


@dataclass(frozen=True)
class State:
    """A state of one edition. ``names``: simplified, traditional, English."""

    code: str
    names: tuple[str, str | None, str | None]
    phase: Phase
    color: str = "gray"

    @property
    def label(self) -> str:
        return self.names[0]


@dataclass(frozen=True)
class Arrow:
    """From one state to another. ``who``: assignee, creator and roles; empty: whoever has the verb's permission."""

    source: str
    target: str
    name: str = ""
    who: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """An edition, as rules walk through it. The first state is where tickets begin."""

    states: tuple[State, ...]
    arrows: tuple[Arrow, ...]

    @property
    def first(self) -> State:
        return self.states[0]

    def state(self, code: str) -> State:
        """Return a state. Raises Invalid for one that the edition does not have."""
        found = next((one for one in self.states if one.code == code), None)
        if found is None:
            raise Invalid(_("This ticket's flow has no such state."))
        return found

    def verb(self, arrow: Arrow) -> Verb:
        """Return what an arrow stands for."""
        return VERB_BETWEEN[self.state(arrow.source).phase, self.state(arrow.target).phase]

    def leaving(self, code: str) -> list[tuple[Verb, Arrow]]:
        """Return what leads on from a state, in the order of the edition."""
        return [(self.verb(one), one) for one in self.arrows if one.source == code]

    def arrow(self, code: str, verb: Verb, *, to: str | None = None) -> Arrow:
        """Return the arrow of a verb from a state, to a certain one if named. Raises WrongState where there is none."""
        found = [one for each, one in self.leaving(code) if each == verb and to in (None, one.target)]
        if not found:
            raise WrongState(REFUSALS[self.state(code).phase])
        return found[0]

    def handing(self, code: str, *, verb: Verb = DISPATCH, to: str | None = None) -> Arrow | None:
        """Return the arrow along which a ticket goes when it is dispatched, or taken; None: it stays where it is.

        Raises WrongState where none leads to the state ``to``.
        """
        leaving = self.leaving(code)
        ways = [one for each, one in leaving if each == verb]
        ways = ways or [one for each, one in leaving if each in (DISPATCH, TAKE)]
        meant = [one for one in ways if to in (None, "", one.target)]
        if to and not meant:
            raise WrongState(_("The flow leads no such way, or not for you."))
        return meant[0] if meant else None


def check_verb_permitted(arrow: Arrow, *, who: Collection[str], is_system: bool = False) -> None:
    """Raise WrongState if the arrow is for others. ``who``: the actor's roles, and what they are to the ticket."""
    if arrow.who and not is_system and arrow.who.isdisjoint(who):
        raise WrongState(_("The flow lets others take this step. Ask whoever the ticket is with."))


def missing(arrow: Arrow, values: Mapping[str, Any]) -> Mapping[str, object]:
    """Return what the arrow asks for and nobody has filled in, each with a sentence."""
    return {name: _("Please fill this in.") for name in arrow.needs if values.get(name) in (None, "")}


# ── what a flow must be ──


def check_flow(flow: Flow) -> None:
    """Raise Invalid for a flow that cannot be walked: the sentence says which state or arrow is wrong."""
    _check_sizes(flow)
    _check_states(flow)
    _check_arrows(flow)
    _check_ways(flow)


def _check_sizes(flow: Flow) -> None:
    if not flow.states:
        raise Invalid(_("A flow has at least one state."))
    if len(flow.states) > MOST_STATES or len(flow.arrows) > MOST_ARROWS:
        raise Invalid(
            _("At most %(states)s states and %(arrows)s transitions."), states=MOST_STATES, arrows=MOST_ARROWS
        )


def _check_states(flow: Flow) -> None:
    codes = [one.code for one in flow.states]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise Invalid(_("Two states have the code “%(code)s”."), code=twice)
    for one in flow.states:
        if not one.code or not one.names[0]:
            raise Invalid(_("Every state has a code and a name."))
    if flow.first.phase != NEW:
        raise Invalid(_("The first state must mean “%(phase)s”: there every ticket begins."), phase=PHASES[NEW][0])
    if not any(one.phase == CLOSED for one in flow.states):
        raise Invalid(_("One state must mean “%(phase)s”."), phase=PHASES[CLOSED][0])


def _check_arrows(flow: Flow) -> None:
    known = {one.code: one for one in flow.states}
    seen: set[tuple[str, str]] = set()
    for one in flow.arrows:
        if one.source not in known or one.target not in known:
            raise Invalid(_("A transition leads from one state of this flow to another."))
        source, target = known[one.source], known[one.target]
        if (one.source, one.target) in seen:
            raise Invalid(
                _("The transition from “%(source)s” to “%(target)s” is there twice."),
                source=source.label,
                target=target.label,
            )
        seen.add((one.source, one.target))
        if one.source == one.target or (source.phase, target.phase) not in VERB_BETWEEN:
            raise Invalid(
                _("No ticket goes from “%(source)s” (%(from_phase)s) to “%(target)s” (%(to_phase)s)."),
                source=source.label,
                target=target.label,
                from_phase=PHASES[source.phase][0],
                to_phase=PHASES[target.phase][0],
            )
        if unknown := [name for name in one.needs if name not in NEEDS]:
            raise Invalid(_("A transition cannot ask for “%(name)s”."), name=unknown[0])


def _check_ways(flow: Flow) -> None:
    """Every state is reached from the first, and from every state something leads to the end."""
    reached = _closure(flow.first.code, [(one.source, one.target) for one in flow.arrows])
    back = [(one.target, one.source) for one in flow.arrows]
    ending: set[str] = set()
    for one in flow.states:
        if one.phase in ENDED:
            ending |= _closure(one.code, back)
    for one in flow.states:
        if one.code not in reached:
            raise Invalid(_("Nothing leads to “%(name)s”."), name=one.label)
    for one in flow.states:
        if one.code not in ending:
            raise Invalid(_("From “%(name)s” nothing leads to the end."), name=one.label)


def _closure(start: str, pairs: Sequence[tuple[str, str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        more = {target for source, target in pairs if source == here} - found
        found |= more
        waiting += more
    return found
