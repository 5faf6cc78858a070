"""What domains above hang on the customer page and on the rows of the list; each is drawn only to whom it belongs.

A domain says it in its ``register``: ``parts.hang(parts.Part("followups", tab=…, row_actions=…))``. A second
application in the process says it again.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import g
from markupsafe import Markup

from app.base.actor import Actor
from app.base.screens.listing import Listing

if TYPE_CHECKING:
    from app.crm.customers.models import Customer
    from app.crm.customers.views.customers import CustomerView


@dataclass(frozen=True)
class Tab:
    """A tab: its words, how many rows stand behind it, and what it shows once it is open."""

    label: object
    count: int | None = None
    body: Markup | None = None


Actions = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """All that one domain adds. Each function gets the view and the customer; what it leaves out is not shown."""

    name: str  # of the tab in the address
    place: int = 100
    #: (view, customer, is_mine=, is_open=): None where this person may not look.
    tab: "Callable[..., Tab | None] | None" = None
    #: Tabs above the list, as ``DomainView.fixed_tabs`` returns them.
    fixed: "Callable[[CustomerView], Sequence[tuple[str, object, Mapping[str, Any]]]] | None" = None
    chips: "Callable[[CustomerView, Customer], Sequence[Mapping[str, Any]]] | None" = None  # in the head
    #: What stands behind the name in a row of the list: (words, colour); ``row_needs``: the columns that this looks at.
    row_chips: "Callable[[CustomerView, Customer], Sequence[tuple[str, str]]] | None" = None
    row_needs: Sequence[str] = ()
    row_stamps: Sequence[str] = ()  # under which is kept what chips and buttons of a row ask besides
    figures: "Callable[[CustomerView, Customer], Sequence[Mapping[str, Any]]] | None" = None  # k, v
    #: (view, customer, is_mine=): buttons of the page.
    actions: "Callable[..., Actions] | None" = None
    row_actions: "Callable[[CustomerView, Customer], Actions] | None" = None  # buttons of a row of the list
    #: What the buttons and chips of a row follow from besides its columns and stamps: hashable, and equal where equal.
    row_key: "Callable[[Customer], Hashable] | None" = None
    #: (rows, actor): asks once for a page of the list what ``row_actions`` needs of each.
    preload: "Callable[[Sequence[Customer], Actor], None] | None" = None
    #: What happened, for the timeline: dicts as HistoryPage.drawn returns them, with ``at``.
    events: "Callable[..., Sequence[Mapping[str, Any]]] | None" = None
    hanging: "Callable[[Customer], Sequence[object]] | None" = None  # what leaves the lists with it, in words


hung: dict[str, Part] = {}


def once(name: str, customer: "Customer", ask: Callable[[], Any]) -> Any:
    """Return what a domain asks of a customer; tab, figures and events of one page ask it once."""
    known: dict[Any, Any] = g.setdefault("asked_of_customers", {})
    at = (name, customer.id)
    if at not in known:
        known[at] = ask()
    return known[at]


def hang(part: Part) -> None:
    """Add a domain's part."""
    hung[part.name] = part


def parts() -> Sequence[Part]:
    """Return all that was hung up, in order."""
    return sorted(hung.values(), key=lambda part: part.place)


def gathered(kind: str, *given: Any, **more: Any) -> Iterator[Any]:
    """Yield what every domain has to say of one kind ("chips", "figures", "actions", …)."""
    for part in parts():
        ask = getattr(part, kind)
        if ask is not None:
            yield from ask(*given, **more)


def row_key(customer: "Customer") -> Hashable:
    """Return what the drawing of a row follows from besides its columns and stamps."""
    return tuple(part.row_key(customer) for part in parts() if part.row_key is not None)


def row_stamps() -> Sequence[str]:
    """Return the stamps of what rows ask besides their columns."""
    return sorted({name for part in parts() for name in part.row_stamps})


def row_needs() -> Sequence[str]:
    """Return the columns that rows of the list need for what is drawn on them."""
    return list(dict.fromkeys(name for part in parts() for name in part.row_needs))


def tabs(view: "CustomerView", customer: "Customer", open_: str, *, is_mine: bool) -> dict[str, Tab]:
    """Return the tabs that this person may look behind; only the open one has a body."""
    found = {
        part.name: part.tab(view, customer, is_mine=is_mine, is_open=part.name == open_)
        for part in parts()
        if part.tab is not None
    }
    return {name: tab for name, tab in found.items() if tab is not None}


class Rows(Listing):
    """A page of customers, of which every domain above has asked what its buttons need."""

    @cached_property
    def rows(self) -> list[Any]:
        found = super().rows
        for part in parts():
            if part.preload is not None:
                part.preload(found, self.actor)
        return found


MOST_EVENTS = 20


def timeline(view: "CustomerView", customer: "Customer") -> list[Mapping[str, Any]]:
    """Return what happened to a customer and with it, the newest first, as the page draws it."""
    found = [*view.timeline(customer), *gathered("events", view, customer, limit=MOST_EVENTS)]
    return sorted(found, key=lambda one: one["at"], reverse=True)[:MOST_EVENTS]
