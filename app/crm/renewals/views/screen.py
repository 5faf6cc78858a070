"""The list of lines: what expires soon, what is overdue, what waits and what is not renewed; and the page of one."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import abort, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import clock
from app.base.filters import ME
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens import listpage
from app.base.screens.listing import Listing
from app.base.screens.view import DomainView
from app.crm.customers import queries as customers
from app.crm.followups.views import entering
from app.crm.renewals import rules, services
from app.crm.renewals.models import Line
from app.crm.renewals.views import bulk, customer, dryrun
from app.crm.renewals.views.renewing import Renewing
from app.system.audit.views import History
from app.system.runs.views import BulkActions

BUTTON_ICONS = {"refresh", "player-stop", "player-play", "eye-check", "calendar-due", "message-plus"}  # for the sprite
ABOUT = ["end_on", "days_left", "started_on", "amount", "last_fee", "waiting_fee"]
WHOSE = ["owner", "department", "next_contact_at"]
OVER = ["ended_on", "ended_by", "reason", "reason_words"]


def asked(*states: str, mine: bool = False) -> Mapping[str, Any]:
    """Return the filter of the list for some states, and perhaps one's own customers."""
    one = {"field": "state", "op": "in", "value": list(states)} if len(states) > 1 else None
    state = one or {"field": "state", "op": "is", "value": states[0]}
    return {"all": [{"field": "owner", "op": "is", "value": ME}, state] if mine else [state]}


def url_of(wanted: Mapping[str, Any]) -> str:
    """Return the address of the list with these conditions."""
    return url_for("RenewalView.list", filter=json.dumps(wanted, ensure_ascii=False))


class Lines(Listing):
    """A page of lines: what ends first stands first, what has no end last."""

    empty_is_smallest = False  # as the index of PostgreSQL has it


class RenewalView(Renewing, BulkActions, History, DomainView):
    route_base = "/renewals"
    model = Line
    title, one, group, icon = _("Expiry and renewals"), _("Service period"), _("Service fees"), "calendar-due"
    menu_place = 30
    when_empty = _("A service stands here once a fee with a period is approved.")
    base_permissions = ["can_list", "can_show", "can_export", "can_history", "can_end", "can_dry_run"]
    base_permissions += ["can_renew"]
    list_fields = ["customer", "product", "state", "end_on", "days_left", "amount", "owner", "next_contact_at"]
    export_fields = [*list_fields[:4], *list_fields[5:], "department", "last_fee", *OVER]
    row_needs = ["customer_id", "end_on", "ended_on", "waiting_fee_id", "last_fee_id"]
    rows_as = Lines
    default_sort = "end_on"
    bulk_actions = (bulk.END,)
    form_sections = [
        ("period", _("Service period"), ABOUT),
        ("whose", _("Whose"), WHOSE),
        ("over", _("Not renewed"), OVER),
    ]
    form_fields = [*ABOUT, *WHOSE, *OVER]
    quick_segments = [
        ("expiring", _("Expiring soon"), asked(rules.EXPIRING)),
        ("overdue", _("Overdue"), asked(rules.OVERDUE)),
        ("waiting", _("Renewal to be reviewed"), asked(rules.WAITING)),
        ("ended", _("Not renewed"), asked(rules.ENDED)),
        ("mine", _("Mine, to be renewed"), asked(rules.EXPIRING, rules.OVERDUE, mine=True)),
    ]

    # ── the list ──

    def row_more(self, record: Any) -> Mapping[str, Any]:
        return {"overdue": record.state_now == rules.OVERDUE}

    def row_actions(self, record: Line) -> Sequence[Mapping[str, Any]]:
        return self.buttons(record)

    def buttons(self, line: Line) -> list[Mapping[str, Any]]:
        """Return what can be done with a line: renew it, end it or take it up again, speak with the customer."""
        renew = customer.renew_button(line)
        found = [renew] if renew else []
        if line.customer is not None and entering.view().may("add"):
            found.append(entering.record_button(line.customer_id))
        if line.ended_on is not None and self.may("end"):
            url = self.row_url("resume", line)
            found.append({"label": _("Take up again"), "icon": "player-play", "url": url, "method": "POST"})
        elif line.state_now in rules.MAY_END and (button := self.bulk_button(bulk.END.name, line)):
            found.append(button)
        return found

    def above(self) -> dict[str, Any]:
        """Return the way to what the next run would tell, for who may look."""
        if not self.may("dry_run"):
            return {}
        action = {"label": _("Next reminders"), "url": self.url("dry_run"), "icon": "eye-check"}
        return {
            "text": _("Owners and supervisors are reminded of ends by themselves."),
            "tone": "info",
            "action": action,
        }

    # ── one line ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a line: until when, whose, and what can be done."""
        line = self.record(pk)
        is_mine = may_write(line, self.actor())
        skip = OVER if line.ended_on is None else []
        page = listpage.record_page(self, line) | {
            "title": str(line),
            "chips": self._chips(line),
            "sections": [self._customer(line), *listpage.sections(self, line, skip=skip)],
            "actions": [*self._actions(line, is_mine=is_mine), *listpage.actions(self, line)],
        }
        return self.render_template("zhike/record.html", page=page)

    def _chips(self, line: Line) -> list[dict[str, Any]]:
        item = self.specs["state"].values.by_code.get(line.state_now or "")  # type: ignore[attr-defined]
        return [{"text": item.label, "color": item.color}] if item else []

    def _customer(self, line: Line) -> dict[str, Any]:
        drawn = self.drawn(line, "customer")
        if customers.by_id(line.customer_id) is not None:
            url = url_for("CustomerView.show", pk=line.customer_id, tab=customer.NAME)
            drawn = Markup('<a href="{}">{}</a>').format(url, drawn)
        fields = [{"label": self.specs["customer"].label, "value": drawn}]
        fields.append({"label": self.specs["product"].label, "value": self.drawn(line, "product")})
        return {"title": _("Service"), "fields": fields}

    def _actions(self, line: Line, *, is_mine: bool) -> list[Mapping[str, Any]]:
        mine = self.buttons(line) if is_mine else []
        return [one | {"primary": True} if not place else one for place, one in enumerate(mine)]

    @expose("/<pk>/resume", methods=["POST"])
    @has_access
    @permission_name("end")
    def resume(self, pk: str) -> Response:
        """Take up again what was ended."""
        line = self.record(pk, write=True)
        done = _("Taken up again: %(name)s") % {"name": line}
        self.perform(lambda: services.resume(line, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))

    # ── reminders ──

    @expose("/reminded/<pk>")
    @has_access
    @permission_name("list")
    def reminded(self, pk: str) -> Response:
        """Lead from a message to the lines that were told of on its day. ``pk``: the day as 20261127."""
        try:
            day: date = datetime.strptime(pk, "%Y%m%d").date()  # noqa: DTZ007 - a day of the business
        except ValueError:
            abort(404)
        told = {"field": "reminded_on", "op": "on", "value": day.isoformat()}
        return redirect(url_of({"all": [told]}))

    @expose("/dry-run")
    @has_access
    @permission_name("dry_run")
    def dry_run(self) -> str:
        """Show what the next run of reminders would tell whom, without telling it."""
        return self.render_template("zhike/renewals/dryrun.html", page=dryrun.build(self, clock.today()))
