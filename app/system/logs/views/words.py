"""What kinds, channels, records and the lines of details are called."""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_appbuilder import Model

from app.base import logbook, wording
from app.base.actor import Channel
from app.base.choices import Item
from app.base.fields import fields_of
from app.base.fields.groups import ANY
from app.base.i18n import _
from app.base.logbook import Item as Line
from app.base.screens.view import DomainView
from app.system.logs import rules

CHANNELS: Mapping[str, tuple[object, str]] = {
    Channel.WEB: (_("Web page"), "blue"),
    Channel.API: (_("Interface"), "teal"),
    Channel.IMPORT: (_("Import"), "green"),
    Channel.COMMAND: (_("Command"), "gray"),
    Channel.WORKER: (_("Background job"), "gray"),
}


def _kinds() -> tuple[Item, ...]:
    return tuple(Item(kind, str(label), color) for kind, (label, color) in rules.KINDS.items())


def _channels() -> tuple[Item, ...]:
    return tuple(Item(code, str(label), color) for code, (label, color) in CHANNELS.items())


def screens() -> Mapping[str, Any]:
    """Return the screen on which records of each table are shown, by table."""
    views = [view for view in current_app.extensions["house"].baseviews if isinstance(view, DomainView)]
    return {view.model.__tablename__: view for view in reversed(views)}  # type: ignore[attr-defined]


def _subjects() -> tuple[Item, ...]:
    named = {table: view.one for table, view in screens().items()} | logbook.subjects
    return tuple(Item(table, str(one), "gray") for table, one in sorted(named.items()))


#: As dictionaries whose values nobody edits: the program decides them itself.
DICTIONARIES = {"log_kind": _kinds, "log_channel": _channels, "log_subject": _subjects}


def _field(code: str) -> object:
    """Return what a field is called that the log names by table and field."""
    table, _dot, name = code.partition(".")
    for mapper in Model.registry.mappers:
        if getattr(mapper.class_, "__tablename__", "") == table and name in fields_of(mapper.class_):
            return fields_of(mapper.class_)[name].label
    return code


def _screen(endpoint: Any) -> object:
    found = [view for view in current_app.extensions["house"].baseviews if view.endpoint == endpoint]
    return getattr(found[0], "title", "") or endpoint if found else endpoint


FORMATS: Mapping[str, object] = {"xlsx": _("Excel (xlsx)"), "csv": _("Text (csv)")}

ITEMS: Mapping[str, Line] = {
    "asked": Line(_("Asked for")),
    "entries": Line(_("Entries")),
    "field": Line(_("Field"), _field),
    "filter": Line(_("Filter"), group=ANY),
    "format": Line(_("Format"), lambda code: FORMATS.get(code, code)),
    "list": Line(_("List"), _screen),
    "outside": Line(_("Outside the data scope"), lambda said: _("Yes") if said else _("No")),
    "reason": Line(_("Reason")),
    "rows": Line(_("Rows"), wording.number),
}
