"""The buttons of a ticket: one solid, the steps of its flow, whose hands it is in, and what every record has."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.base.i18n import _
from app.desk.tickets import queries
from app.desk.tickets.models import Ticket
from app.desk.tickets.rules.phases import DISPATCH, ENDED, PERMISSION, TAKE, UNSOLVED, Verb
from app.desk.tickets.views import steps

#: Which step is the solid button, where several can be taken.
FIRST = (Verb.ACCEPT, Verb.SOLVE, Verb.RESUME, Verb.REVISIT, Verb.CLOSE, Verb.ADVANCE)
ICONS: Mapping[str, str] = {
    Verb.ACCEPT: "check",
    Verb.ADVANCE: "arrow-right",
    Verb.GIVE_BACK: "arrow-back-up",
    Verb.WAIT: "player-pause",
    Verb.RESUME: "player-play",
    Verb.SOLVE: "circle-check",
    Verb.REVISIT: "phone",
    Verb.CLOSE: "archive",
    Verb.REOPEN: "rotate",
    Verb.CANCEL: "ban",
}
TRANSFER = "transfer"  # no step of a flow: it changes hands
PRESSED = frozenset({Verb.ACCEPT})  # nothing is asked
#: Verb → function of (view, ticket): the address where a domain above asks more than the flow does, or None.
elsewhere: dict[str, Callable[[Any, Ticket], str | None]] = {}


def actions(
    view: Any, ticket: Ticket, usual: Sequence[Any], *, is_mine: bool, is_limited: bool = False, back: str = ""
) -> list[dict[str, Any]]:
    """Return the buttons: one solid, the steps of the flow, whose hands, and what every record has.

    ``is_limited``: the customer's service has run out, and nobody has allowed the ticket all the same.
    """
    if not is_mine:
        return [one for one in usual if one["icon"] == "history"]
    excepted = _exception(view, ticket) if is_limited else []
    found = [*excepted, *_hands(view, ticket, back), *_steps(view, ticket, back), *_next(view, ticket, back)]
    order = {verb: place for place, verb in enumerate(FIRST)}
    best = min(found, key=lambda one: one.get("place", order.get(one.get("verb"), len(order))), default=None)
    is_best = best is not None and best.get("place", order.get(best.get("verb"), len(order))) < len(order)
    solid = [best | {"primary": True}] if best is not None and is_best else []
    rest = [one for one in found if one is not best or not solid]
    order_of = [*solid, *rest, *[one | {"primary": False} for one in usual]]
    paper = {"label": _("Service order"), "icon": "printer", "url": view.url("order", pk=ticket.id)}
    return [*order_of, *([paper] if view.may("print") else [])]


def _hands(view: Any, ticket: Ticket, back: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if ticket.phase not in UNSOLVED:
        return found
    more = {"next": back} if back else {}
    if ticket.assignee_id is None:
        if view.may("dispatch"):
            url = view.row_url("dispatch_ticket", ticket, **more)
            found.append({"label": _("Dispatch"), "icon": "send", "url": url, "verb": DISPATCH, "place": -1})
        if view.may("take"):
            url = _pressed(view, "take", ticket, more)
            found.append(
                {"label": _("Take it"), "icon": "hand-grab", "url": url, "method": "POST", "verb": TAKE, "place": 0}
            )
    elif view.may("transfer"):
        url = view.row_url("transfer", ticket, **more)
        found.append({"label": _("Transfer"), "icon": "transfer", "url": url, "verb": TRANSFER})
    return found


def _next(view: Any, ticket: Ticket, back: str) -> list[dict[str, Any]]:
    """Return the button of a ticket at its end that opens one after it: what comes later is not reopened."""
    if back or ticket.phase not in ENDED or not view.may("add"):
        return []
    url = view.url("follow_on", pk=ticket.id)
    return [{"label": _("New ticket after this one"), "icon": "ticket", "url": url, "method": "POST"}]


def _pressed(view: Any, verb: str, ticket: Ticket, more: Mapping[str, str]) -> str:
    """Return the address of a verb that asks nothing: it says which revision the reader sees."""
    url: str = view.row_url(verb, ticket, **more)
    return f"{url}{'&' if '?' in url else '?'}revision={ticket.revision}"


def _exception(view: Any, ticket: Ticket) -> list[dict[str, Any]]:
    """Return how a customer is served whose service has run out: allowed at once, or asked for."""
    if view.may("except"):
        url = view.url("allow_exception", pk=ticket.id)
        return [{"label": _("Serve all the same"), "icon": "shield-check", "url": url}]
    if not view.may("edit") or queries.exception_waits(ticket.id):
        return []
    url = view.url("ask_exception", pk=ticket.id)
    return [{"label": _("Ask for an exception"), "icon": "shield-check", "url": url}]


def _steps(view: Any, ticket: Ticket, back: str) -> list[dict[str, Any]]:
    more = {"next": back} if back else {}
    found: list[dict[str, Any]] = []
    for verb, arrow in steps.possible(ticket, view.actor()):
        if verb in (DISPATCH, TAKE) or not view.may(PERMISSION[verb]):
            continue
        if verb == Verb.RESUME and any(one["verb"] == verb for one in found):
            continue  # it goes on where it stood: one button for all ways back
        one: dict[str, Any] = {"label": steps.title(ticket, verb, arrow), "icon": ICONS[verb], "verb": verb}
        if verb in PRESSED:
            one |= {"url": _pressed(view, verb, ticket, {"to": arrow.target, **more}), "method": "POST"}
        else:
            asked = elsewhere[verb](view, ticket) if verb in elsewhere else None
            to = {} if verb == Verb.RESUME else {"to": arrow.target}
            one["url"] = asked or view.row_url(verb, ticket, **to, **more)
        found.append(one | ({"danger": True} if verb == Verb.CANCEL else {}))
    return found
