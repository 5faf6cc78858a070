"""The screen of templates: other words for a message, by a way, in a language, with what they will look like."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.base import inbox
from app.base.i18n import _, speaking
from app.base.screens import listpage
from app.base.screens.view import DomainView
from app.system.audit.views import History
from app.system.channels import services
from app.system.channels.models import Template
from app.system.channels.rules import words
from app.system.channels.rules.lifecycle import FAMILIES
from app.system.notifications.queries import UNKNOWN

TOLD = Markup('<div class="zk-pre">{}</div>')
BUTTON_ICONS = {"template"}  # for the sprite


class TemplateView(History, DomainView):
    route_base = "/message-templates"
    model = Template
    title, one, group, icon = _("Message templates"), _("Message template"), _("Administration"), "template"
    menu_place = 52
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_history"]
    list_fields = ["kind", "family", "language", "subject", "body"]
    form_fields = ("kind", "family", "language", "subject", "body")
    has_segments = False  # a handful of rows
    default_sort = "kind"
    when_empty = _("Every message has its usual words in three languages. Write other ones here.")
    create, change, remove = services.create_template, services.change_template, services.delete_template

    def form_names(self, record: Any) -> Sequence[str]:
        return self.form_fields if record is None else ("subject", "body")  # what it is for stays

    def form_more(self, _form: Any, record: Any, _problem: object) -> Mapping[str, Any]:
        if record is None:
            return {
                "note": _(
                    "Placeholders: {title}, {text}, {who}, {name}, {site}, {kind}, {link}; for robots the last four."
                )
            }
        return {"note": _("Placeholders: %(places)s") % {"places": _places(record)}}

    @expose("/<pk>")
    @has_access
    @permission_name("show")
    def show(self, pk: str) -> str | Response:
        """Show a template: the usual words, its own, and what comes of them."""
        record = self.record(pk)
        page = listpage.record_page(self, record)
        named = [{"label": self.specs[name].label, "value": self.drawn(record, name)} for name in self.form_fields[:3]]
        named += [{"label": _("Placeholders"), "value": _places(record), "span": True}]
        page["sections"] = [
            {"title": _("Preview"), "fields": _lines(*_filled(record, record.subject, record.body or ""))},
            {"title": _("Own words"), "fields": _lines(record.subject, record.body or "")},
            {"title": _("Usual words"), "fields": _lines(*_usual(record))},
            {"title": self.one, "fields": named},
        ]
        return self.render_template("zhike/record.html", page=page)


def _lines(heading: str, text: str) -> list[dict[str, Any]]:
    found = [(_("Heading"), heading), (_("Body"), text)]
    return [{"label": label, "value": TOLD.format(said or "—"), "span": True} for label, said in found]


def _places(record: Template) -> str:
    return "、".join(f"{{{name}}}" for name in services.places_of(record.kind, record.family))


def _filled(record: Template, subject: str, body: str) -> tuple[str, str]:
    """Return the words with every placeholder filled by its name, in the language they are for."""
    kind = inbox.kinds.get(record.kind, UNKNOWN)
    with speaking(record.language):
        values = services.values_of(services.source_of(record.kind), kind)
        return words.one_line(words.filled(subject, values)), words.filled(body, values)


def _usual(record: Template) -> tuple[str, str]:
    kind = inbox.kinds.get(record.kind, UNKNOWN)
    with speaking(record.language):
        if record.family not in FAMILIES[:2]:
            return str(_("%(site)s: %(kind)s")) % {"site": "‹site›", "kind": kind.label}, ""
        values = {name: f"‹{name}›" for name in services.places_of(record.kind, record.family)}
        return str(kind.title) % values, str(kind.text) % values if kind.text else ""
