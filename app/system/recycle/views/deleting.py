"""Asking why before a record goes into the recycle bin."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import flash
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.utils import redirect

from app.base.errors import DomainError, InvalidFields
from app.base.fields import Text
from app.base.i18n import _
from app.base.recycle import Why
from app.base.screens import forms
from app.base.screens.why import ASKED
from app.extensions import db
from app.system.recycle import rules

TYPED = Text(_("Type its name"), name="typed", column="typed")


class Recycled:
    """Asks why, before a record of a DomainView is deleted. Name it before DomainView among the parents.

    ``remove`` takes ``why``. Restoring stands in the recycle bin, and at the record's history.
    """

    asks_why: ClassVar[bool] = True

    def hanging(self, _record: Any) -> Sequence[object]:
        """Return what else a deletion hides, in words. If there is anything, the record's name must be typed."""
        return ()

    @expose("/<pk>/delete", methods=["GET", "POST"])
    @has_access
    @permission_name("delete")
    def delete(self: Any, pk: str) -> Any:
        """Ask why, and put the record into the recycle bin."""
        record = self.record(pk, write=True)
        hanging = self.hanging(record)
        form = _form(hanging)
        if not form.is_submitted() or not form.validate():
            return self.ask_why(record, form, hanging)
        name, said = str(record), forms.values(form)
        why = Why(said["reason"], said["words"] or "")
        service: Callable[..., Any] = type(self).remove
        try:
            _check(name, said, hanging)
            service(record, actor=self.actor(), why=why)
        except InvalidFields as refusal:
            return self.ask_why(self.record(pk, write=True), form, hanging, problems=refusal.problems)
        except DomainError as refusal:
            db.session.rollback()
            flash(str(refusal), "danger")
            return redirect(self.url("list"))
        flash(str(_("Deleted: %(name)s. It is in the recycle bin.") % {"name": name}), "success")
        return redirect(self.url("list"))

    def ask_why(self: Any, record: Any, form: Any, hanging: Sequence[object], problems: Any = None) -> Any:
        """Show the question."""
        for name, sentence in (problems or {}).items():
            form[name].errors = [str(sentence)]
        text = _("“%(name)s” leaves all lists and stands in the recycle bin, from where it can be restored.")
        text = str(text % {"name": record})
        if hanging:
            text += str(_(" With it go: %(what)s.") % {"what": "、".join(str(one) for one in hanging)})
        url = self.url("show", pk=self.key(record))
        page = {
            "title": _("Delete “%(name)s”?") % {"name": record},
            "crumbs": [*self.crumbs(), {"label": str(record), "url": url}],
            "text": text,
            "tone": "warning",
            "buttons": [{"label": _("Delete"), "icon": "trash", "danger": True}],
            "cancel_url": url,
        }
        status = 422 if form.errors else 200
        return self.render_template("zhike/confirm.html", page=page, form=forms.fill(form, None)), status


def _form(hanging: Sequence[object]) -> Any:
    typed = [replace(TYPED, required=True)] if hanging else []
    return forms.fill(forms.form_class([*ASKED, *typed], choices_url="")(), None)


def _check(name: str, said: dict[str, Any], hanging: Sequence[object]) -> None:
    rules.check_why(said["reason"], said["words"] or "")
    if hanging:
        rules.check_typed_name(said["typed"], name)
