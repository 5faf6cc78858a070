"""The log: a list to search, a page per entry, and the button that verifies the chain."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.base import choices, wording
from app.base.afterwards import afterwards
from app.base.fields import Moment
from app.base.fields.groups import is_among
from app.base.i18n import _, ngettext
from app.base.screens import listpage, markup
from app.base.screens.outside import is_there
from app.base.screens.view import DomainView
from app.system.logs import queries, rules, services
from app.system.logs.models import Entry, item_of, words_of
from app.system.logs.views import words

MOMENT = Moment()
MASK = "****"


def log_key() -> str:
    """Return the key under which this installation seals its log."""
    key: str = current_app.config["ZHIKE"].log_key
    return key


class LogView(DomainView):
    route_base = "/logs"
    model = Entry
    title, one, group, icon = _("Log"), _("Log entry"), _("Administration"), "clipboard-list"
    menu_place = 90
    base_permissions = ["can_list", "can_show", "can_export", "can_verify"]
    list_fields = ["at", "person", "kind", "title", "subject_kind", "channel", "address"]
    export_fields = [*list_fields, "subject_id", "request_id", "detail", "seal_number"]
    default_sort = "-at"
    quick_segments = [
        ("sign_ins", _("Sign-ins"), {"all": [{"field": "kind", "op": "in", "value": list(rules.SIGN_INS)}]}),
        ("failed", _("Refused"), {"all": [{"field": "kind", "op": "in", "value": list(rules.REFUSALS)}]}),
        ("taken", _("Viewed and exported"), {"all": [{"field": "kind", "op": "in", "value": list(rules.LOOKS)}]}),
        ("rights", _("Permissions and settings"), {"all": [{"field": "kind", "op": "in", "value": list(rules.RULES)}]}),
        ("today", _("Today"), {"all": [{"field": "at", "op": "last_days", "value": "1"}]}),
    ]

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str | Response:
        """Show the entries that match, and how far the chain is whole. What waits is sealed afterwards."""
        key = log_key()
        afterwards(lambda: services.seal(key=key, most_batches=1))  # a page waits for no backlog
        return super().list()

    def above(self) -> Mapping[str, Any]:
        """Return the line about the chain, for the page of the list."""
        chain = queries.chain()
        url = self.url("verify") if self.may("verify") else None
        return {"tone": _tone(chain), "text": _chain_words(chain), "action": _verify_button(url) if url else None}

    # ── one entry ──

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show an entry with its details as a table of lines."""
        entry = self.record(pk)
        head = [self._line(name, entry) for name in ("at", "person", "channel", "address", "request_id")]
        page = {
            "title": str(entry),
            "crumbs": listpage.crumbs(self),
            "kind": choices.values("log_kind").by_code[entry.kind],
            "fields": head,
            "subject": self._subject(entry),
            "lines": [self._told(code, said) for code, said in entry.details.items()],
            "seal": _seal_words(entry),
        }
        return self.render_template("zhike/logs/entry.html", page=page)

    def _line(self, name: str, entry: Entry) -> dict[str, Any]:
        spec = self.specs[name]
        return {"label": spec.label, "value": markup.draw(spec, entry, actor=self.actor(), short=False)}

    def _subject(self, entry: Entry) -> dict[str, Any]:
        """Return what the entry is about, with the way to it if it is still there and in scope."""
        view = words.screens().get(entry.subject_kind)
        url = _way(view, entry.subject_id) if view is not None and entry.subject_id else None
        item = choices.values("log_subject").by_code.get(entry.subject_kind)
        return {"kind": item.label if item else "", "title": entry.title, "number": entry.subject_id, "url": url}

    def _told(self, code: str, said: Any) -> dict[str, Any]:
        item = item_of(code)
        if is_among(item.group, self.actor().hidden_groups):
            return {"label": item.label, "value": MASK}
        if rules.is_change(said):
            return {"label": item.label, "old": words_of(item, said["old"]), "new": words_of(item, said["new"])}
        return {"label": item.label, "value": words_of(item, said)}

    # ── the chain ──

    @expose("/verify", methods=["POST"])
    @has_access
    @permission_name("verify")
    def verify(self) -> Response:
        """Compute the whole chain again and say where it breaks, if it does."""
        found = services.verify(key=log_key())
        if found.reason is None:
            said = _("The chain is whole up to seal %(number)s.") % {"number": wording.number(found.number)}
            flash(str(said), "success")
        else:
            flash(str(_broken_words(found.number, found.reason)), "danger")
        return redirect(self.url("list"))


def _way(view: Any, key: int) -> str | None:
    """Return the address of a record that this person can open."""
    return view.url("show", pk=key) if view.may("show") and is_there(view.model, key) else None


def _verify_button(url: str) -> dict[str, Any]:
    return {"label": _("Verify the chain"), "icon": "shield-check", "url": url, "method": "POST"}


def _tone(chain: queries.Chain | None) -> str:
    if chain is None or chain.reason:
        return "danger"
    return "success" if chain.verified_at else "info"


def _chain_words(chain: queries.Chain | None) -> object:
    """Say how far the chain is known to be whole."""
    if chain is None:
        return rules.REASONS[rules.Reason.HEAD_CHANGED]
    if chain.reason:
        return _broken_words(chain.verified_number or 0, rules.Reason(chain.reason))
    waiting = ngettext("%(num)s entry waits for its seal.", "%(num)s entries wait for their seals.", chain.waiting)
    if chain.verified_at is None:
        sealed = {"count": wording.number(chain.sealed)}
        return _("%(count)s entries are sealed; the chain was not verified yet.") % sealed
    said = _("The chain was whole up to seal %(number)s of %(last)s, verified %(time)s.") % {
        "number": wording.number(chain.verified_number or 0),
        "last": wording.number(chain.sealed),
        "time": MOMENT.text(chain.verified_at),
    }
    return f"{said} {waiting}" if chain.waiting else said


def _broken_words(number: int, reason: rules.Reason) -> object:
    why = rules.REASONS[reason]
    said = _("The chain is broken at seal %(number)s: %(why)s. Keep a copy of the database before anything else.")
    return said % {"number": wording.number(number), "why": why}


def _seal_words(entry: Entry) -> object:
    if entry.erased_at:
        return _("Erased %(time)s; its seal stays.") % {"time": MOMENT.text(entry.erased_at)}
    if not entry.seal_number:
        return _("Not sealed yet")
    return _("Seal %(number)s") % {"number": wording.number(entry.seal_number)}
