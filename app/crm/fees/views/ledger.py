"""What stands round the table of the ledger: the month, the states with their counts, what it comes to.

The ledger is the list of fees with a filter: its month and state are conditions like any other, so that export,
segments and actions over all matching rows mean exactly what is shown.
"""

import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for

from app.base import clock, wording
from app.base.fields import Choice
from app.base.i18n import _, ngettext
from app.base.screens.listing import Listing
from app.crm.fees import queries
from app.crm.fees.models import Fee
from app.crm.fees.rules import APPROVED, REJECTED, REVERSED, UNREVIEWED, VOID
from app.crm.fees.views import hung

Asked = Mapping[str, Any]
Node = Mapping[str, Any]
STATES = Choice(dictionary="fee_state")
#: The tabs: the states that each shows, called by the first.
TABS: Sequence[Sequence[str]] = ((UNREVIEWED,), (APPROVED, REVERSED), (REJECTED,), (VOID,))
WAITING: Asked = {"all": [{"field": "state", "op": "in", "value": [str(UNREVIEWED)]}]}


def month_node(month: date) -> Node:
    """Return the condition of a month."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    first = month.replace(day=1)
    return {"field": "received_on", "op": "between", "value": [first.isoformat(), last.isoformat()]}


def this_month() -> Asked:
    """Return the filter of this month."""
    return {"all": [month_node(clock.today())]}


def url_of(asked: Asked, *, sort: str = "") -> str:
    """Return the address of the ledger with these conditions."""
    more = {"sort": sort} if sort else {}
    return url_for("FeeView.list", filter=json.dumps(asked, ensure_ascii=False), **more)


def around(listing: Listing, page: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the ledger's template is told besides the list."""
    nodes = _nodes(listing.typed)  # a segment's conditions are not taken apart
    month = next((found for node in nodes if (found := _month_of(node))), None)
    own = page["segments"][page["segments"].index("-") :] if "-" in page["segments"] else []
    tallies = queries.by_state(_without_state(listing, nodes))
    return {
        "segments": [*_tabs(listing, nodes, tallies), *(["-", *more] if (more := hung.tabs()) else []), *own],
        "month": _month(listing, nodes, month),
        "sums": _sums(tallies, month),
    }


def _nodes(text: str) -> list[Node]:
    """Return the conditions of a filter that joins all of them; of another one none is the ledger's."""
    try:
        raw = json.loads(text or "{}")
    except ValueError:
        return []
    found = raw.get("all", []) if isinstance(raw, dict) else []
    return [node for node in found if isinstance(node, dict)]


def _is_state(node: Node) -> bool:
    return node.get("field") == "state" and node.get("op") in ("is", "in")


def _month_of(node: Node) -> date | None:
    """Return the month that a condition means, if it means just one."""
    if node.get("field") != "received_on" or node.get("op") != "between":
        return None
    try:
        first = date.fromisoformat(str(node["value"][0]))
    except (ValueError, LookupError, TypeError):
        return None
    return first if dict(node) == month_node(first) else None


def _without_state(listing: Listing, nodes: Sequence[Node]) -> Sequence[Any]:
    """Return the conditions of the list without the one on the state, so that each tab says what it holds."""
    kept = [node for node in nodes if not _is_state(node)]
    if len(kept) == len(nodes):
        return listing.where
    return _like(listing, kept).where


def _like(listing: Listing, nodes: Sequence[Node]) -> Listing:
    asked = {"filter": json.dumps({"all": list(nodes)}, ensure_ascii=False)}
    return Listing(Fee, listing.fields, (), asked, listing.actor, is_frozen=True)


def _tabs(listing: Listing, nodes: Sequence[Node], tallies: Mapping[str, queries.Tally]) -> list[dict[str, Any]]:
    kept = [node for node in nodes if not _is_state(node)]
    now = next((node for node in nodes if _is_state(node)), None)
    chosen = _values(now)
    count = sum(tally.entries for tally in tallies.values())
    found = [{"label": _("All"), "url": _url(listing, kept), "current": now is None, "count": wording.number(count)}]
    for states in TABS:
        node = {"field": "state", "op": "in", "value": [str(state) for state in states]}
        count = sum(tallies[state].entries for state in states if state in tallies)
        label = _("To be reviewed") if UNREVIEWED in states else STATES.text(states[0])
        drawn = {"label": label, "url": _url(listing, [*kept, node]), "count": wording.number(count)}
        found.append(drawn | {"current": chosen == {str(state) for state in states}, "hot": _is_hot(states, count)})
    return found


def _is_hot(states: Sequence[str], count: int) -> bool:
    return UNREVIEWED in states and count > 0


def _values(node: Node | None) -> set[str]:
    value = node.get("value") if node is not None else None
    return {str(one) for one in value} if isinstance(value, list) else {str(value)} if value else set()


def _url(listing: Listing, nodes: Sequence[Node]) -> str:
    text = json.dumps({"all": list(nodes)}, ensure_ascii=False) if nodes else None
    return listing.url(filter=text, kept=None, segment=None)


def _month(listing: Listing, nodes: Sequence[Node], month: date | None) -> dict[str, Any]:
    """Return the words of the month, and the ways to the one before and the one after."""
    others = [node for node in nodes if not _month_of(node)]
    now = month or clock.today()
    before, after = (now.replace(day=1) - timedelta(days=1)), queries.next_month(now)
    is_last = after > clock.today()
    closed = month is not None and month in queries.closed_months([month])
    return {
        "text": f"{month:%Y-%m}" if month else _("All months"),
        "is_closed": closed,
        "prev_url": _url(listing, [month_node(before), *others]),
        "next_url": None if month and is_last else _url(listing, [month_node(after if month else now), *others]),
        "all_url": _url(listing, others) if month else None,
        "now_url": None if month else _url(listing, [month_node(now), *others]),
    }


def _sums(tallies: Mapping[str, queries.Tally], month: date | None) -> dict[str, Any]:
    """Return what the entries come to: approved and waiting; what is rejected or void counts nothing."""
    counted = [tallies[state] for state in (APPROVED, REVERSED) if state in tallies]
    waiting = tallies.get(UNREVIEWED, queries.Tally(0, queries.NOTHING))
    approved = sum((one.total for one in counted), queries.NOTHING)
    count = sum(one.entries for one in counted) + waiting.entries
    words = ngettext("%(n)s entry this month", "%(n)s entries this month", count, n=wording.number(count))
    other = ngettext("%(n)s entry", "%(n)s entries", count, n=wording.number(count))
    return {
        "count": words if month else other,
        "total": wording.yuan(approved + waiting.total),
        "approved": wording.yuan(approved),
        "waiting": wording.yuan(waiting.total),
    }


__all__ = ["TABS", "WAITING", "around", "month_node", "this_month", "url_of"]
