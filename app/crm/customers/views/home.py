"""What the first page shows of customers: one's own, those nobody has, what was changed, and how many."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.base import clock, filters, wording
from app.base.actor import Actor, Level
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.home import Card, Content, Figures, Line, Nothing
from app.base.screens.listing import filterable
from app.crm.customers import queries
from app.crm.customers.models import Customer
from app.crm.customers.views import changes
from app.crm.customers.views.customers import CustomerView

MOST_LINES = 6
SHOW, ADD = ("can_show", "CustomerView"), ("can_add", "CustomerView")
OWNERS = ("agent", "sales", "supervisor")
GIVERS = ("dispatcher", "supervisor")
QUICK: Mapping[str, Mapping[str, Any]] = {name: asked for name, _label, asked in CustomerView.quick_segments}
MINE, UNASSIGNED = QUICK["mine"], QUICK["unassigned"]
MY_GAPS = {"all": [*MINE["all"], QUICK["incomplete"]]}


def url_of(asked: Mapping[str, Any]) -> str:
    """Return the address of the list with these conditions."""
    return url_for("CustomerView.list", filter=json.dumps(asked))


def sees_pool(actor: Actor) -> bool:
    """Tell whether customers without owner are open to the actor."""
    return actor.reach("pool").read > Level.NONE


# ── figures ──


def _figures(actor: Actor) -> list[dict[str, Any]]:
    today = {"all": [{"field": "updated_at", "op": "on", "value": f"{clock.today()}"}]}
    asked = {"unassigned": UNASSIGNED} if sees_pool(actor) else {}
    asked |= {"today": today}
    if not actor.roles.isdisjoint(OWNERS):
        asked = {"mine": MINE, "gaps": MY_GAPS} | asked
    fields = filterable(Customer)
    wanted = {name: filters.parse(json.dumps(one), fields).sql(Customer, actor) for name, one in asked.items()}
    found = queries.counts(wanted)
    return [_figure(name, found[name], asked[name]) for name in FIGURES if name in asked]


FIGURE_ICONS = {
    "mine": "building-community",
    "unassigned": "user-question",
    "today": "pencil",
    "gaps": "clipboard-list",
}
#: name → (label, tone where there are any)
FIGURES: Mapping[str, tuple[object, str]] = {
    "mine": (_("My customers"), ""),
    "unassigned": (_("Unassigned"), "warning"),
    "today": (_("Changed today"), ""),
    "gaps": (_("To complete"), ""),
}


def _figure(name: str, count: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    label, tone = FIGURES[name]
    words = f"{wording.number(queries.MOST_COUNTED)}+" if count > queries.MOST_COUNTED else wording.number(count)
    drawn = {"icon": FIGURE_ICONS[name], "k": label, "v": words, "url": url_of(asked)}
    return drawn | {"tone": tone if count else ""}


# ── cards ──


def _mine(actor: Actor) -> Content:
    rows = queries.owned_by(actor.id, limit=MOST_LINES)
    nothing = Nothing(_("No customer belongs to you yet."), _("New customer"), url_for("CustomerView.add"))
    return Content([_line(row) for row in rows], nothing, url_of(MINE))


def _nobodys(actor: Actor) -> Content | None:
    if not sees_pool(actor):
        return None
    nothing = Nothing(_("Every customer has an owner."), _("All customers"), url_for("CustomerView.list"))
    return Content([_line(row) for row in queries.ownerless(limit=MOST_LINES)], nothing, url_of(UNASSIGNED))


def _line(row: Customer) -> Line:
    specs = CustomerView.specs_of()
    status = specs["status"].values.by_code.get(row.status or "")  # type: ignore[attr-defined]
    region = specs["region"].text(row.region)
    return Line(
        row.name,
        url_for("CustomerView.show", pk=row.id),
        text=region,
        side=markup.moment(row.updated_at),
        chip=(status.label, status.color) if status else None,
    )


def _changes(_actor: Actor) -> Content:
    lines = [_changed(one) for one in changes.recent(limit=MOST_LINES)]
    nothing = Nothing(_("Nothing has changed yet."), _("All customers"), url_for("CustomerView.list"))
    return Content(lines, nothing, url_for("ChangesView.list"))


def _changed(drawn: Mapping[str, Any]) -> Line:
    what: Sequence[Markup] = drawn["what"][:2]
    words = Markup("{} · {}").format(drawn["who"], Markup("; ").join(what))
    return Line(drawn["name"], drawn["url"], text=words, side=drawn["short"])


PARTS = (
    Figures("customers", _figures, SHOW, place=10),
    Card("my_customers", _mine, SHOW, OWNERS, 10, _("My customers"), icon="building-community"),
    Card(
        "unassigned",
        _nobodys,
        SHOW,
        GIVERS,
        20,
        _("Customers without owner"),
        icon="user-question",
        first_for=("dispatcher",),
    ),
    Card("changes", _changes, ("can_list", "ChangesView"), (), 30, _("Recent changes"), icon="history"),
)
