"""All settings by group, each with its value, its default and who set it last; one of them as a form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app.base import choices, settings
from app.base.errors import Conflict, DomainError, Invalid
from app.base.fields import Field, Moment, Value
from app.base.i18n import _
from app.base.screens import forms
from app.base.screens.look import Picture
from app.base.screens.view import DomainView
from app.base.settings import Setting
from app.extensions import db
from app.system.audit.queries import Line
from app.system.audit.views import History
from app.system.settings import queries, services
from app.system.settings.models import SettingValue

MOMENT = Moment()
BUTTON_ICONS = {"restore", "history", "edit", "settings", "photo"}  # for the sprite


@dataclass(frozen=True)
class Told(Field):
    """A kept value as the history tells it: in the words of its setting; nothing kept is the default."""

    setting: Setting | None = None

    def text(self, value: Value) -> str:
        if self.setting is None:
            return str(value or "")
        return str(_("Default")) if value is None else self.setting.text(json.loads(value))


class LogoForm(forms.HouseForm):
    revision = HiddenField()
    picture = FileField(_("Picture"), description=_("PNG or JPEG, at most 2 MB; drawn anew at up to 512 pixels."))


class SettingView(History, DomainView):
    route_base = "/settings"
    model = SettingValue
    title, one, group, icon = _("Settings"), _("Setting"), _("Administration"), "settings"
    menu_place = 35
    base_permissions = ["can_list", "can_edit", "can_default", "can_history", "can_revert"]
    has_segments = False
    take_back = services.take_back

    @expose("/")
    @has_access
    @permission_name("list")
    def list(self) -> str:
        """Show every setting."""
        rows = queries.rows()
        people = choices.labels("employee", {row.updated_by_id for row in rows.values() if row.updated_by_id})
        shown = [(one, self._drawn(one, rows.get(one.name), people)) for one in settings.registered.values()]
        parts = [
            {"title": label, "settings": [drawn for one, drawn in shown if one.group == code]}
            for code, label in settings.groups.items()
        ]
        page = {"title": self.title, "crumbs": [{"label": self.group, "url": None}], "groups": parts}
        return self.render_template("zhike/settings.html", page=page)

    def _drawn(self, setting: Setting, row: SettingValue | None, people: Mapping[int, str]) -> dict[str, Any]:
        is_set = row is not None and row.value is not None
        may_default = is_set and self.may("default")
        return {
            "label": setting.label,
            "help": setting.kind.help,
            "is_set": is_set,
            "value": setting.text(settings.value(setting.name)),
            "logo": isinstance(setting.kind, Picture),
            "usual": _usual(setting),
            "allowed": setting.allowed(),
            "by": people.get(row.updated_by_id or 0, _("System")) if row is not None else "",
            "at": MOMENT.text(row.updated_at) if row is not None else "",
            "edit_url": self.url("edit", pk=setting.name) if self.may("edit") else None,
            "default_url": self.url("to_default", pk=setting.name) if may_default else None,
            "history_url": self.url("history", pk=row.id) if row is not None and self.may("history") else None,
        }

    # ── one setting; it is named in the address, for it has a row only once it was set ──

    @expose("/<pk>")
    @has_access
    @permission_name("list")
    def show(self, pk: str) -> Response:
        """Lead to the settings."""
        self.record(pk)
        return redirect(self.url("list"))

    @expose("/<pk>/edit", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, pk: str) -> str | Response | tuple[str, int]:
        """Set one setting."""
        setting = settings.registered.get(pk) or abort(404)
        form = self._form(setting)
        if not form.is_submitted():
            return self._setting_page(setting, form)
        if not form.validate():
            return self._setting_page(setting, form), 422
        try:
            services.change(setting, self._given(setting, form), actor=self.actor(), revision=_number(form))
        except Conflict:
            return self._setting_page(setting, form, problem=self._meanwhile(setting, form)), 409
        except DomainError as refusal:
            return self._setting_page(setting, form, problem=refusal), 422
        flash(str(_("Saved: %(name)s") % {"name": setting.label}), "success")
        return redirect(self.url("list"))

    def _form(self, setting: Setting) -> Any:
        row = queries.row_of(setting)
        if isinstance(setting.kind, Picture):
            form: Any = LogoForm()
        else:
            form = forms.form_class([setting.spec], choices_url="")()
        if not form.is_submitted():
            form.revision.data = str(row.revision if row else 0)
            if setting.name in form:
                form[setting.name].data = _typed(setting)
        return forms.fill(form, None)

    def _given(self, setting: Setting, form: Any) -> Any:
        if not isinstance(setting.kind, Picture):
            return forms.values(form)[setting.name]
        sent = form.picture.data
        if not isinstance(sent, FileStorage):
            raise Invalid(_("Choose a picture first."))
        db.session.rollback()  # nothing is held while the picture is drawn
        return services.take_in(sent.stream)

    def _meanwhile(self, setting: Setting, form: Any) -> object:
        db.session.rollback()
        row = queries.row_of(setting)
        form.revision.data = str(row.revision if row else 0)
        now = setting.text(settings.value(setting.name))
        return _("Somebody has set this meanwhile; it is now: %(value)s. Save again to set yours.") % {"value": now}

    def _setting_page(self, setting: Setting, form: Any, *, problem: object = None) -> str:
        shown = [one.short_name for one in form if one.short_name not in ("revision", "csrf_token")]
        more = setting.kind.help if shown != [setting.name] else None  # else the field says it
        page = {
            "title": setting.label,
            "crumbs": [{"label": self.group, "url": None}, {"label": self.title, "url": self.url("list")}],
            "sections": [{"id": "setting", "title": None, "fields": shown, "help": more}],
            "multipart": isinstance(setting.kind, Picture),
            "cancel_url": self.url("list"),
            "problem": problem,
            "note": _("Default: %(value)s", value=_usual(setting)),
        }
        return self.render_template("zhike/form.html", page=page, form=form)

    @expose("/<pk>/default", methods=["POST"])
    @has_access
    @permission_name("default")
    def to_default(self, pk: str) -> Response:
        """Set one setting back to its default."""
        setting = settings.registered.get(pk) or abort(404)
        done = _("At its default again: %(name)s") % {"name": setting.label}
        self.perform(lambda: services.back_to_default(setting, actor=self.actor()), done=done)
        return redirect(self.url("list"))

    def spec_of(self, record: Any, line: Line) -> Field:
        return Told(
            line.spec.label, name=line.spec.name, column=line.spec.column, setting=settings.registered.get(record.name)
        )


def _usual(setting: Setting) -> object:
    """Return the default as a person reads it."""
    nothing = _("the product's own") if isinstance(setting.kind, Picture) else "—"
    return setting.text(setting.usual()) or nothing


def _typed(setting: Setting) -> str:
    """Return the value now as it stands in an input."""
    return setting.kind.typed(settings.value(setting.name))


def _number(form: Any) -> int:
    """Return the revision that was shown. Raises Invalid for none."""
    text = form.revision.data or ""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 - digits
        raise Invalid(_("This page was open for too long, or in two windows. Reload it and try again."))
    return int(text)
