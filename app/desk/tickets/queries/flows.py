"""Flows as rules walk through them, kept in every process while nobody saves another edition."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.base import wording
from app.base.choices import Item
from app.base.errors import Invalid
from app.base.i18n import _
from app.base.stamps import Cached
from app.desk.tickets.models import TicketEdition, TicketFlow
from app.desk.tickets.rules.flows import Arrow, Flow, State
from app.desk.tickets.rules.phases import PHASES, WORDS, Phase
from app.desk.tickets.rules.seeds import USUAL
from app.extensions import db

STAMP = "ticket_flows"  # raised with every new edition


class Walked(NamedTuple):
    """An edition without its session."""

    id: int
    type: str
    number: int
    is_now: bool
    due_hours: int | None
    tells_supervisor: bool
    flow: Flow


def _editions() -> Mapping[int, Walked]:
    loads = (selectinload(TicketEdition.states), selectinload(TicketEdition.arrows), selectinload(TicketEdition.flow))
    rows = db.session.scalars(select(TicketEdition).options(*loads).order_by(TicketEdition.id))
    return {row.id: _walked(row) for row in rows}


def _walked(row: TicketEdition) -> Walked:
    states = tuple(
        State(one.code, (one.name_zh_hans, one.name_zh_hant, one.name_en), Phase(one.phase), one.color)
        for one in row.states
    )
    arrows = tuple(
        Arrow(one.source, one.target, one.name or "", frozenset(one.who), tuple(one.needs)) for one in row.arrows
    )
    is_now = row.number == row.flow.number
    about = (row.due_hours, row.tells_supervisor)
    return Walked(row.id, row.flow.type, row.number, is_now, *about, Flow(states, arrows))


_known = Cached(STAMP, _editions)


def edition(key: int) -> Walked:
    """Return an edition by id. Raises Invalid for an unknown one."""
    found: Mapping[int, Walked] = _known()
    if key not in found:
        raise Invalid(_("There is no such flow."))
    return found[key]


def edition_for(kind: str) -> Walked:
    """Return the edition that a new ticket of a type follows: its own, or that of service."""
    found: Mapping[int, Walked] = _known()
    now = {one.type: one for one in found.values() if one.is_now}
    if kind not in now and USUAL not in now:
        raise Invalid(_("No flow of tickets is set up."))
    return now.get(kind) or now[USUAL]


def label(state: State) -> str:
    """Return a state's name in the reader's language; the simplified one where another is missing."""
    at = {"zh_Hans": 0, "zh_Hant": 1, "en": 2}.get(wording.language(), 0)
    return state.names[at] or state.names[0]


def state_items() -> tuple[Item, ...]:
    """Return every state of every flow for filters, by code: those of the newest editions first.

    Flows may name one code differently: it is called by all its names of now. Found by those of before, too.
    """
    named: dict[str, list[tuple[bool, State]]] = {}
    editions: Mapping[int, Walked] = _known()
    for one in sorted(editions.values(), key=lambda each: (not each.is_now, each.type != USUAL, -each.id)):
        for state in one.flow.states:
            named.setdefault(state.code, []).append((one.is_now, state))
    return tuple(_item([state for _now, state in found], sum(now for now, _state in found)) for found in named.values())


def _item(states: Sequence[State], now: int) -> Item:
    """Return the item of a code that the flows of ``states`` know, the newest first: so many are ``now``."""
    labels = dict.fromkeys(map(label, states[: now or 1]))
    words = dict.fromkeys(name for one in states for name in one.names if name)
    return Item(states[0].code, " / ".join(labels), states[0].color, is_active=now > 0, words=tuple(words))


def items_of(key: str) -> tuple[Item, ...]:
    """Return the states of one edition, by its id, as it names them: for the rows of lists."""
    found: Mapping[int, Walked] = _known()
    one = found.get(int(key))
    return tuple(Item(state.code, label(state), state.color) for state in one.flow.states) if one is not None else ()


def states_of(kind: str) -> Mapping[str, State]:
    """Return every state in which a type's tickets may stand, by code: as its flow names it now, else did before."""
    found: dict[str, State] = {}
    editions: Mapping[int, Walked] = _known()
    order = lambda each: (each.type != kind, each.type != USUAL, not each.is_now, -each.id)  # noqa: E731 - one line
    for one in sorted(editions.values(), key=order):
        for state in one.flow.states:
            found.setdefault(state.code, state)
    return found


def phase_items() -> tuple[Item, ...]:
    """Return the phases for lists and filters."""
    return tuple(Item(code, str(word), color) for code, (word, color) in PHASES.items())


def verb_items() -> tuple[Item, ...]:
    """Return the verbs for lists and filters of flow records."""
    more = {
        "open": _("Opened"),
        "imported": _("Imported"),
        "transfer": _("Transferred"),
        "taken_back": _("Taken back with its run"),
    }
    return tuple(Item(code, str(word)) for code, word in ({**WORDS} | more).items())


def flow_of(kind: str) -> TicketFlow | None:
    """Return the flow of a type."""
    return db.session.scalar(select(TicketFlow).where(TicketFlow.type == kind))


def with_revisit() -> list[int]:
    """Return the editions after whose solving the customer is asked how it was."""
    found: Mapping[int, Walked] = _known()
    return [key for key, one in found.items() if any(state.phase == Phase.REVIEWED for state in one.flow.states)]


def editions() -> Mapping[int, Walked]:
    """Return every edition by id."""
    found: Mapping[int, Walked] = _known()
    return found
