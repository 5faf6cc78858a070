"""Which cards a person has before them, in which order, and what each shows."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.base.actor import Actor
from app.base.i18n import _
from app.base.screens.home import Card, Content, Line, Nothing, first_page, for_actor

MOST_FIGURES, MOST_WAITING = 18, 6


HIDDEN = "-"


class Choice(NamedTuple):
    """How a person wants the cards: by name, in order; ``hidden``: those not to be shown. A new card comes last."""

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()

    @classmethod
    def read(cls, kept: Sequence[str] | None) -> "Choice":
        """Return what was kept: names in order, those not to be shown with a minus before them."""
        names = kept or ()
        hidden = frozenset(name[1:] for name in names if name.startswith(HIDDEN))
        return cls(tuple(name.removeprefix(HIDDEN) for name in names), hidden)

    def kept(self) -> tuple[str, ...]:
        return tuple(f"{HIDDEN}{name}" if name in self.hidden else name for name in self.order)


def arranged(actor: Actor, choice: Choice) -> Sequence[Card]:
    """Return the cards that are for this person, in their order, hidden ones too."""
    usual = sorted(for_actor(first_page.cards.values(), actor), key=lambda card: card.order(actor))
    chosen = {name: place for place, name in enumerate(choice.order)}
    return sorted(usual, key=lambda card: chosen.get(card.name, len(chosen)))


def build(actor: Actor, choice: Choice) -> dict[str, Any]:
    """Return what the page draws: figures, cards, and what can be chosen."""
    cards = arranged(actor, choice)
    shown = [card for card in cards if card.name not in choice.hidden]
    return {
        "figures": _figures(actor),
        "cards": [drawn for card in shown if (drawn := _drawn(card, actor))],
        "choices": [{"name": card.name, "title": card.title, "shown": card in shown} for card in cards],
    }


def _figures(actor: Actor) -> list[Mapping[str, Any]]:
    found = [one for part in for_actor(first_page.figures.values(), actor) for one in part.build(actor)]
    return found[:MOST_FIGURES]


def _drawn(card: Card, actor: Actor) -> dict[str, Any] | None:
    content: Content | None = card.build(actor)
    if content is None:
        return None
    return {"name": card.name, "title": card.title, "icon": card.icon, "content": content}


def waiting(actor: Actor) -> Content | None:
    """Return what waits for this person's next step, whatever the domain; no card where nothing does."""
    lines: list[Line] = [line for part in for_actor(first_page.waits.values(), actor) for line in part.build(actor)]
    return Content(lines[:MOST_WAITING], Nothing(""), count=f"{len(lines)}") if lines else None


PARTS = (Card("waiting", waiting, None, (), 5, _("Waits for you"), icon="clipboard-list"),)
