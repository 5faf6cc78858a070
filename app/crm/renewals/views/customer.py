"""The tab of a customer's page: each product it is served with, until when, and the way to renew it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.base.screens.house import screen
from app.base.screens.view import current_actor
from app.crm.customers.views import parts
from app.crm.renewals import queries
from app.crm.renewals.models import Line

NAME = "renewals"


def view() -> Any:
    """Return the screen of lines."""
    return screen("RenewalView")


def tab(_shows: Any, customer: Any, *, is_mine: bool, is_open: bool) -> parts.Tab | None:  # noqa: ARG001 - Part's
    """Return the tab, for whoever may look at lines; its rows are read only once it is open."""
    if not view().may("list"):
        return None
    if not is_open:
        return parts.Tab(_("Service periods"))
    lines = queries.of(customer.id)
    body = render_template("zhike/renewals/tab.html", rows=[_drawn(one) for one in lines])
    return parts.Tab(_("Service periods"), len(lines), Markup(body))  # noqa: S704 - a template's own HTML


def _drawn(line: Line) -> dict[str, Any]:
    shows, actor = view(), current_actor()
    drawn = {name: markup.draw(shows.specs[name], line, actor=actor) for name in ("state", "days_left", "amount")}
    why = [shows.specs["reason"].text(line.reason), line.reason_words or "", str(line.ended_by or "")]
    return drawn | {
        "product": str(line.product or _("Deleted")),
        "url": shows.url("show", pk=line.id) if shows.may("show") else None,
        "end": markup.day(line.end_on, near=False),
        "is_late": line.state_now == "overdue",
        "why": " · ".join(filter(None, why)) if line.ended_on else "",
        "actions": shows.buttons(line),
    }


def list_url(customer_id: int) -> str:
    """Return the address of a customer's lines."""
    wanted = {"all": [{"field": "customer", "op": "is", "value": str(customer_id)}]}
    return url_for("RenewalView.list", filter=json.dumps(wanted))


def hanging(customer: Any) -> Sequence[object]:
    """Return what leaves the lists with a customer."""
    count = len(queries.of(customer.id))
    return [ngettext("%(n)s service period", "%(n)s service periods", count, n=count)] if count else []


def renew_button(line: Line) -> Mapping[str, Any] | None:
    """Return the button that opens the form of the next fee, filled in from the last; None for who may enter none."""
    if line.end_on is None or line.customer is None or not view().may("renew"):
        return None
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    url = view().url("renew", pk=line.id, **({"next": here} if here else {}))
    return {"label": _("Renew"), "icon": "refresh", "url": url}
