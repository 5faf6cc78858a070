"""Who held which customer, and when: the tab on the customer page, and the list of all of it. Source: POOL-4."""

import json
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.base import clock
from app.base.fields import Choice, fields_of
from app.base.filters import ME
from app.base.i18n import _, ngettext
from app.base.screens import markup
from app.base.screens.view import DomainView
from app.crm.assignments.queries import Holding
from app.crm.customers import queries as customers
from app.crm.customers.views import parts
from app.system.runs import queries as runs

MOST_SPELLS = 200
HOW = Choice(dictionary="assignment_kind")


class HoldingView(DomainView):
    route_base = "/assignments"
    model = Holding
    title, one, group, icon = _("Assignment history"), _("Assignment"), _("Customers"), "history"
    when_empty = _("Who held which customer, from when to when, and why it changed, is kept here by itself.")
    base_permissions = ["can_list", "can_export"]
    list_fields = ["customer", "employee", "from_at", "until_at", "begun_how", "begun_by", "ended_how", "reason"]
    export_fields = [*list_fields, "ended_by", "words", "department"]

    def row_actions(self, record: Any) -> list[dict[str, Any]]:
        if not self.appbuilder.sm.has_access("can_show", "CustomerView"):
            return []
        url = url_for("CustomerView.show", pk=record.customer_id, tab="assignments")
        return [{"label": _("Open the customer"), "icon": "building-community", "url": url}]


class GivenView(BaseView):
    """Where a message about customers leads: to the list of those that came to the reader since."""

    route_base = "/given"
    class_permission_name = "CustomerView"
    base_permissions = ["can_list"]
    default_view = "show"

    @expose("/<pk>")
    @has_access
    @permission_name("list")
    def show(self, pk: str) -> Response:
        """Show the reader's customers that were assigned on the day of a run, or later."""
        at = runs.begun_at(int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 10 else None  # noqa: PLR2004 - digits
        if at is None:
            abort(404)
        since = {"field": "assigned_at", "op": "not_before", "value": clock.local(at).date().isoformat()}
        wanted = {"all": [{"field": "owner", "op": "is", "value": ME}, since]}
        return redirect(url_for("CustomerView.list", filter=json.dumps(wanted)))


# ── the tab ──


def tab(_view: Any, customer: Any, *, is_mine: bool, is_open: bool) -> parts.Tab:  # noqa: ARG001 - Part's
    """Return the tab of a customer: its spells are read only once it is open."""
    if not is_open:
        return parts.Tab(_("Assignment"))
    spells = customers.spells(customer.id, limit=MOST_SPELLS)
    body = render_template("zhike/assignments/spells.html", spells=[_drawn(one) for one in spells])
    return parts.Tab(_("Assignment"), len(spells), Markup(body))  # noqa: S704 - a template's own HTML


def _drawn(spell: Holding) -> dict[str, Any]:
    days = (clock.local(spell.until_at or clock.now()).date() - clock.local(spell.from_at).date()).days
    return {
        "who": markup.person(str(spell.employee)),
        "is_open": spell.until_at is None,
        "from": markup.moment(spell.from_at),
        "until": markup.moment(spell.until_at) if spell.until_at else None,
        "days": ngettext("%(n)s day", "%(n)s days", days, n=days),
        "begun": _act(spell.begun_how, spell.begun_by),
        "ended": _act(spell.ended_how, spell.ended_by) if spell.until_at else None,
        "why": " · ".join(filter(None, [_reason(spell), str(spell.words or "")])),
    }


def _act(how: str | None, by: Any) -> dict[str, Any]:
    item = HOW.values.by_code.get(how or "")
    return {
        "label": item.label if item else how,
        "color": item.color if item else "gray",
        "by": str(by) if by is not None else _("by itself"),
    }


def _reason(spell: Holding) -> str:
    return fields_of(Holding)["reason"].text(spell.reason)


def buttons(view: Any, customer: Any, *, is_mine: bool) -> list[dict[str, Any]]:
    """Return the buttons of a customer's page: assign it, recall it from whoever holds it."""
    names = ["assign", *(["recall"] if customer.owner_id is not None else [])] if is_mine else []
    return [found for name in names if (found := view.bulk_button(name, customer))]


def hang_up() -> None:
    """Hang the tab and the buttons on the customer page."""
    parts.hang(parts.Part("assignments", place=60, tab=tab, actions=buttons))
