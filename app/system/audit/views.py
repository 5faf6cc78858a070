"""The history of one record: mixed into any screen whose records should show theirs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import abort, request
from flask_appbuilder import AppBuilder, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup, escape
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from app.base import clock, wording
from app.base.fields import Field, Hidden, seen, worded_for
from app.base.i18n import _, ngettext
from app.base.scope import may_write, with_deleted
from app.base.screens import markup
from app.system.audit import queries, rules
from app.system.audit.queries import Line, Set

CHANNELS = {
    "web": (_("Web page"), "world", "blue"),
    "api": (_("Interface"), "api", "teal"),
    "import": (_("Import"), "file-spreadsheet", "green"),
    "command": (_("Command"), "terminal-2", "gray"),
    "worker": (_("Background job"), "robot", "gray"),
    "system": (_("System"), "robot", "gray"),
}
CHANNEL_ICONS = {"world", "api", "file-spreadsheet", "terminal-2", "robot"}  # for the sprite
TAG = {"same": Markup("{}"), "gone": Markup("<del>{}</del>"), "new": Markup("<ins>{}</ins>")}


class History:
    """Adds "history", "take back" and "restore" to a DomainView. Name it before DomainView among the parents."""

    has_history: ClassVar[bool] = True
    take_back: ClassVar[Callable[..., Any] | None] = None  # service(record, *, number, only, actor)
    bring_back: ClassVar[Callable[..., Any] | None] = None  # service(record, *, actor): restore a deleted record

    def looked_at(self, record: Any) -> None:
        """Do what the domain wants done when somebody has seen all of a record. Nothing, unless it says so."""

    def can_take_back(self, line: Line) -> bool:
        """Tell whether a single difference has a button of its own."""
        return line.spec.name not in queries.SILENT

    def spec_of(self, _record: Any, line: Line) -> Field:
        """Return the field by which a difference is told; a domain whose field depends on its record says more."""
        return line.spec

    def timeline(self: Any, record: Any, *, limit: int = 20) -> Sequence[Mapping[str, Any]]:
        """Return the newest change sets of a record as a page draws them."""
        page = HistoryPage(self, record, {})
        links = self.may("history")
        return [page.drawn(one) | ({} if links else {"url": None}) for one in page.sets[:limit]]

    @expose("/<pk>/history")
    @has_access
    @permission_name("history")
    def history(self: Any, pk: str) -> str | Response:
        """Show a record's change sets, and what differs between two of them. ``a``, ``b``: their numbers."""
        with with_deleted():
            record = self.record(pk)
            self.looked_at(record)
            page = HistoryPage(self, record, request.args).build()
        return self.render_template("zhike/history.html", page=page)

    @expose("/<pk>/history/take-back", methods=["POST"])
    @has_access
    @permission_name("revert")
    def take_it_back(self: Any, pk: str) -> Response:
        """Take one field or a whole version back."""
        record, number = self.record(pk, write=True), request.form.get("number", "")
        if type(self).take_back is None or not (number.isdigit() and len(number) <= 15):  # noqa: PLR2004 - digits
            abort(404)
        only = [_line_key(one) for one in request.form.getlist("line")] or None
        service = type(self).take_back
        self.perform(lambda: service(record, number=int(number), only=only, actor=self.actor()), done=_("Taken back."))
        return redirect(self.url("history", pk=pk))

    @expose("/<pk>/restore", methods=["POST"])
    @has_access
    @permission_name("delete")
    def restore(self: Any, pk: str) -> Response:
        """Bring a deleted record back."""
        if type(self).bring_back is None:
            abort(404)
        with with_deleted():
            record = self.record(pk, write=True)
            service, done = type(self).bring_back, _("Restored: %(name)s") % {"name": record}
            self.perform(lambda: service(record, actor=self.actor()), done=done)
        return redirect(self.url("history", pk=pk))


def _line_key(text: str) -> tuple[str, int, str]:
    table, key, name = [*text.split(":", 2), "", ""][:3]
    return (table, int(key), name) if key.isdigit() and len(key) < 16 else abort(400)  # noqa: PLR2004 - digits


class HistoryPage:
    """What ``zhike/history.html`` is told about one record."""

    def __init__(self, view: Any, record: Any, asked: Mapping[str, str]) -> None:
        self.view, self.record, self.asked = view, record, asked
        self.sets: Sequence[Set] = queries.sets(view.model, view.key(record))
        numbers = [one.number for one in self.sets]
        self.new = self._asked("b", numbers) or (numbers[0] if numbers else 0)
        older = [number for number in numbers if number < self.new]
        self.old = self._asked("a", numbers) or (older[0] if older else 0)
        self.old, self.new = min(self.old, self.new), max(self.old, self.new)

    def _asked(self, name: str, numbers: Sequence[int]) -> int:
        text = self.asked.get(name, "")
        return int(text) if text.isdigit() and len(text) <= 15 and int(text) in numbers else 0  # noqa: PLR2004

    def build(self) -> dict[str, Any]:
        view, key = self.view, self.view.key(self.record)
        lines = self._lines()
        is_deleted = getattr(self.record, "deleted_at", None) is not None
        is_mine = may_write(self.record, view.actor())
        return {
            "title": _("History"),
            "count_text": ngettext("%(num)s version", "%(num)s versions", len(self.sets)),
            "crumbs": [
                *view.crumbs(),
                {"label": str(self.record), "url": None if is_deleted else view.url("show", pk=key)},
            ],
            "sets": [self.drawn(one) for one in self.sets],
            "old": self._head(self.old),
            "new": self._head(self.new),
            "scrub": self._scrub(),
            "lines": lines,
            "count": len(lines),
            "take_back_url": view.url("take_it_back", pk=key)
            if is_mine and not is_deleted and view.may("revert")
            else None,
            "old_number": self.old,
            "is_deleted": is_deleted,
            "restore_url": view.url("restore", pk=key) if is_deleted and is_mine and view.may("delete") else None,
        }

    def drawn(self, one: Set) -> dict[str, Any]:
        label, icon_name, color = CHANNELS.get(one.channel, CHANNELS["system"])
        here = clock.local(one.at).date()
        older = next((other.number for other in self.sets if other.number < one.number), None)
        return {
            "number": one.number,
            "at": one.at,
            "place": one.place,
            "who": one.who,
            "day": wording.day(here),
            "day_text": wording.heading(here),
            "time": wording.time_of_day(one.at),
            "channel": label,
            "icon": icon_name,
            "color": color,
            "address": one.address,
            "note": one.note,
            "what": "、".join(str(label) for label in one.what[:6]),
            "url": self.view.url("history", pk=self.view.key(self.record), b=one.number, a=older),
            "is_old": one.number == self.old,
            "is_new": one.number == self.new,
        }

    def _head(self, number: int) -> dict[str, Any] | None:
        one = next((one for one in self.sets if one.number == number), None)
        if one is None:
            return None
        return {"place": one.place, "at": wording.instant(one.at), "who": one.who}

    def _scrub(self) -> list[dict[str, Any]]:
        ordered = list(reversed(self.sets))[-200:]
        width = max(len(ordered) - 1, 1)
        return [
            {
                "x": round(8 + 1160 * place / width, 1),
                "place": one.place,
                "number": one.number,
                "inside": self.old <= one.number <= self.new,
                "end": one.number in (self.old, self.new),
                "day": wording.day(clock.local(one.at).date()),
            }
            for place, one in enumerate(ordered)
        ]

    def _lines(self) -> list[dict[str, Any]]:
        model, key = self.view.model, self.view.key(self.record)
        if not self.new:
            return []
        before = queries.snapshot(model, key, self.old) if self.old else queries.Snapshot()
        found = queries.differences(before, queries.snapshot(model, key, self.new), without=queries.SILENT)
        return [self._line(line) for line in found]

    def _line(self, line: Line) -> dict[str, Any]:
        line = replace(line, spec=self.view.spec_of(self.record, line))
        old, new = marked(line, actor=self.view.actor(), record=self.record)
        return {
            "part": line.part.strip(),
            "label": line.spec.label,
            "old": old,
            "new": new,
            "key": f"{line.key[0].__tablename__}:{line.key[1]}:{line.spec.name}",
            "can_take_back": self.view.can_take_back(line),
        }


def marked(line: Line, *, actor: Any, record: Any) -> tuple[Markup, Markup]:
    """Return the old and the new value with the words that changed marked; masked as this person sees the record's."""
    old, new = _words(line.spec, line.old, actor, record), _words(line.spec, line.new, actor, record)
    if old == new and isinstance(old, Hidden):
        return escape(old), Markup("{} {}").format(new, _("(changed)"))
    gone, came = rules.pieces(old, new)
    return _joined(gone, empty=not line.was_there), _joined(came, empty=not line.is_there)


def _words(spec: Field, value: Any, actor: Any, record: Any) -> str:
    shown = seen(spec, value, actor=actor, record=record)
    return shown if isinstance(shown, Hidden) else worded_for(spec, record).text(value)


def _joined(parts: Sequence[rules.Piece], *, empty: bool) -> Markup:
    if empty or not parts:
        return markup.NOTHING
    return Markup("").join(TAG[piece.kind].format(piece.text) for piece in parts)


def register(_appbuilder: AppBuilder) -> None:
    """There is no screen here to register: others mix it in."""
