"""One's own notifications: which messages reach one how, quiet hours, one mail a day. Everybody's own affair."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from werkzeug.wrappers import Response

from app.base import inbox, preferences, settings
from app.base.errors import DomainError
from app.base.fields import fields_of
from app.base.i18n import _
from app.base.screens import markup
from app.extensions import db
from app.system.channels import queries, services
from app.system.channels.rules import holding, words
from app.system.channels.rules.holding import INBOX, NEVER
from app.system.security.queries import Employee

FAMILY_WORDS = {INBOX: _("Bell"), "email": _("Mail"), "sms": _("Text message"), "robot": _("Group robot")}
FAMILY_ICONS = {INBOX: "bell", "email": "mail", "sms": "device-mobile", "robot": "robot"}
HALVES = tuple(f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30"))
BUTTON_ICONS = {"restore", *FAMILY_ICONS.values()}  # for the sprite


class NotificationsView(BaseView):
    """What reaches me, how and when."""

    route_base = "/me/notifications"
    default_view = "mine"
    base_permissions: list[str] = []  # one's own affairs

    @expose("/")
    def mine(self) -> str:
        """Show what one has chosen."""
        shown, wishes = (INBOX, *queries.families()), _wishes()
        begin, _dash, end = ("" if wishes.quiet == NEVER else wishes.quiet).partition("-")
        page = {
            "title": _("My notifications"),
            "crumbs": [{"label": _("My account"), "url": url_for("SignInView.profile")}],
            "families": [{"code": one, "label": FAMILY_WORDS[one], "icon": FAMILY_ICONS[one]} for one in shown],
            "rows": _rows(shown, wishes),
            "reached": _reached(),
            "halves": HALVES,
            "quiet_from": begin,
            "quiet_until": end,
            "digest_at": wishes.digest_at,
            "has_mail": "email" in shown,
            "save_url": url_for(".save"),
            "forget_url": url_for(".forget"),
        }
        return self.render_template("zhike/channels/mine.html", page=page)

    @expose("/", methods=["POST"])
    def save(self) -> Response:
        """Keep the whole form."""
        wanted = {family: _codes(request.form.getlist(family)) for family in (INBOX, *queries.families())}
        begin, end = request.form.get("quiet_from", ""), request.form.get("quiet_until", "")
        quiet = f"{begin}-{end}" if begin or end else NEVER
        digest = request.form.get("digest_at", "")
        return self._done(lambda: services.choose(wanted, quiet=quiet, digest_at=digest, actor=g.actor))

    @expose("/forget", methods=["POST"])
    def forget(self) -> Response:
        """Go back to what is usual here."""
        return self._done(lambda: services.as_usual(actor=g.actor))

    @staticmethod
    def _done(service: Any) -> Response:
        try:
            service()
        except DomainError as refusal:
            flash(str(refusal), "danger")
        else:
            flash(str(_("Your settings are saved.")), "success")
        return redirect(url_for("NotificationsView.mine"))


def _wishes() -> holding.Wishes:
    return services.wishes_in(preferences.chosen(g.actor), quiet=settings.value("quiet_hours"))


def _codes(given: Sequence[str]) -> list[str]:
    """Return the kinds that were ticked: a row may stand for several."""
    return [code for one in given for code in one.split(",")]


def _rows(shown: tuple[str, ...], wishes: holding.Wishes) -> list[dict[str, Any]]:
    """Return a row for each kind of message; kinds under one name, as for one record and for many, share a row."""
    alike: dict[str, dict[str, Any]] = {}
    for code, kind in inbox.kinds.items():
        row = _row(code, kind, shown, wishes)
        known = alike.setdefault(str(kind.label), row)
        if known is not row:
            known["code"] += f",{code}"
            for tick, more in zip(known["ticks"], row["ticks"], strict=True):
                tick["on"], tick["fixed"] = tick["on"] and more["on"], tick["fixed"] and more["fixed"]
    return list(alike.values())


def _row(code: str, kind: inbox.Kind, shown: tuple[str, ...], wishes: holding.Wishes) -> dict[str, Any]:
    """Return a kind of message with a tick for each family. What may not be muted is ticked for good."""
    ticks = []
    for family in shown:
        if family == INBOX:
            ticks.append({"family": family, "on": not wishes.mutes(code), "fixed": not kind.may_be_muted})
        else:
            usual = "all" if code in queries.usual_kinds(family) else "chosen"
            on = wishes.wants(family, code, usual=usual, is_urgent=False)
            ticks.append({"family": family, "on": on, "fixed": False})
    return {"code": code, "label": kind.label, "icon": kind.icon, "urgent": kind.is_urgent, "ticks": ticks}


def _reached() -> list[dict[str, Any]]:
    """Return by which address and number one is reached."""
    staff = db.session.get(Employee, g.actor.id)
    if staff is None:
        return []
    known = fields_of(Employee)
    lines = [
        {"label": known[name].label, "value": markup.draw(known[name], staff, actor=g.actor), "span": True}
        for name in ("email", "phone")
    ]
    if not words.is_mobile(staff.phone):
        lines[1]["value"] = _("No mobile number: text messages do not reach you.")
    return lines
