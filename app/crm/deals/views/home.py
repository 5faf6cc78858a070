"""What the first page shows of deals: what this month has brought, and the newest."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from app.base import clock, wording
from app.base.actor import Actor
from app.base.filters import ME
from app.base.i18n import _
from app.base.screens.home import Card, Content, Figures, Line, Nothing
from app.crm.deals import queries

RIGHT = ("can_list", "DealView")
SELLERS, ABOVE = ("agent", "sales"), ("supervisor", "executive")
MOST_LINES = 5
MINE = {"field": "agent", "op": "is", "value": ME}


def _url(*conditions: Mapping[str, Any]) -> str:
    return url_for("DealView.list", filter=json.dumps({"all": list(conditions)}))


def _is_above(actor: Actor) -> bool:
    return actor.roles.isdisjoint(SELLERS)


def _figures(actor: Actor) -> Sequence[Mapping[str, Any]]:
    everybody = _is_above(actor)
    first = clock.today().replace(day=1)
    total = queries.total_since(first, agent_id=None if everybody else actor.id)
    label = _("Deals this month") if everybody else _("My deals this month")
    count, amount = wording.number(total.deals), wording.yuan(total.amount)
    since = {"field": "dealt_on", "op": "not_before", "value": f"{first}"}
    url = _url(since) if everybody else _url(since, MINE)
    return [{"icon": "heart-handshake", "k": label, "v": count, "s": amount, "url": url}]


def _newest(actor: Actor) -> Content:
    lines = [
        Line(
            str(deal.customer or ""),
            url_for("DealView.show", pk=deal.id),
            text=" · ".join(filter(None, [str(deal.product or ""), str(deal.agent or "")])),
            side=wording.yuan(deal.amount),
            icon="heart-handshake",
            color="green",
        )
        for deal in queries.newest(actor, limit=MOST_LINES)
    ]
    nothing = Nothing(_("Nothing has been sold yet."))
    return Content(lines, nothing, url_for("DealView.list"))


PARTS = (
    Figures("deals", _figures, RIGHT, (*SELLERS, *ABOVE), place=20),
    Card("deals", _newest, RIGHT, ("executive",), place=60, title=_("Newest deals"), icon="heart-handshake"),
)
