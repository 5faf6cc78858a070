"""The form that renews a service in one step: amount and period stand there already."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from wtforms import HiddenField

from app.base import clock
from app.base.errors import DomainError, InvalidFields, NotAllowed
from app.base.fields import Boolean, Field, fields_of
from app.base.i18n import _
from app.base.screens import forms, listpage
from app.crm.fees.queries import Fee
from app.crm.renewals import queries, services
from app.crm.renewals.models import Line
from app.extensions import db
from app.system.sign_in.views import own_path

FIELDS = ("amount", "period_from", "period_to", "received_on", "method", "payer", "invoice_number", "notes")
REQUIRED = frozenset({"amount", "period_from", "period_to", "received_on"})
ALL_THE_SAME = Boolean(_("Enter another renewal all the same"), name="despite", column="despite")


class Renewing:
    """Adds the renewal to the screen of lines. ``self`` is the view."""

    @expose("/<pk>/renew", methods=["GET", "POST"])
    @has_access
    @permission_name("renew")
    def renew(self: Any, pk: str) -> Any:
        """Renew a line: enter the fee of its next period. ``next``: where it leads afterwards."""
        line = self.record(pk, write=True)
        begins = queries.renewal_of(line)
        if begins is None or line.customer is None:
            raise NotAllowed(_("There is nothing here that you could renew."))
        form = self._renewal_form(line, begins)
        if not form.is_submitted() or not form.validate():
            return self._renewal_page(line, form)
        return self._renewed(line, form)

    def _renewal_form(self: Any, line: Line, begins: Any) -> Any:
        plain = forms.form_class(_specs(line), choices_url=self.url("choices", field="-").removesuffix("/-"))
        form = forms.default(type("RenewalForm", (plain,), {"token": HiddenField()})())
        if not form.is_submitted():
            form.token.data = secrets.token_urlsafe(18)
            known = fields_of(Fee)
            filled = begins._asdict() | {"received_on": clock.today(), "payer": _payer(line)}
            for name in FIELDS:
                if filled.get(name) is not None:
                    form[name].data = known[name].typed(filled[name])
        return forms.fill(form, None)

    def _renewed(self: Any, line: Line, form: Any) -> Any:
        key, values = line.id, forms.values(form)
        despite = bool(values.pop(ALL_THE_SAME.name, False))
        try:
            fee = services.renew(line, values, actor=self.actor(), token=form.token.data or None, despite=despite)
        except InvalidFields as refusal:
            return self._not_renewed(key, form, problems=refusal.problems)
        except DomainError as refusal:
            return self._not_renewed(key, form, problem=refusal)
        flash(
            str(_("Renewal entered: %(number)s. It counts once finance has approved it.") % {"number": fee.number}),
            "success",
        )
        return redirect(self._back(line))

    def _not_renewed(
        self: Any, key: int, form: Any, *, problem: object = None, problems: Mapping[str, object] | None = None
    ) -> Any:
        """Show the form again as it was typed; what a refused service left behind must not be saved."""
        db.session.rollback()
        loose = []
        for name, sentence in (problems or {}).items():
            if name in form:
                form[name].errors = [str(sentence)]
            else:
                loose.append(str(sentence))
        return self._renewal_page(self.record(str(key)), form, problem=problem or " ".join(loose) or None)

    def _renewal_page(self: Any, line: Line, form: Any, *, problem: object = None) -> Any:
        shown = [name for name in (*FIELDS, ALL_THE_SAME.name) if name in form]
        page = listpage.form_page(self, form, None, name="", problem=problem) | {
            "title": _("Renew: %(name)s") % {"name": line},
            "crumbs": [*self.crumbs(), {"label": str(line), "url": self.url("show", pk=line.id)}],
            "sections": [{"id": "renewal", "title": None, "fields": shown}],
            "cancel_url": self._back(line),
            "submit_label": _("Renew"),
            "waiting": self._waiting(line),
            "about": [(self.specs[name].label, self.drawn(line, name)) for name in ("end_on", "days_left", "amount")],
        }
        return self.render_template(
            "zhike/renewals/renew.html", page=page, form=form
        ), 422 if form.is_submitted() else 200

    def _waiting(self: Any, line: Line) -> dict[str, Any] | None:
        """Return the renewal that waits already, as far as this person may look at it."""
        if line.waiting_fee_id is None:
            return None
        fee, may = line.waiting_fee, self.appbuilder.sm.has_access("can_show", "FeeView")
        return {
            "number": str(fee) if fee is not None else "",
            "url": url_for("FeeView.show", pk=fee.id) if fee is not None and may else None,
        }

    def _back(self: Any, line: Line) -> str:
        asked = request.args.get("next", "")
        here: str = self.url("show", pk=line.id)
        return own_path(asked) if asked else here


def _specs(line: Line) -> list[Field]:
    known = fields_of(Fee)
    specs: list[Field] = [replace(known[name], required=name in REQUIRED, help="") for name in FIELDS]
    return [*specs, *([ALL_THE_SAME] if line.waiting_fee_id is not None else [])]


def _payer(line: Line) -> str | None:
    return line.last_fee.payer if line.last_fee is not None else None
