"""The screen of channels: set up, switch on and off, test. Secrets are typed here and told nowhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, flash, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import choices, public
from app.base.errors import Invalid
from app.base.fields import Field, Secret
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.base.screens.view import DomainView
from app.extensions import db
from app.system.audit.views import History
from app.system.channels import services
from app.system.channels.models import Channel
from app.system.channels.rules import sms
from app.system.channels.rules.lifecycle import DINGTALK, EMAIL, FEISHU, ROBOTS, SMS, WECOM, ChannelKind
from app.system.channels.services import Limits, Undelivered

STAYS = _("Is never shown. Left empty, it stays what it is.")
SECRETS = (
    Secret(_("Password or AccessKey secret"), name="password", help=STAYS),
    Secret(_("Webhook address"), name="webhook", wide=True, help=STAYS),
    Secret(_("Secret of the signature"), name="signing", help=STAYS),
)
ICONS = {EMAIL: "mail", WECOM: "brand-wechat", DINGTALK: "bell-ringing", FEISHU: "send", SMS: "device-mobile"}
BUTTON_ICONS = {"plug", "plug-off", "send-2", "message-2"} | set(ICONS.values())  # for the sprite
TEST_SECONDS = 15.0
USUAL_PORT = {"tls": 465, "starttls": 587, "none": 25}
FORMS: Mapping[str, Sequence[str]] = {
    EMAIL: ("host", "port", "security", "username", "password", "from_address"),
    SMS: ("endpoint", "username", "password", "sign_name", "template_code", "variables"),
    WECOM: ("webhook",),
    DINGTALK: ("webhook", "signing"),
    FEISHU: ("webhook", "signing"),
}


def limits() -> Limits:
    """Return what the deployment lets out, for somebody who waits for the answer."""
    return Limits(current_app.config["ZHIKE"].channel_hosts, TEST_SECONDS)


class ChannelView(History, DomainView):
    route_base = "/channels"
    model = Channel
    title, one, group, icon = _("Message channels"), _("Message channel"), _("Administration"), "send"
    menu_place = 50
    has_segments = False  # a handful of rows
    base_permissions = [
        "can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history", "can_switch", "can_test",
    ]  # fmt: skip
    list_fields = ["name", "kind", "is_on", "usual", "department", "tested_at", "tested_problem"]
    row_needs = ("is_on", "tested_problem")
    default_sort = "name"
    form_sections = (
        ("channel", _("Message channel"), ("name", "usual", "kinds", "department")),
        ("account", _("Where it sends to"), tuple(dict.fromkeys(name for one in FORMS.values() for name in one))),
    )
    form_fields = tuple(name for _key, _title, names in form_sections for name in names)
    when_empty = _("Messages stand in the inbox. With a channel they also leave by mail, group robot or text message.")
    create, change, remove = services.create, services.change, services.delete

    @property
    def specs(self) -> Mapping[str, Field]:
        return {**super().specs, **{one.name: one for one in SECRETS}}

    def form_names(self, record: Any) -> Sequence[str]:
        kind = record.kind if record is not None else request.args.get("kind", "")
        robots = ("department",) if kind in ROBOTS else ()
        return ("name", "usual", "kinds", *robots, *FORMS.get(kind, ()))

    # ── set up ──

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self) -> str | Response:
        """Set a channel up, of the ``kind`` that the address names; without one, show which there are."""
        kind = request.args.get("kind", "")
        if kind not in FORMS:
            return self.render_template("zhike/channels/kinds.html", page=self._kinds())
        form = self.form()
        if not form.is_submitted():
            _preset(form, kind)
        forms.fill(form, None)
        return self._answer(form, None, lambda: self._checked(kind, form, services.create, kind))

    def _kinds(self) -> dict[str, Any]:
        known = choices.values("channel_kind").by_code
        some = [
            {"label": known[one].label, "icon": ICONS[one], "url": self.url("add", kind=one)} for one in ChannelKind
        ]
        return {"title": listpage.new(self), "crumbs": self.crumbs(), "kinds": some}

    def _change(self, record: Any, form: Any, revision: int | None) -> Any:
        if revision is None:
            raise Invalid(_("This page was open for too long, or in two windows. Reload it and try again."))
        key = record.id
        self._checked(record.kind, form, lambda values, actor: self._again(key, values, revision, actor))
        return self.record(str(key))

    def _again(self, key: int, values: Mapping[str, Any], revision: int | None, actor: Any) -> None:
        services.change(self.record(str(key), write=True), values, actor=actor, revision=revision)

    def _checked(self, kind: str, form: Any, save: Any, *before: Any) -> Any:
        """Save what was typed once its hosts were looked up; the database is let go meanwhile."""
        values = forms.values(form)
        db.session.rollback()
        services.check(kind, values, limits())
        return save(*before, values, actor=self.actor())

    # ── buttons ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a channel: how it is set up, without its secrets, and how its last test went."""
        record = self.record(pk)
        page = listpage.record_page(self, record)
        item = choices.values("channel_kind").by_code[record.kind]
        shown = listpage.sections(self, record, skip={one.name for one in SECRETS})
        page |= {
            "actions": [*[_in_words(one) for one in self._buttons(record)], *page["actions"]],
            "chips": [_state_chip(record), {"text": item.label, "color": item.color}],
            "sections": [*shown, *self._facts(record)],
        }
        return self.render_template("zhike/record.html", page=page)

    def form_secrets(self, record: Any) -> list[dict[str, Any]]:
        """Return which secrets are set, never what they are."""
        kept = record.secrets or {}
        names = [one for one in SECRETS if one.name in FORMS.get(record.kind, ())]
        return [{"label": one.label, "value": one.text(kept.get(one.name)) or "—"} for one in names]

    def _facts(self, record: Any) -> list[dict[str, Any]]:
        names = (["webhook_host"] if record.kind in ROBOTS else []) + ["secrets_at", "tested_at", "tested_problem"]
        lines = [{"label": self.specs[name].label, "value": self.drawn(record, name)} for name in names]
        return [{"title": _("Secrets and test"), "fields": [*self.form_secrets(record), *lines]}]

    def _buttons(self, record: Any) -> list[dict[str, Any]]:
        found = []
        if self.may("test"):
            test = {"label": _("Send me a test"), "icon": "send-2", "url": self.row_url("test", record)}
            found.append(test | {"method": "POST"})
        if self.may("switch"):
            verb, label, icon = ("off", _("Switch off"), "plug-off") if record.is_on else ("on", _("Switch on"), "plug")
            switch = {"label": label, "icon": icon, "url": self.row_url("switch", record, to=verb), "method": "POST"}
            ask = _("Switch “%(name)s” off? What waits stays until it is on again, three days at most.", name=record)
            found.append(switch | ({"confirm": str(ask)} if record.is_on else {}))
        return found

    def row_actions(self, record: Any) -> Sequence[Mapping[str, Any]]:
        return [*self._buttons(record), *super().row_actions(record)]

    @expose("/<pk>/test", methods=["POST"])
    @has_access
    @permission_name("test")
    def test(self, pk: str) -> Response:
        """Send a test to oneself now, and say what came of it."""
        key = self.record(pk, write=True).id
        actor, house = self.actor(), public.house()
        db.session.rollback()
        try:
            answer = services.try_out(key, house=house, limits=limits(), actor=actor)
        except Undelivered as refusal:
            flash(str(_("The test did not leave: %(problem)s") % {"problem": refusal}), "danger")
        else:
            flash(str(_("The test left. Answer: %(answer)s") % {"answer": answer}), "success")
        return redirect(self.url("show", pk=pk))

    @expose("/<pk>/switch", methods=["POST"])
    @has_access
    @permission_name("switch")
    def switch(self, pk: str) -> Response:
        """Switch a channel on or off. ``to``: which."""
        record = self.record(pk, write=True)
        is_on = request.args.get("to") == "on"
        service, done = (services.switch_on, _("Switched on.")) if is_on else (services.switch_off, _("Switched off."))
        self.perform(lambda: service(record, actor=self.actor()), done=done)
        return redirect(self.url("show", pk=pk))


def _preset(form: Any, kind: str) -> None:
    form.usual.data = "chosen" if kind == SMS else "all"
    if kind == EMAIL:
        form.security.data, form.port.data = "tls", str(USUAL_PORT["tls"])
    if kind == SMS:
        form.endpoint.data, form.variables.data = sms.ENDPOINT, "title={title}"


def _in_words(button: dict[str, Any]) -> dict[str, Any]:
    """Return a button without its icon, unless it is the first: the bar of a phone has room for one beside "Edit"."""
    return button if button["icon"] == "send-2" else {name: value for name, value in button.items() if name != "icon"}


def _state_chip(record: Channel) -> dict[str, Any]:
    if record.tested_problem:
        return {"text": _("The last test failed"), "color": "red"}
    return (
        {"text": _("Switched on"), "color": "green"} if record.is_on else {"text": _("Switched off"), "color": "gray"}
    )
