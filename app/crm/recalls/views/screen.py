"""The rules of recall: list, form, dry run, switching on and off; and the way from a message to its customers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import clock
from app.base.filters import ME
from app.base.i18n import _
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.crm.recalls import services
from app.crm.recalls.models import RecallRule
from app.crm.recalls.views import dryrun
from app.crm.recalls.views.filters import near
from app.system.audit.views import History
from app.system.runs import queries as runs

BUTTON_ICONS = {"alarm", "arrow-back-up", "player-play", "player-pause", "eye-check"}  # for the sprite


class RecallRuleView(History, DomainView):
    route_base = "/recall-rules"
    model = RecallRule
    title, one, group, icon = _("Recall rules"), _("Recall rule"), _("Customers"), "arrow-back-up"
    when_empty = _("A rule says after how many days without follow-up, or deal, customers go back to the pool.")
    menu_place = 1050  # behind what one works with
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_history"]
    base_permissions += ["can_dry_run", "can_switch", "can_soon"]
    list_fields = ["name", "kind", "days", "level_days", "is_on", "looked_at", "looked_by"]
    form_fields = [
        "name",
        "kind",
        "days",
        "level_days",
        "departments",
        "spares_deals",
        "spares_planned",
        "warning_days",
    ]
    default_sort = "name"
    has_segments = False
    create, change = services.create, services.change

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a rule, whether it is at work, and when somebody looked what it would do."""
        rule = self.record(pk)
        page = listpage.record_page(self, rule) | {
            "chips": [_state(rule)],
            "actions": self._actions(rule),
            "facts": [{"text": self._looked(rule)}],
        }
        return self.render_template("zhike/record.html", page=page)

    def _looked(self, rule: RecallRule) -> object:
        if rule.looked_at is None:
            return _("No dry run yet: a rule can be switched on after one.")
        words = {"time": self.specs["looked_at"].text(rule.looked_at), "who": rule.looked_by or _("System")}
        if rule.looked_revision != rule.revision and not rule.is_on:
            return _("Last dry run: %(time)s, %(who)s; the rule was changed since.") % words
        return _("Last dry run: %(time)s, %(who)s") % words

    def _actions(self, rule: RecallRule) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        if self.may("dry_run"):
            found.append(self._button("look", rule, _("Dry run"), "eye-check"))
        if self.may("switch"):
            found.append(self._switch(rule))
        common = listpage.actions(self, rule)
        return [*found, *[{**one, "primary": False} for one in common if not (rule.is_on and one.get("primary"))]]

    def _switch(self, rule: RecallRule) -> Mapping[str, Any]:
        if rule.is_on:
            return self._button("switch_off", rule, _("Switch off"), "player-pause")
        asked = _("Switch “%(name)s” on? From the next night on it recalls customers by itself.") % {"name": rule}
        return self._button("switch_on", rule, _("Switch on"), "player-play") | {"primary": True, "confirm": str(asked)}

    def _button(self, verb: str, rule: RecallRule, label: object, icon: str) -> dict[str, Any]:
        return {"label": label, "icon": icon, "url": self.url(verb, pk=rule.id), "method": "POST"}

    # ── buttons ──

    @expose("/<pk>/look", methods=["POST"])
    @has_access
    @permission_name("dry_run")
    def look(self, pk: str) -> Response:
        """Look whom the rule would recall; that somebody did is noted."""
        rule, done = self.record(pk), _("Noted: you have looked what this rule would do.")
        self.perform(lambda: services.look(rule, actor=self.actor()), done=done)
        return redirect(self.url("dry_run", pk=pk))

    @expose("/<pk>/dry-run")
    @has_access
    @permission_name("show")
    def dry_run(self, pk: str) -> str:
        """Show whom the rule would recall tonight, without doing it."""
        rule = self.record(pk)
        page = dryrun.build(self, rule) | {"chips": [_state(rule)]}
        if self.may("switch") and not rule.is_on and rule.looked_revision == rule.revision:
            page["actions"] = [self._switch(rule)]
        return self.render_template("zhike/recall.html", page=page)

    @expose("/<pk>/switch-on", methods=["POST"])
    @has_access
    @permission_name("switch")
    def switch_on(self, pk: str) -> Response:
        """Let the rule recall customers from the next night on."""
        rule, done = self.record(pk), _("The rule is switched on: it recalls from the next night on.")
        self.perform(lambda: services.switch_on(rule, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/switch-off", methods=["POST"])
    @has_access
    @permission_name("switch")
    def switch_off(self, pk: str) -> Response:
        """Let the rule rest."""
        rule, done = self.record(pk), _("The rule is switched off.")
        self.perform(lambda: services.switch_off(rule, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        return [] if record.is_on else super().row_actions(record)

    # ── from a message to its customers ──

    @expose("/soon")
    @has_access
    @permission_name("soon")
    def soon(self) -> Response:
        """Lead to one's own customers that are recalled soon."""
        return _to_customers(near(), {"field": "owner", "op": "is", "value": ME})

    @expose("/soon/ours")
    @has_access
    @permission_name("soon")
    def soon_ours(self) -> Response:
        """Lead to all customers in sight that are recalled soon."""
        return _to_customers(near())

    @expose("/recalled/<pk>")
    @has_access
    @permission_name("soon")
    def recalled(self, pk: str) -> Response:
        """Lead to those of one's former customers that were let go on the day of a run, in the pool if one may look."""
        day = runs.day_of(int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 10 else None  # noqa: PLR2004 - digits
        when = {"field": "let_go_at", "op": "on", "value": f"{day or clock.today()}"}
        sees_pool = self.appbuilder.sm.has_access("can_list", "PoolView")
        place = "PoolView.list" if sees_pool else "CustomerView.list"
        return _to_customers(when, {"field": "once_held_by", "op": "is", "value": ME}, place=place)


def _state(rule: RecallRule) -> Mapping[str, Any]:
    return {"text": _("Switched on"), "color": "green"} if rule.is_on else {"text": _("Switched off"), "color": "gray"}


def _to_customers(*conditions: Mapping[str, Any], place: str = "CustomerView.list") -> Response:
    return redirect(url_for(place, filter=json.dumps({"all": conditions})))
