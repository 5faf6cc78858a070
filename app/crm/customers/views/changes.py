"""The list of all changes of all customers: who changed what, when, from where. Source: CUS-4."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup, escape

from app.base import choices, wording
from app.base.errors import Invalid
from app.base.fields import Date, Hidden, fields_of, seen
from app.base.history import children_of
from app.base.i18n import _
from app.base.screens import exports, markup
from app.base.screens.view import current_actor
from app.base.tabular.cells import Column
from app.crm.customers.models import Customer
from app.system.audit import queries
from app.system.audit.queries import SILENT, Asked, Entry
from app.system.audit.views import CHANNELS

PAGE, MOST_EXPORTED = 25, 20_000
DAY = Date()


class ChangesView(BaseView):
    route_base = "/changes"
    title, group = _("All changes"), _("Customers")
    default_view = "list"
    base_permissions = ["can_list", "can_export"]

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str:
        """Show one page of the changes in scope that match what is asked for."""
        asked, problem = read_asked(request.args)
        found = queries.feed(Customer, asked, limit=PAGE + 1, before=_edge(request.args.get("before", "")))
        entries, more = found[:PAGE], len(found) > PAGE
        last = entries[-1] if entries else None
        page = {
            "title": _("All changes"),
            "crumbs": [{"label": _("Customers"), "url": None}],
            "problem": problem,
            "entries": [drawn(entry) for entry in entries],
            "asked": request.args,
            "fields": _fields(),
            "channels": [(code, label) for code, (label, _icon, _color) in CHANNELS.items()],
            "person": _person(asked),
            "people_url": url_for("CustomerView.choices", field="owner"),
            "next_url": _url(before=f"{last.number}.{last.record.id}") if last and more else None,
            "first_url": _url() if "before" in request.args else None,
            "export_url": url_for(".export", **_kept()) if self.may_export() else None,
        }
        return self.render_template("zhike/changes.html", page=page)

    def may_export(self) -> bool:
        return bool(self.appbuilder.sm.has_access("can_export", self.class_permission_name))

    @expose("/export")
    @has_access
    @permission_name("export")
    def export(self) -> Response:
        """Send the changes that the list shows as a spreadsheet, at most MOST_EXPORTED of them."""
        asked, _problem = read_asked(request.args)
        found = queries.feed(Customer, asked, limit=MOST_EXPORTED)
        columns = [
            Column(str(label)) for label in (_("Time"), _("Person"), _("Channel"), _("IP address"), _("Customer"))
        ]
        columns += [Column(str(_("Field"))), Column(str(_("Before"))), Column(str(_("After"))), Column(str(_("Note")))]
        rows = [line for entry in found for line in _lines(entry)]
        return exports.send(columns, rows, name=_("All changes"), what="changes", asked=_kept())


def _fields() -> list[tuple[str, object]]:
    own = [(name, spec.label) for name, spec in fields_of(Customer).items() if name not in SILENT and spec.column]
    return own + [(f"child:{place}", child.label) for place, child in enumerate(children_of(Customer))]


def _kept() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if value and name != "before"}


def _url(**changes: str) -> str:
    return url_for(".list", **(_kept() | changes))


def _edge(text: str) -> tuple[int, int] | None:
    first, _dot, second = text.partition(".")
    is_key = first.isdigit() and second.isdigit() and len(first) < 16 and len(second) < 16  # noqa: PLR2004 - digits
    return (int(first), int(second)) if is_key else None


def read_asked(given: Mapping[str, str]) -> tuple[Asked, object]:
    """Return what the address asks for, and a sentence about what in it cannot be understood."""
    days, problem = {}, None
    for name in ("first", "last"):
        try:
            days[name] = DAY.parse(given.get(name, ""))
        except Invalid as refusal:
            problem = refusal
    user, record = given.get("user", ""), given.get("customer", "")
    known = {code for code, _label in _fields()}
    asked = Asked(
        words=given.get("words", "").strip()[:100],
        field=given.get("field", "") if given.get("field") in known else "",
        user_id=int(user) if user.isdigit() and len(user) < 10 else None,  # noqa: PLR2004 - digits
        channel=given.get("channel", "") if given.get("channel") in CHANNELS else "",
        record_id=int(record) if record.isdigit() and len(record) < 16 else None,  # noqa: PLR2004 - digits
        **days,
    )
    return asked, problem


def _person(asked: Asked) -> tuple[str, str] | None:
    names = choices.labels("employee", [asked.user_id])
    return (str(asked.user_id), names[asked.user_id]) if asked.user_id in names else None


def recent(*, limit: int) -> Sequence[dict[str, Any]]:
    """Return the newest changes in scope as a page draws them."""
    return [drawn(entry) for entry in queries.feed(Customer, Asked(), limit=limit)]


def drawn(entry: Entry) -> dict[str, Any]:
    """Return one entry as the page draws it, with old and new words, masked as this person sees them."""
    label, icon_name, color = CHANNELS.get(entry.channel, CHANNELS["system"])
    return {
        "name": entry.record.name,
        "url": url_for("CustomerView.history", pk=entry.record.id, b=entry.number),
        "is_deleted": entry.record.deleted_at is not None,
        "at": markup.moment(entry.at),
        "short": markup.moment(entry.at),
        "who": entry.who,
        "channel": label,
        "icon": icon_name,
        "color": color,
        "address": entry.address,
        "note": entry.note,
        "what": [_what(entry.record, *one) for one in entry.what],
    }


def _what(record: Customer, label: object, old: Any, new: Any, spec: Any) -> Markup:
    if spec is None:
        return escape(label)
    before, after = _word(record, spec, old), _word(record, spec, new)
    gone = Markup("<del>{}</del> ").format(before) if before else Markup("")
    came = Markup("<ins>{}</ins>").format(after) if after else markup.NOTHING
    return Markup("{}{}{}{}").format(label, _(": "), gone, came)


def _word(record: Customer, spec: Any, value: Any) -> str:
    shown = seen(spec, value, actor=current_actor(), record=record)
    return shown if isinstance(shown, Hidden) else spec.text(value)


def _lines(entry: Entry) -> list[list[Any]]:
    head = [wording.second(entry.at), entry.who]
    head += [str(CHANNELS.get(entry.channel, CHANNELS["system"])[0]), entry.address or "", entry.record.name]
    lines = []
    for label, old, new, spec in entry.what:
        words = [_word(entry.record, spec, old), _word(entry.record, spec, new)] if spec is not None else ["", ""]
        lines.append([*head, str(label), *words, str(entry.note or "")])
    return lines
