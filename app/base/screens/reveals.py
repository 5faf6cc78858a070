"""The button that shows a masked value in full: mixed into screens and interfaces whose records have such fields."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import Response, abort, current_app, jsonify
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from markupsafe import Markup

from app.base import reveals
from app.base.errors import InvalidFields
from app.base.fields import Field, Value, is_hidden, value_of
from app.base.fields.held import show_once
from app.base.i18n import _
from app.base.screens import markup
from app.base.screens.api import signed
from app.base.screens.house import screen
from app.base.web import wants_json


def most_per_day() -> int:
    """Return how many values a person may reveal in a day."""
    most: int = current_app.config["ZHIKE"].reveal_per_day
    return most


class Reveals:
    """Adds "show in full" to a DomainView. Name it before DomainView among the parents; permission: can_reveal."""

    @expose("/<pk>/reveal/<field>", methods=["POST"])
    @has_access
    @permission_name("reveal")
    def reveal(self: Any, pk: str, field: str) -> Any:
        """Show one masked value of a record: to a script as JSON, else on the record's page, this once."""
        record, spec = self.record(pk), self.specs.get(field)
        if spec is None or not spec.group:
            abort(404)
        value = reveals.reveal(record, spec, actor=self.actor(), most_per_day=most_per_day())
        if wants_json():
            return jsonify({"text": spec.text(value), "parts": _parts(spec, value)})
        show_once(record, field)
        return self.show(pk)

    def reveals(self: Any, record: Any, name: str, *, shown_at: Any = None) -> dict[str, Any] | None:
        """Return the button that reveals a field of a record; None where there is nothing to reveal, or no right.

        ``shown_at``: the record on whose page it is shown, by which is decided whether it is masked there.
        """
        spec = self.specs[name]
        if not is_hidden(spec, self.actor(), shown_at or record) or not self.may("reveal"):
            return None
        if value_of(record, spec) in (None, "", ()):
            return None
        return {
            "label": _("Show in full: %(field)s") % {"field": spec.label},
            "icon": "eye",
            "url": self.row_url("reveal", record, field=name),
            "method": "POST",
            "reveal": markup.place_of(record, name),
        }

    def drawn(self: Any, record: Any, name: str) -> Markup:
        """Return a field as it is drawn on the record's page, with its button if it is masked."""
        button = self.reveals(record, name)
        return super().drawn(record, name) + (eye(button) if button else "")  # type: ignore[misc]


EYE = Markup(
    '<button type="submit" form="zk-post" formaction="{}" class="zk-mini" data-reveal="{}" aria-label="{}" title="{}">'
    "{}</button>"
)


def eye(button: dict[str, Any]) -> Markup:
    """Return the small button beside a mask."""
    title = _("Show in full (the log keeps it)")
    return EYE.format(button["url"], button["reveal"], button["label"], title, markup.icon("eye"))


def button_on(endpoint: str, record: Any, name: str, *, shown_at: Any) -> Markup:
    """Return the button beside a mask of a record that is shown on another record's page; nothing without the right."""
    view: Any = screen(endpoint)
    button = view.reveals(record, name, shown_at=shown_at)
    return eye(button) if button else Markup("")


def _parts(spec: Field, value: Value) -> list[str]:
    """Return each of several values as it is read."""
    return [spec.text((one,)) for one in value] if isinstance(value, tuple) else [spec.text(value)]


class RevealsByProgram:
    """Adds the same to a DomainApi. Name it before DomainApi among the parents."""

    more_paths: ClassVar[Sequence[str]] = ("reveal",)

    @expose("/<pk>/reveal", methods=["POST"])
    @permission_name("reveal")
    @signed
    def reveal(self: Any, pk: str) -> Response:
        """Answer one masked value of a record. ``field``: its name."""
        record, name = self.record(pk), str(self._body().get("field"))
        spec = self.specs[name] if name in self.read_fields else None
        if spec is None or not spec.group:
            raise InvalidFields({"field": _("This field is not masked, or there is no such field.")})
        value = reveals.reveal(record, spec, actor=self.actor, most_per_day=most_per_day())
        return jsonify({"result": {"field": name, "value": spec.plain(value)}})
